from odoo import api, fields, models
from odoo.exceptions import AccessError

from .crm_interaction import CHANNELS, MANAGER

#: Type of action -> what it decides about the customer (see `_choose` of groups). Who
#: is removed stays out, whatever the conditions say.
GROUP_CHOICES = {
    "customer_group_add": "fixed",
    "customer_group_remove": "excluded",
}
CUSTOMER_ACTIONS = (*GROUP_CHOICES, "customer_assign", "customer_interaction")


class IrActionsServer(models.Model):
    """What automation rules can do with customers without Python.

    The actions run on customers and on all records with a ``partner_id``: an order, an
    invoice, the line that says that a customer joined a group.
    """

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[
            ("customer_group_add", "Add to Customer Group"),
            ("customer_group_remove", "Remove from Customer Group"),
            ("customer_assign", "Assign by Owner Rules"),
            ("customer_interaction", "Log Interaction"),
            ("code",),
        ],
        ondelete=dict.fromkeys(CUSTOMER_ACTIONS, "cascade"),
    )
    customer_group_id = fields.Many2one(
        "crm.customer.group",
        compute="_compute_customer_group_id",
        store=True,
        readonly=False,
        ondelete="restrict",
    )
    interaction_channel = fields.Selection(
        CHANNELS,
        string="Channel",
        compute="_compute_interaction",
        store=True,
        readonly=False,
    )
    interaction_summary = fields.Char(
        string="Summary", compute="_compute_interaction", store=True, readonly=False
    )

    @api.depends("state")
    def _compute_customer_group_id(self):
        """Settings of another type of action are forgotten, as Odoo's own are."""
        self.filtered(
            lambda action: action.state not in GROUP_CHOICES
        ).customer_group_id = False

    @api.depends("state")
    def _compute_interaction(self):
        for action in self:
            if action.state != "customer_interaction":
                action.interaction_channel = False
                action.interaction_summary = False
            elif not action.interaction_channel:
                action.interaction_channel = "note"

    def _name_depends(self):
        return [
            *super()._name_depends(),
            "customer_group_id",
            "interaction_channel",
        ]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state in GROUP_CHOICES and self.customer_group_id:
            kind = dict(self._fields["state"]._description_selection(self.env))
            return f"{kind[self.state]}: {self.customer_group_id.name}"
        return super()._generate_action_name()

    @api.model
    def _customer_actions(self):
        """Types of actions that work on customers; addons add theirs."""
        return CUSTOMER_ACTIONS

    @api.depends("state")
    def _compute_available_model_ids(self):
        """Override of `base`: models that lead to a customer."""
        kinds = self._customer_actions()
        of_customers = self.filtered(lambda action: action.state in kinds)
        others = self - of_customers
        result = super(IrActionsServer, others)._compute_available_model_ids()
        if of_customers:
            of_customers.available_model_ids = self._models_with_customers()
        return result

    @api.model
    def _models_with_customers(self):
        """`res.partner`, and what has a ``partner_id``."""
        fields_sudo = (
            self.env["ir.model.fields"]
            .sudo()
            .search(
                [
                    ("name", "=", "partner_id"),
                    ("relation", "=", "res.partner"),
                    ("model_id.transient", "=", False),
                ]
            )
        )
        names = {"res.partner", *fields_sudo.mapped("model")}
        return self.env["ir.model"].search([("model", "in", sorted(names))])

    @api.model
    def _warning_depends(self):
        return [
            *super()._warning_depends(),
            "customer_group_id",
            "interaction_channel",
        ]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state not in self._customer_actions() or not self.model_id:
            return warnings
        if self.model_id not in self._models_with_customers():
            warnings.append(
                self.env._(
                    "%(model)s has no customer. Choose the model of customers, or one "
                    "with a contact.",
                    model=self.model_id.name,
                )
            )
        if self.state in GROUP_CHOICES and not self.customer_group_id:
            warnings.append(self.env._("Choose the customer group."))
        return warnings

    # ----------------------------------------------------------------------- running

    @api.model
    def _groups_of_guarded_actions(self):
        """Type of action -> group whose members run it themselves; addons add theirs.

        Groups of customers decide about prices and promotions.
        """
        return dict.fromkeys(GROUP_CHOICES, MANAGER)

    def run(self):
        """Override of `base`: a request can run any action by its number.

        Automation rules run theirs with sudo, whoever's change it was.
        """
        if not self.env.su:
            self._check_may_run()
        return super().run()

    def _check_may_run(self):
        """Whoever an administrator names among an action's groups may run it, too.

        :raise AccessError: an action, or one that it consists of, is for others.
        """
        guarded = self._groups_of_guarded_actions()
        actions = self.sudo()
        while actions := actions.filtered(lambda action: not action.group_ids):
            for action in actions.filtered(lambda action: action.state in guarded):
                if not self.env.user.has_group(guarded[action.state]):
                    raise AccessError(
                        self.env._(
                            "You can't run “%(action)s”. Ask your manager to do it, "
                            "or an administrator to add your group to its allowed "
                            "groups.",
                            action=action.name,
                        )
                    )
            actions = actions.child_ids

    def _run_action_customer_group_add_multi(self, eval_context=None):
        self._choose_customers(eval_context)

    def _run_action_customer_group_remove_multi(self, eval_context=None):
        self._choose_customers(eval_context)

    def _run_action_customer_assign_multi(self, eval_context=None):
        for customers in self._customers_of(eval_context):
            customers._assign_by_rules(None)

    def _run_action_customer_interaction_multi(self, eval_context=None):
        for customers in self._customers_of(eval_context):
            customers._log_interaction(
                self.interaction_channel, summary=self.interaction_summary
            )

    def _choose_customers(self, eval_context):
        for customers in self._customers_of(eval_context):
            self.customer_group_id._choose(customers, GROUP_CHOICES[self.state])

    @api.model
    def _customers_of(self, eval_context):
        """The customers whom an action's records are, or belong to.

        :return: recordsets, one per company: each works for the company of its records,
            whichever one the user, or the job that changed them, has chosen.
        """
        context = eval_context or {}
        records = context.get("records") or context.get("record")
        if not records:
            return []
        found = []
        for company, some in records.grouped(self._company_of).items():
            partners = some if some._name == "res.partner" else some.partner_id
            if customers := partners.commercial_partner_id.filtered("is_customer"):
                found.append(customers.with_company(company))
        return found

    @api.model
    def _company_of(self, record):
        """The company that a record belongs to, as far as the user may work for it."""
        env, record = record.env, record.sudo()
        holders = [record]
        if record._name != "res.partner":
            holders.append(record.partner_id)
        group = record._fields.get("group_id")
        if group and group.comodel_name == "crm.customer.group":
            holders.insert(0, record.group_id)
        for holder in holders:
            field = holder._fields.get("company_id")
            if field and field.comodel_name == "res.company" and holder.company_id:
                company = holder.company_id.with_env(env)
                known = env.su or company in env.user.company_ids
                return company if known else env.company
        return env.company
