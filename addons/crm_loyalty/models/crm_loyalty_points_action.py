from odoo import api, fields, models
from odoo.exceptions import UserError

ADD = "points_add"


class CrmLoyaltyPointsAction(models.AbstractModel):
    """Automation that gives points. Part of ``ir.actions.server``.

    The action runs on customers and on all records with a ``partner_id``.
    """

    _name = "crm.loyalty.points.action"
    _description = "Give Points to Customers"

    points_amount = fields.Integer(
        string="Points",
        compute="_compute_points_add",
        store=True,
        readonly=False,
    )
    points_reason = fields.Char(
        string="Reason",
        compute="_compute_points_add",
        store=True,
        readonly=False,
        translate=True,
        help="The customer reads it beside the points.",
    )
    points_once = fields.Boolean(
        string="Once per Record",
        default=True,
        help="However often the action runs, a record gives its points once.",
    )

    @api.depends("state")
    def _compute_points_add(self):
        """Settings of another type of action are forgotten, as Odoo's own are."""
        for action in self.filtered(lambda action: action.state != ADD):
            action.points_amount, action.points_reason = 0, False

    @api.model
    def _customer_actions(self):
        """Override of `crm_customer`: this one works on customers, too."""
        return (*super()._customer_actions(), ADD)

    def _name_depends(self):
        return [*super()._name_depends(), "points_amount"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == ADD and self.points_amount:
            return self.env._("Add %s points", self.points_amount)
        return super()._generate_action_name()

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "points_amount", "points_reason"]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state == ADD:
            if self.points_amount <= 0:
                warnings.append(self.env._("Points to add are above zero."))
            if not self.points_reason:
                warnings.append(self.env._("Say why the points are added."))
        return warnings

    def _run_action_points_add_multi(self, eval_context=None):
        """Who may run the action was decided by who made it."""
        context = eval_context or {}
        records = context.get("records") or context.get("record")
        if not records:
            return
        for company, some in records.grouped(self._company_of).items():
            program = self.env["loyalty.program"]._get_points_program(company).sudo()
            if not program:
                raise UserError(
                    self.env._(
                        "There is no points program yet. Open its parameters first."
                    )
                )
            self._add_points(program, some)

    def _add_points(self, program, records):
        """A customer's gifts in one statement; those of other records one by one, as
        several may be the same customer's."""
        is_partner = records._name == "res.partner"
        partners = records if is_partner else records.partner_id
        owners = partners.commercial_partner_id.filtered("is_customer")
        if not owners:
            return
        lang = program._in_language_of_shop().env.lang
        reason = self.with_context(lang=lang).points_reason
        Card = self.env["loyalty.card"].sudo()
        accounts = Card._provide_accounts(program, owners)
        if is_partner and self.points_once:
            cards = Card.union(*accounts.values())
            cards._post_gifts(
                self.points_amount,
                kind="adjust",
                prefix=f"action:{self.id}",
                description=reason,
            )
            return
        for record in records:
            owner = (record if is_partner else record.partner_id).commercial_partner_id
            if owner not in accounts:
                continue
            key = f"action:{self.id}:{record._name}:{record.id}"
            accounts[owner].sudo()._post_points(
                self.points_amount,
                key=key if self.points_once else None,
                description=reason,
            )
