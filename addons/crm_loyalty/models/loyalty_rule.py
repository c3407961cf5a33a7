from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.exact import in_units

#: What the pure engine calls the types that give points for an order.
ORDER_TYPES = ("amount", "product", "order_count", "first_order")
#: Those that look at which of the customer's orders it is.
BY_NUMBER = {"order_count", "first_order"}


class LoyaltyRule(models.Model):
    """An earning rule of a points program ("Quy tắc tích điểm").

    Rules of other programs stay as Odoo made them.
    """

    _inherit = "loyalty.rule"
    _rec_names_search = ["name"]

    name = fields.Char(translate=True)
    rule_type = fields.Selection(
        [
            ("amount", "Amount of the order"),
            ("product", "Product, category or tag"),
            ("order_count", "Number of orders"),
            ("first_order", "First order"),
            ("multiplier", "Multiplier"),
            ("birthday", "Birthday"),
            ("signup", "New customer"),
            ("referral", "Referral"),
            ("manual", "By hand"),
        ],
        string="Type",
        default="amount",
    )
    keep_ledger = fields.Boolean(related="program_id.keep_ledger")
    points = fields.Integer(default=1)
    money_per_point = fields.Monetary(
        string="Money for These Points",
        help="Points are given for each such amount. Empty: the program's amount.",
    )
    multiplier = fields.Integer(
        string="Percent",
        default=100,
        help="All points of an order, in percent: 200 doubles them.",
    )
    order_number = fields.Integer(
        default=5, help="Points are given with the customer's order of this number."
    )
    order_repeats = fields.Boolean(
        string="Again and Again",
        help="With every order whose number is a multiple of it.",
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    grade_ids = fields.Many2many(
        "res.partner.grade",
        string="Tiers",
        help="Customers of these tiers. Empty: all customers.",
    )
    customer_group_ids = fields.Many2many(
        "crm.customer.group",
        "crm_loyalty_rule_group_rel",
        "rule_id",
        "group_id",
        string="Customer Groups",
        ondelete="restrict",
        help="Customers of at least one of these groups. Empty: all customers.",
    )

    _points_not_negative = models.Constraint(
        "CHECK (points IS NULL OR points >= 0)", "A rule can't take points."
    )
    _multiplier_positive = models.Constraint(
        "CHECK (multiplier IS NULL OR multiplier > 0)",
        "The percentage must be above zero.",
    )
    _order_number_positive = models.Constraint(
        "CHECK (order_number IS NULL OR order_number > 0)",
        "The number of the order must be above zero.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "A rule can't end before it starts.",
    )

    @api.model
    def default_get(self, fields):
        """Override of `loyalty`: rules of our list belong to the points program."""
        defaults = super().default_get(fields)
        if self.env.context.get("points_rule") and "program_id" in fields:
            program = (
                self.env["loyalty.program"].sudo()._get_points_program(self.env.company)
            )
            defaults["program_id"] = program.id
        return defaults

    @api.depends("name", "rule_type")
    def _compute_display_name(self):
        labels = dict(self._fields["rule_type"]._description_selection(self.env))
        for rule in self:
            rule.display_name = rule.name or labels.get(rule.rule_type, "")

    def _applies_to(self, partner, day):
        """Those that hold for the customer on that day."""
        domain = (Domain("date_from", "=", False) | Domain("date_from", "<=", day)) & (
            Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        )
        return self.filtered_domain(domain).filtered(
            lambda rule: rule._fits_customer(partner)
        )

    def _fits_customer(self, partner):
        """Hook: whether the customer meets the rule's conditions."""
        self.ensure_one()
        if self.grade_ids and partner.grade_id not in self.grade_ids:
            return False
        groups = self.customer_group_ids
        return not groups or bool(groups & partner.sudo().customer_group_ids)

    def _fits_number(self, number):
        """Whether an order of that number (1 is the first) gets this rule's points."""
        self.ensure_one()
        if self.rule_type == "first_order":
            return number == 1
        if self.rule_type != "order_count":
            return True
        if self.order_repeats:
            return number % self.order_number == 0
        return number == self.order_number

    def _name_for_customers(self):
        """Its name in the language of the shop, whoever's job it is."""
        return self.with_env(self.program_id._in_language_of_shop().env).display_name

    def _prepare_terms(self, units):
        """What the engine needs of an order rule; kept with the order as JSON.

        :param units: smallest units of the currency in one.
        """
        self.ensure_one()
        by_mode = self.rule_type == "product"
        mode = self.reward_point_mode if by_mode else "order"
        if self.rule_type == "amount":
            mode = "money"
        money = self.money_per_point or self.program_id.money_per_point
        return {
            "id": self.id,
            "mode": mode,
            "points": self.points,
            "money": in_units(money, units),
            "minimum_value": in_units(self.minimum_amount, units),
            "minimum_quantity": self.minimum_qty if by_mode else 0,
            "everything": not by_mode,
        }
