from odoo import api, fields, models, tools
from odoo.exceptions import UserError

from ..tools import field_rules
from ..tools.text import fold


class CrmCustomerFieldRule(models.Model):
    """What a company demands of a field of its customers.

    Rules are enforced from every door: forms, imports, other programs. They bind the
    customers of the company, and those that all companies share when somebody who works
    for this company saves them. A duplicate is a customer of the same company or one
    that all companies share.
    """

    _name = "crm.customer.field.rule"
    _inherit = ["crm.customer.field.rule.switch"]
    _description = "Customer Field Rule"
    _order = "company_id, sequence, id"
    _rec_name = "label"

    sequence = fields.Integer(default=100)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
        index=True,
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        required=True,
        ondelete="cascade",
        domain=[
            ("model", "=", "res.partner"),
            ("store", "=", True),
            ("readonly", "=", False),
            ("related", "=", False),
            ("company_dependent", "=", False),
            ("translate", "in", (False, "")),
            ("ttype", "in", field_rules.REQUIRED_TYPES),
        ],
    )
    field_name = fields.Char(related="field_id.name", store=True, precompute=True)
    label = fields.Char(
        string="Customer Field", compute="_compute_label", search="_search_label"
    )
    audience = fields.Selection(
        [
            ("everyone", "All customers"),
            ("persons", "Persons"),
            ("companies", "Companies"),
        ],
        string="Required Of",
        compute="_compute_label",
    )
    can_check = fields.Boolean(compute="_compute_label")
    check_duplicate = fields.Boolean(
        string="Check Duplicates",
        help="No two customers have the same value. Archived ones count, too.",
    )
    required = fields.Boolean(
        help="Customers can't be created without a value, and it can't be removed. "
        "Older customers may still lack one."
    )
    active = fields.Boolean(default=True)
    duplicate_count = fields.Integer(
        string="Left to Merge",
        compute="_compute_duplicate_count",
        help="Customers that shared their value with an older one when the rule was "
        "switched on. No new ones join them.",
    )

    _field_uniq = models.UniqueIndex(
        "(company_id, field_id)", "This field has a rule already."
    )
    _name_idx = models.Index("(field_name)")

    @api.depends("field_name")
    @api.depends_context("lang")
    def _compute_label(self):
        labels = self._labels({name for name in self.mapped("field_name") if name})
        fields_ = self.env["res.partner"]._fields
        for rule in self:
            field = fields_.get(rule.field_name)
            rule.label = labels.get(rule.field_name, rule.field_name)
            rule.audience = field_rules.audience(rule.field_name)
            rule.can_check = bool(field) and field.type in field_rules.CHECKED_TYPES

    def _search_label(self, operator, value):
        if operator != "ilike":
            return NotImplemented
        rules = self.with_context(active_test=False).search([])
        found = rules.filtered(lambda rule: fold(value) in fold(rule.label))
        return [("id", "in", found.ids)]

    @api.model
    def _labels(self, names):
        """What users call some fields of a customer.

        :rtype: dict[str, str]
        """
        described = self.env["res.partner"].sudo().fields_get(names, ["string"])
        ours = {
            "street": self.env._("Address"),
            "city_id": self.env._("Ward"),
            "state_id": self.env._("Province"),
            "user_id": self.env._("Owner"),
            "category_id": self.env._("Tags"),
            "vat": self.env._("Tax ID"),
            "company_registry": self.env._("Registration Number"),
            "website": self.env._("Website"),
        }
        return {
            name: ours.get(name) or description["string"]
            for name, description in described.items()
        }

    def _compute_duplicate_count(self):
        counts = dict(
            self.env["crm.customer.key"]
            .sudo()
            ._read_group(
                [("rule_id", "in", self.ids), ("tolerated", "=", True)],
                ["rule_id"],
                ["__count"],
            )
        )
        for rule in self:
            rule.duplicate_count = counts.get(rule._origin, 0)

    @api.constrains("field_id", "check_duplicate", "required")
    def _check_field(self):
        partner = self.env["res.partner"]
        for rule in self:
            field = partner._fields.get(rule.field_name)
            if (
                rule.sudo().field_id.model != partner._name
                or not (field and field.store)
                or field.type not in field_rules.REQUIRED_TYPES
                or field.company_dependent
                or field.translate
            ):
                raise UserError(
                    self.env._("There can't be a rule for this field. Choose another.")
                )
            if rule.check_duplicate and field.type not in field_rules.CHECKED_TYPES:
                raise UserError(
                    self.env._(
                        "“%(field)s” can be required, but not checked for duplicates: "
                        "many customers share a value.",
                        field=rule.label,
                    )
                )

    # ------------------------------------------------------------------ offering

    @api.model
    def _offer(self, companies=None):
        """Let companies have a rule for each field that is offered.

        :param companies: `res.company`; all when empty.
        """
        companies = companies or self.env["res.company"].sudo().search([])
        names = [offered.name for offered in field_rules.OFFERED]
        known = {
            field.name: field.id
            for field in self.env["ir.model.fields"]
            .sudo()
            .search([("model", "=", "res.partner"), ("name", "in", names)])
        }
        have = {
            (rule.company_id.id, rule.field_id.id)
            for rule in self.sudo()
            .with_context(active_test=False)
            .search([("company_id", "in", companies.ids)])
        }
        self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "field_id": known[name],
                    "sequence": place,
                    **dict.fromkeys(field_rules.SWITCHED_ON.get(name, ()), True),
                }
                for company in companies
                for place, name in enumerate(names, 1)
                if name in known and (company.id, known[name]) not in have
            ]
        )

    # ------------------------------------------------------------------ asking

    @api.model
    @tools.ormcache()
    def _field_names(self):
        """Fields that any company has a rule about duplicates for, switched on or off.

        :rtype: frozenset[str]
        """
        rules = self.sudo().with_context(active_test=False).search([])
        return frozenset(
            rule.field_name for rule in rules if rule.can_check and rule.field_name
        )

    @api.model
    @tools.ormcache("company_id")
    def _required_names(self, company_id):
        """Fields that a company requires, in the order of its list.

        What is cached mustn't depend on whether the first one to ask looks at archived
        records, as the lists of the settings do: hence ``active``.

        :rtype: tuple[str, ...]
        """
        rules = self.sudo().search(
            [
                ("company_id", "=", company_id),
                ("required", "=", True),
                ("active", "=", True),
            ]
        )
        known = self.env["res.partner"]._fields
        return tuple(
            rule.field_name
            for rule in rules
            if rule.field_name in known and rule.field_name != "name"
        )

    @api.model
    @tools.ormcache()
    def _required_anywhere(self):
        """Fields that any company requires: a quick look before a closer one.

        :rtype: frozenset[str]
        """
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        return frozenset(
            name
            for company in companies.search([])
            for name in self._required_names(company.id)
        )

    # ------------------------------------------------------------------ actions

    def action_view_duplicates(self):
        """The customers that share a value, grouped by it, for merging."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_customer_key_action"
        )
        name = self.env._("Duplicates: %(field)s", field=self.label)
        return action | {
            "name": name,
            "display_name": name,
            "domain": [("rule_id", "=", self.id), ("is_shared", "=", True)],
            "context": {
                "group_by": ["value"],
                "active_test": False,
                "crm_customer_duplicates": [("rule_id", "=", self.id)],
            },
        }
