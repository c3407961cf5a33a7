"""The manager starts a promotion, limits it and stops it, in Vietnamese."""

from odoo.tests import HttpCase, new_test_user, tagged

from .common import MANAGER


@tagged("post_install", "-at_install")
class TestStopScreen(HttpCase):
    def test_promotion_is_started_limited_and_stopped(self):
        self.env["res.lang"]._activate_lang("vi_VN")
        manager = new_test_user(
            self.env(context={"no_reset_password": True}),
            "promotion_manager_of_tests",
            f"{MANAGER},crm_customer.role_shop_manager",
            lang="vi_VN",
            tz="Asia/Ho_Chi_Minh",
        )
        promo = self.env["loyalty.program"].create(
            {
                "name": "Khai trương của bài thử",
                "is_promotion": True,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "reward_ids": [(0, 0, {"benefit_type": "percent", "discount": 10})],
            }
        )
        self.start_tour("/odoo/promotions", "crm_promotion_stop", login=manager.login)
        self.assertEqual(promo.promotion_state, "stopped")
        self.assertEqual((promo.max_uses, promo.stop_reason), (100, "Quà đã hết"))
