"""Shops in several time zones: each order has the day of its own shop."""

from freezegun import freeze_time

from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestZones(PromotionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Refused codes have transactions of their own: nothing of them may stay.
        cls.registry_enter_test_mode_cls()
        cls.company.partner_id.with_env(cls.superuser_env).tz = "Asia/Ho_Chi_Minh"
        cls.west = cls._make_shop("Cửa hàng California")
        cls.west.partner_id.with_env(cls.superuser_env).tz = "America/Los_Angeles"
        cls.west.currency_id = cls.company.currency_id
        shared = cls.superuser_env["loyalty.program"].create(
            {
                "name": "Cả chuỗi",
                "is_promotion": True,
                "date_from": "2020-01-01",
                "date_to": "2026-12-31",
                "company_id": False,
                "currency_id": cls.company.currency_id.id,
                "max_uses_day": 1,
                "reward_ids": [(0, 0, {"benefit_type": "percent", "discount": 10})],
            }
        )
        shared.action_start_promotion()
        cls.shared = shared

    def sell(self, company):
        Order = self.superuser_env["sale.order"].with_company(company)
        line = {"product_id": self.product.id, "tax_ids": False}
        return Order.create(
            {
                "company_id": company.id,
                "partner_id": self.customer.id,
                "currency_id": self.company.currency_id.id,
                "order_line": [(0, 0, line)],
            }
        )

    def test_shared_program_lasts_until_its_day_is_over_everywhere(self):
        Program = self.superuser_env["loyalty.program"]
        with freeze_time("2026-12-31 18:00:00"):  # New Year in Vietnam
            Program.with_company(self.company)._cron_promotion_state()
            self.assertEqual(self.shared.promotion_state, "running")
            self.assertEqual(self.sell(self.company).amount_total, 100_000)
            self.assertEqual(self.sell(self.west).amount_total, 90_000)
        with freeze_time("2027-01-01 08:01:00"):  # and in California
            Program.with_company(self.company)._cron_promotion_state()
            self.assertEqual(self.shared.promotion_state, "ended")

    def test_limit_of_a_day_is_of_the_day_of_the_shop(self):
        with freeze_time("2026-03-01 20:00:00"):  # 2 March in Vietnam
            for company, day in ((self.company, "02"), (self.west, "01")):
                order = self.sell(company)
                self.assertEqual(order.amount_total, 90_000)
                order.with_company(self.company).action_confirm()
                [use] = self.superuser_env["crm.promotion.use"].search(
                    [("order_id", "=", order.id)]
                )
                self.assertEqual(str(use.day), f"2026-03-{day}")
            self.assertEqual(self.sell(self.west).amount_total, 100_000)

    def test_voucher_of_all_shops_lasts_as_long_as_the_day_of_the_shop(self):
        program = self.superuser_env["loyalty.program"].create(
            {
                "name": "Voucher cả chuỗi",
                "is_promotion": True,
                "given_by": "voucher",
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "company_id": False,
                "currency_id": self.company.currency_id.id,
                "reward_ids": [(0, 0, {"benefit_type": "percent", "discount": 20})],
            }
        )
        program.action_start_promotion()
        [card] = program._issue_vouchers(None, 1)
        with freeze_time("2026-03-01 05:00:00"):
            card.expiration_date = "2026-03-01"
        with freeze_time("2026-03-01 20:00:00"):
            east, west = self.sell(self.company), self.sell(self.west)
            self.assertIn("error", east._try_apply_code(card.code))
            self.assertNotIn("error", west._try_apply_code(card.code))
            self.assertEqual(card.voucher_state, "reserved")
