"""Orders with promotion lines that no engine wrote: only uses are tested with them."""

from datetime import timedelta

from odoo.fields import Command

from .common import PromotionCase


class UseCase(PromotionCase):
    """``promo`` takes money off; it runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.promo = cls.make_promotion("Giảm giá khai trương")
        cls.Use = cls.admin_env["crm.promotion.use"]
        cls.Counter = cls.admin_env["crm.promotion.counter"]

    @classmethod
    def make_promotion(cls, name, *, start=True, **vals):
        """A programme whose condition nobody meets: its lines are written by hand."""
        program = cls.admin_env["loyalty.program"].create(
            {
                "name": name,
                "is_promotion": True,
                "program_type": "promotion",
                "applies_on": "current",
                "trigger": "auto",
                "rule_ids": [],
                "reward_ids": [Command.create({"discount": 10})],
                "communication_plan_ids": [],
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "date_from": "2020-01-01",
                "date_to": cls._today() + timedelta(days=30),
                **vals,
            }
        )
        if start:
            program.action_start_promotion()
        return program.with_user(cls.promotion_manager)

    @classmethod
    def _today(cls):
        return cls.program._local_day()

    def promoted(self, off=10_000, *, program=None, confirm=True, **vals):
        """An order of one product for 100,000 đ, with that much off."""
        order = self.order(1, confirm=False, **vals)
        self.take_off(order, off, program)
        if confirm:
            order.action_confirm()
        return order

    def take_off(self, order, off, program=None):
        reward = (program or self.promo).reward_ids
        return order.order_line.create(
            {
                "order_id": order.id,
                "name": "Khuyến mãi",
                "product_id": reward.sudo().discount_line_product_id.id,
                "reward_id": reward.id,
                "reward_identifier_code": f"{reward.id}-",
                "price_unit": -off,
                "tax_ids": False,
            }
        )

    def uses(self, program=None):
        """Counted uses and their money, as the programme shows it."""
        program = (program or self.promo).sudo()
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
        super().assertProved()
        programs = self.admin_env["loyalty.program"].search([])
        self.assertEqual(self.Counter._verify(programs), [])
