import random
from datetime import timedelta

from odoo import api, fields, models

ORDERS = 48
DAYS = 12
#: Every so-manieth order is cancelled, or returned whole.
CANCELLED = 12


class CrmPromotionDemo(models.AbstractModel):
    """Sells with the promotions of the demo shop; only its data call it.

    Dates are counted back from today, and drawn with a fixed seed.
    """

    _name = "crm.promotion.demo"
    _description = "Uses of the Demo Shop's Promotions"

    @api.model
    def _fill(self):
        chance = random.Random(2027)
        sold = self.env["sale.order"].search(
            [("state", "=", "sale"), ("company_id", "=", self.env.company.id)],
            order="date_order desc, id",
            limit=ORDERS,
        )
        orders = sold.browse()
        for order in sold:
            orders |= order.copy()
        orders.action_confirm()
        now = fields.Datetime.now()
        for order in orders:
            # More at the end: word goes round.
            ago = DAYS * chance.random() ** 1.6
            order.date_order = now - timedelta(days=ago)
        orders[::CANCELLED]._action_cancel()
        season = self.env.ref("crm_promotion.loyalty_program_season_demo")
        season.write({"max_uses": 120, "max_uses_day": 20, "budget": 12_000_000})
