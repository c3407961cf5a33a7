from odoo import fields, models

from ..tools.claims import Claim

#: What follows from the order.
FIGURES = (
    "program_id",
    "order_id",
    "partner_id",
    "company_id",
    "currency_id",
    "day",
    "state",
    "discount",
    "gifts",
    "amount",
    "gift_quantity",
    "revenue",
    "points",
    "vouchers",
)
#: Figures that are nothing when the use is given back.
AMOUNTS = ("discount", "gifts", "amount", "gift_quantity", "revenue", "points")


class CrmPromotionUse(models.Model):
    """A confirmed order that a program gave something to.

    One row per program and order, written by `sale.order._sync_promotion_uses` alone:
    it says what follows from the order's state, now. Cancelled and wholly returned
    orders give their use back; the row stays and says so.
    """

    _name = "crm.promotion.use"
    _inherit = ["crm.promotion.benefit"]
    _description = "Use of a Promotion"
    _order = "day desc, id desc"
    _rec_name = "order_id"
    _customer_field = "partner_id"

    program_id = fields.Many2one(
        "loyalty.program",
        string="Promotion",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    day = fields.Date(
        required=True, readonly=True, help="The shop's day of the confirmation."
    )
    state = fields.Selection(
        [("counted", "Counted"), ("given_back", "Given Back")],
        required=True,
        readonly=True,
        default="counted",
        help="Cancelled and wholly returned orders give their use back.",
    )
    discount = fields.Monetary(
        readonly=True, help="Money taken off, free shipping included."
    )
    gifts = fields.Monetary(
        string="Gifts at Their Price",
        readonly=True,
        help="What the gift products would have cost.",
    )
    amount = fields.Monetary(
        string="Cost", readonly=True, help="What the use takes from the budget."
    )
    gift_quantity = fields.Float(
        string="Gift Products", digits="Product Unit", readonly=True
    )
    revenue = fields.Monetary(
        readonly=True,
        help="What the customer pays for the goods that are kept, taxes included.",
    )

    _use_uniq = models.UniqueIndex(
        "(program_id, order_id)",
        "This order counts as a use of this promotion already.",
    )
    _day_idx = models.Index("(program_id, day) WHERE state = 'counted'")

    def action_open_order(self):
        """The order of this use, as its row in the list opens it."""
        self.ensure_one()
        return self.order_id._get_records_action()

    def _claims(self):
        """What these rows have in the counters."""
        return self._claims_of(
            use._read_raw() for use in self if use.state == "counted"
        )

    def _claims_of(self, vals_list):
        """The same of values that rows should have."""
        Currency = self.env["res.currency"]
        return [
            Claim(
                vals["program_id"],
                vals["order_id"],
                vals["partner_id"],
                vals["day"],
                round(vals["amount"] * 10**currency.decimal_places),
            )
            for vals in vals_list
            if (currency := Currency.browse(vals["currency_id"]))
        ]

    def _read_raw(self):
        """The row's values as they are written."""
        return {
            name: self[name].id if self._fields[name].relational else self[name]
            for name in FIGURES
        }

    def _changes(self, vals):
        """Those of the values that the row hasn't got."""
        current = self._read_raw()
        return {
            name: value
            for name, value in vals.items()
            if self._differs(name, current[name], value)
        }

    def _differs(self, name, one, other):
        if self._fields[name].type == "monetary":
            return bool(self.currency_id.compare_amounts(one, other))
        return (one or False) != (other or False)

    def _change(self, vals):
        """Write what follows from the order now; what it gave before is taken back."""
        if {"state", "vouchers", "partner_id"} & vals.keys():
            if self.state == "counted":
                self._take_vouchers_back()
            if vals.get("state", self.state) == "counted":
                vals = vals | {"times": self.times + 1}
        self.write(vals)
