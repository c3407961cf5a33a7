from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from .crm_promotion_order import DEFER, Touched

#: Fields of an order that promotions depend on.
_ASKED = {
    "order_line",
    "partner_id",
    "company_id",
    "currency_id",
    "pricelist_id",
    "team_id",
    "fiscal_position_id",
    "state",
    "code_enabled_rule_ids",
    "promotion_declined_ids",
}
#: What promotions give: written by the addon itself and by nobody else.
_GIVEN = {"promotion_benefits", "voucher_ids", "held_voucher_ids"}


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "crm.promotion.agreed",
        "crm.promotion.order",
        "crm.promotion.explain",
        "crm.promotion.facts",
        "crm.promotion.claim",
        "crm.promotion.voucher",
        "sale.order",
    ]

    promotion_benefits = fields.Json(readonly=True, copy=False)
    promotion_ids = fields.Many2many(
        "loyalty.program", string="Promotions", compute="_compute_promotion_ids"
    )
    promotion_declined_ids = fields.Many2many(
        "loyalty.program",
        "crm_promotion_declined_rel",
        string="Promotions Taken Off",
        copy=False,
        domain=[("is_promotion", "=", True)],
        help="Taken off this order by hand; they don't come back by themselves.",
    )
    promotions_differ = fields.Boolean(compute="_compute_promotions_differ")

    @api.depends("promotion_benefits")
    def _compute_promotion_ids(self):
        given = {
            order: dict.fromkeys(each["program"] for each in order.promotion_benefits)
            for order in self
            if order.promotion_benefits
        }
        programs = self.env["loyalty.program"].browse(set().union(*given.values()))
        there = set(programs.exists().ids) if given else set()
        for order in self:
            order.promotion_ids = [p for p in given.get(order, ()) if p in there]

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale`: promotions follow what the order is."""
        context = self.env.context
        self._check_given({name for vals in vals_list for name in vals})
        self._check_given({name for name in _GIVEN if context.get(f"default_{name}")})
        touched = context.get(DEFER) or Touched()
        deferred = self.with_context(**{DEFER: touched})
        orders = self.browse(super(SaleOrder, deferred).create(vals_list).ids)
        (orders | self.browse(touched.ids))._follow_promotions()
        return orders

    def write(self, vals):
        """Override of `sale`: promotions follow what the order is."""
        self._check_given(vals.keys())
        if not _ASKED & vals.keys():
            return super().write(vals)
        outer = self.env.context.get(DEFER)
        if not outer:
            deleted = [
                command[1]
                for command in vals.get("order_line") or ()
                if command[0] == Command.DELETE
            ]
            self._decline_promotions(self.order_line.browse(deleted))
        touched = outer or Touched()
        deferred = self.with_context(**{DEFER: touched})
        result = super(SaleOrder, deferred).write(vals)
        (self | self.browse(touched.ids))._follow_promotions()
        return result

    def _check_given(self, names):
        """Who may write orders may not give points and vouchers away with them."""
        if not self.env.su and _GIVEN & names:
            raise AccessError(
                self.env._(
                    "What promotions give to an order can't be written. Enter the code "
                    "of the voucher, or update the promotions of the order."
                )
            )

    def copy(self, default=None):
        """Override of `sale_loyalty`: the copy gets what it should have by itself."""
        deferred = self.with_context(**{DEFER: Touched()})
        orders = self.browse(super(SaleOrder, deferred).copy(default).ids)
        orders._follow_promotions()
        return orders

    def _action_cancel(self):
        """Override of `sale_loyalty`: lines that go with the order aren't declined."""
        return super(
            SaleOrder, self.with_context(**{DEFER: Touched()})
        )._action_cancel()

    def _get_program_domain(self):
        """Override of `sale_loyalty`: promotions of ours aren't Odoo's to evaluate.

        As a list, like Odoo's: `website_sale_loyalty` puts another leaf into it.
        """
        return [*super()._get_program_domain(), ("is_promotion", "=", False)]

    def _get_trigger_domain(self):
        """Override of `sale_loyalty`: as for programs."""
        return [*super()._get_trigger_domain(), ("program_id.is_promotion", "=", False)]
