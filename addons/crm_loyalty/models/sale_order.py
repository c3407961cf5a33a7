from odoo import api, fields, models

from ..tools.earning import earn, terms_of
from .loyalty_history import BY_ORDER

#: Fields of an order that its points depend on.
_COUNTED = {"state", "partner_id", "date_order", "company_id"}
#: What was agreed and posted; written by the points program alone.
_AGREED = {"points_terms", "points_account_id", "points_pending", "points_returned"}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "crm.loyalty.worth",
        "crm.loyalty.order",
        "crm.loyalty.turn",
        "crm.loyalty.redeem",
        "crm.loyalty.portal",
        "crm.loyalty.tier.order",
        "crm.loyalty.guard",
        "sale.order",
    ]

    points_to_spend = fields.Integer(
        string="Points to Use",
        copy=False,
        help="Any number of points that the customer wants to use on this order.",
    )
    points_account_id = fields.Many2one(
        "loyalty.card",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    points_terms = fields.Json(readonly=True, copy=False)
    points_pending = fields.Integer(string="Pending Points", readonly=True, copy=False)
    points_returned = fields.Boolean(
        string="All Returned", readonly=True, copy=False, index="btree_not_null"
    )
    points_earned = fields.Integer(
        string="Earned Points", compute="_compute_points_posted"
    )
    points_spent = fields.Integer(
        string="Used Points", compute="_compute_points_posted"
    )
    points_allowed = fields.Integer(
        string="Points That Can Be Used", compute="_compute_points_allowed"
    )
    points_to_earn = fields.Integer(compute="_compute_points_to_earn")
    points_because = fields.Text(string="Because", compute="_compute_points_to_earn")

    @api.depends("points_account_id", "state", "order_line.points_cost")
    def _compute_points_posted(self):
        posted = self._origin.sudo()._read_posted()
        for order in self:
            cards = posted.get(order._origin.id, {}).values()
            rows = [row for rows in cards for row in rows]
            order.points_earned = sum(
                row.points for row in rows if row.kind in ("earn", "earn_back")
            )
            order.points_spent = -sum(
                row.points for row in rows if row.kind in ("spend", "spend_back")
            )

    @api.depends("partner_id", "company_id", "state", "points_to_spend")
    def _compute_points_allowed(self):
        for order in self:
            order.points_allowed = order._points_allowed()

    @api.depends(
        "partner_id",
        "company_id",
        "state",
        "order_line.price_total",
        "order_line.product_uom_qty",
        "order_line.points_cost",
        "points_terms",
    )
    @api.depends_context("lang")
    def _compute_points_to_earn(self):
        """ "This order would earn …, because …": what confirming it now would post."""
        self.points_to_earn, self.points_because = 0, False
        for order in self.sudo():
            if order.state == "cancel":
                continue
            terms = order.points_terms or order._make_points_terms()
            if not terms:
                continue
            earned = earn(
                terms_of(terms),
                order._points_lines_kept("confirmed"),
                order._share_by_points(),
            )
            order.points_to_earn = earned.points
            order.points_because = order._points_sentences(earned.reasons) or False

    def _points_sentences(self, reasons):
        """The engine's reasons in the user's language, a line each."""
        rules = self.env["loyalty.rule"].browse(r.rule for r in reasons if r.rule)
        names = {rule.id: rule.display_name for rule in rules}
        units = self._points_units()
        currency = self._points_program().currency_id
        return "\n".join(
            self._points_sentence(
                reason, names.get(reason.rule), currency.format(reason.value / units)
            )
            for reason in reasons
        )

    def _points_sentence(self, reason, name, amount):
        said = {"name": name, "points": reason.points, "amount": amount}
        if reason.code == "money":
            return self.env._("%(name)s: %(points)s points for %(amount)s", **said)
        if reason.code == "unit":
            said["quantity"] = f"{float(reason.quantity):g}"
            return self.env._(
                "%(name)s: %(points)s points for %(quantity)s pieces", **said
            )
        if reason.code == "multiplier":
            return self.env._("Multiplier: %(points)s points more", **said)
        if reason.code == "not_best":
            return self.env._("%(name)s: another rule gives more", **said)
        return self.env._("%(name)s: %(points)s points", **said)

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale`: an order may come with a wish, or confirmed."""
        self._refuse_given(_AGREED, vals_list)
        orders = super().create(vals_list)
        for order in orders._in_turn():
            if order.points_to_spend:
                order._apply_points_request()
        if confirmed := orders.filtered(lambda order: order.state == "sale"):
            confirmed._agree_points_terms()
            confirmed._touch_points()
        return orders

    def write(self, vals):
        """Override of `sale`: points follow what the order is."""
        self._refuse_changes(_AGREED, vals)
        orders = self
        if self.env.context.get(BY_ORDER):
            orders = self.with_context(**{BY_ORDER: False})
        result = super(SaleOrder, orders).write(vals)
        if vals.get("state") == "sale":
            orders._agree_points_terms()
        if _COUNTED & vals.keys():
            orders._sync_points()
        if "points_to_spend" in vals and not self.env.context.get(
            "crm_loyalty_applied"
        ):
            for order in orders:
                order._apply_points_request()
        return result

    def action_open_points_account(self):
        """The customer's account with its ledger."""
        self.ensure_one()
        return self._points_account()._action_open()
