from odoo import api, fields, models
from odoo.fields import Command, Domain

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


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
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
        for order in self:
            benefits = order.promotion_benefits or ()
            order.promotion_ids = list(
                dict.fromkeys(benefit["program"] for benefit in benefits)
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale`: promotions follow what the order is."""
        touched = self.env.context.get(DEFER) or Touched()
        deferred = self.with_context(**{DEFER: touched})
        orders = self.browse(super(SaleOrder, deferred).create(vals_list).ids)
        (orders | self.browse(touched.ids))._follow_promotions()
        return orders

    def write(self, vals):
        """Override of `sale`: promotions follow what the order is."""
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
        """Override of `sale_loyalty`: promotions of ours aren't Odoo's to evaluate."""
        return Domain(super()._get_program_domain()) & Domain(
            "is_promotion", "=", False
        )

    def _get_trigger_domain(self):
        """Override of `sale_loyalty`: promotions of ours aren't Odoo's to evaluate."""
        ours = Domain("program_id.is_promotion", "=", False)
        return Domain(super()._get_trigger_domain()) & ours
