from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

MANAGER = "crm_customer.crm_customer_group_manager"
DEFINITION = {
    "active",
    "company_id",
    "condition_ids",
    "domain",
    "excluded_partner_ids",
    "fixed_partner_ids",
}


class CrmCustomerGroup(models.Model):
    """Customers who are treated alike: by conditions, or because somebody put them in.

    A member fulfils all conditions and the domain, or is a fixed member, and isn't
    excluded. Members are kept in `crm.customer.group.member`.
    """

    _name = "crm.customer.group"
    _description = "Customer Group"
    _inherit = [
        "crm.customer.group.domain",
        "crm.customer.group.engine",
        "crm.customer.group.explain",
        "crm.customer.group.jobs",
        "crm.customer.group.uses",
    ]
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True)
    code = fields.Char(
        copy=False, help="Short name by which connected systems know the group."
    )
    description = fields.Text()
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    condition_ids = fields.One2many(
        "crm.customer.group.condition", "group_id", string="Conditions", copy=True
    )
    domain = fields.Char(
        string="Further Conditions",
        default="[]",
        help="For what the conditions don't offer. Fields of the customer are followed "
        "at once, what lies behind them (its orders' lines, for example) every night.",
    )
    fixed_partner_ids = fields.Many2many(
        "res.partner",
        "crm_customer_group_fixed_rel",
        "group_id",
        "partner_id",
        string="Fixed Members",
        domain=[("is_customer", "=", True)],
        help="They belong to the group whatever the conditions say.",
    )
    excluded_partner_ids = fields.Many2many(
        "res.partner",
        "crm_customer_group_excluded_rel",
        "group_id",
        "partner_id",
        string="Excluded Members",
        domain=[("is_customer", "=", True)],
        help="They never belong to the group.",
    )
    member_ids = fields.One2many("crm.customer.group.member", "group_id")
    log_ids = fields.One2many("crm.customer.group.log", "group_id")
    pricelist_ids = fields.Many2many(
        "product.pricelist",
        "crm_customer_group_pricelist_rel",
        "group_id",
        "pricelist_id",
        string="Price Policies",
        copy=False,
    )
    member_count = fields.Integer(string="Members", compute="_compute_member_count")
    matching_count = fields.Integer(compute="_compute_matching", groups=MANAGER)
    matching_partner_ids = fields.Many2many(
        "res.partner", compute="_compute_matching", groups=MANAGER
    )
    matching_problem = fields.Char(compute="_compute_matching", groups=MANAGER)
    build_ids = fields.One2many("crm.customer.group.build", "group_id")
    state = fields.Selection(
        [("waiting", "Computing…"), ("done", "Up to Date"), ("failed", "Failed")],
        compute="_compute_state",
    )
    computed_at = fields.Datetime(string="Last Computed", compute="_compute_state")
    problem = fields.Text(compute="_compute_state")
    revision = fields.Integer(
        readonly=True, copy=False, help="Counts the changes of the definition."
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, lower(name))", "There is already a group with this name."
    )
    _code_uniq = models.UniqueIndex(
        "(company_id, lower(code)) WHERE code <> ''",
        "Another group has this code already.",
    )

    # ------------------------------------------------------------------- computes

    @api.depends_context("uid", "su")
    def _compute_member_count(self):
        """Who sees only own customers counts only them, as in the list of members."""
        if not self.env.su and self.env.user._sees_own_customers_only():
            rows = self.env["res.partner"]._read_group(
                [("is_customer", "=", True), ("customer_group_ids", "in", self.ids)],
                ["customer_group_ids"],
                ["__count"],
            )
        else:
            rows = (
                self.env["crm.customer.group.member"]
                .sudo()
                ._read_group([("group_id", "in", self.ids)], ["group_id"], ["__count"])
            )
        counts = dict(rows)
        for group in self:
            group.member_count = counts.get(group._origin, 0)

    @api.depends("build_ids.state", "build_ids.computed_at", "build_ids.problem")
    def _compute_state(self):
        for group in self:
            build = group.sudo().build_ids[:1]
            group.state = build.state or "done"
            group.computed_at = build.computed_at
            group.problem = build.problem

    @api.depends(
        *("domain", "company_id", "fixed_partner_ids", "excluded_partner_ids"),
        *(
            f"condition_ids.{name}"
            for name in (
                *("attribute", "operator", "number", "number_to", "amount"),
                *("amount_to", "date_from", "date_to", "months", "gender"),
                *("source_ids", "tag_ids", "state_ids", "user_ids"),
            )
        ),
    )
    def _compute_matching(self):
        """How many belong to the group as it stands in the form, and some of them."""
        for group in self:
            problem = group._problem()
            domain = Domain.FALSE if problem else group._member_domain()
            group.matching_problem = problem
            group.matching_count, newest = group._count_matching(domain)
            partners = self.env["res.partner"].browse(newest)
            group.matching_partner_ids = partners._filtered_access("read")

    # ---------------------------------------------------------------- constraints

    def _check_domain(self):
        """Not a constraint of the ORM: those are checked with all rights."""
        for group in self:
            if problem := group._domain_problem():
                raise ValidationError(problem)

    def _problem(self):
        """Why the definition can't be used, in one sentence; None when it can."""
        problems = filter(None, (line._problem() for line in self.condition_ids))
        return next(problems, None) or self._domain_problem()

    def _domain_problem(self):
        """One sentence when the domain can't be used; None when it can.

        It is tried with the rights of the user: a group is no way to find out what
        somebody can't read.
        """
        try:
            written = self._written_domain()
            if not written.is_true():
                self.env["res.partner"].search(written, limit=1)
            self._further_domain()
        except (ValueError, SyntaxError, TypeError, KeyError, UserError):
            return self.env._(
                "The further conditions can't be understood. Remove them, or choose "
                "the field, the comparison and the value again."
            )
        return None

    # ------------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        groups = super(
            CrmCustomerGroup, self.with_context(crm_customer_group_saving=True)
        ).create(vals_list)
        groups = groups.with_env(self.env)
        groups._check_domain()
        groups._definition_changed()
        return groups

    def write(self, vals):
        result = super(
            CrmCustomerGroup, self.with_context(crm_customer_group_saving=True)
        ).write(vals)
        if "domain" in vals:
            self._check_domain()
        if DEFINITION & vals.keys():
            self._definition_changed()
        return result

    def copy_data(self, default=None):
        """Override of `base`: names are unique."""
        vals_list = super().copy_data(default)
        for group, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=group.name)
        return vals_list

    # --------------------------------------------------------------------- actions

    def action_rebuild(self):
        """Find the members of these groups anew."""
        self.check_access("write")
        self.sudo().filtered("active")._request_rebuild()

    def action_view_members(self):
        """Open the list of customers who belong to this group."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.res_partner_action_customer"
        )
        action.pop("path", None)
        action["display_name"] = action["name"] = self.name
        action["domain"] = [
            ("is_customer", "=", True),
            ("customer_group_ids", "in", self.ids),
        ]
        action["context"] = {"create": False}
        return action

    def action_view_log(self):
        """Open who joined and left this group, and when."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_customer_group_log_action"
        )
        action["domain"] = [("group_id", "=", self.id)]
        action["context"] = {"search_default_by_group": 0}
        return action

    def action_why(self):
        """Ask why a customer is, or isn't, in this group."""
        self.ensure_one()
        return self.env["crm.customer.group.why"]._open(group=self)

    def action_price_policy(self):
        """Ask for the pricelist of the members of these groups."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_customer_group_policy_action"
        )
        action["context"] = {"default_group_ids": self.ids}
        return action
