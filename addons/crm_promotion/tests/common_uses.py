"""Orders whose promotion lines the tests write themselves: any amount, any number."""

from odoo import fields

from ..models.crm_promotion_order import DEFER, Touched
from .common import PromotionCase

#: More than anybody buys: the engine never gives these promotions.
NEVER = {"benefit_type": "percent", "discount": 10, "min_amount": 10**12}


class UseCase(PromotionCase):
    """``promo`` takes money off; it runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promo = cls.make_promotion("Giảm giá khai trương")
        cls.Use = cls.admin_env["crm.promotion.use"]
        cls.Counter = cls.admin_env["crm.promotion.counter"]

    @classmethod
    def make_promotion(cls, name, **vals):
        return cls.promote(NEVER, name=name, **vals)

    @classmethod
    def _today(cls):
        return cls.program._local_day()

    def promoted(self, off=10_000, *, program=None, confirm=True, **vals):
        """An order of one product for 100,000 đ, with that much off."""
        order = self.order(1, confirm=False, **vals)
        self.take_off(order, off, program)
        if confirm:
            self.confirm(order)
        return order

    def take_off(self, order, off, program=None, **vals):
        reward = (program or self.promo).sudo().reward_ids
        self.deferred(order).order_line = [
            fields.Command.create(
                {
                    "name": "Khuyến mãi",
                    "product_id": reward.discount_line_product_id.id,
                    "reward_id": reward.id,
                    "reward_identifier_code": f"{reward.id}-{len(order.order_line)}",
                    "price_unit": -off,
                    "tax_ids": False,
                    **vals,
                }
            )
        ]

    def deferred(self, order):
        """The order, left alone by the engine."""
        return order.with_env(self.admin_env).with_context(**{DEFER: Touched()})

    def confirm(self, order):
        self.deferred(order).write(
            {"state": "sale", "date_order": fields.Datetime.now()}
        )

    def uses(self, program=None):
        """Counted uses and their money, as the program shows it."""
        program = program or self.promo
        program.invalidate_recordset()
        return program.use_count, program.cost_total

    def counters(self, program=None):
        """(customer, day) -> uses and money of each counter."""
        rows = self.Counter.search([("program_id", "=", (program or self.promo).id)])
        return {
            (row.partner_id.name or None, bool(row.day)): (row.used, row.amount)
            for row in rows
        }

    def assertProved(self):
        """Points and uses are what the orders say."""
        result = super().assertProved()
        programs = self.admin_env["loyalty.program"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(self.Counter._verify(programs), [])
        return result
