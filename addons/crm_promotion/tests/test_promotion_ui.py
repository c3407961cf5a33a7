"""The main screens of promotions in a browser, in Vietnamese."""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_customer.tests.common import make_user


@tagged("post_install", "-at_install")
class TestPromotionScreens(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("vi_VN")
        cls.manager = make_user(
            cls.env,
            "promotion_manager_of_tests",
            "crm_customer.role_shop_manager",
            lang="vi_VN",
            tz="Asia/Ho_Chi_Minh",
        )

    def test_make_a_promotion_with_two_levels_sell_and_stop(self):
        self.start_tour(
            "/odoo/promotions", "crm_promotion_create", login=self.manager.login
        )
        program = self.env["loyalty.program"].search(
            [("name", "=", "Tuần lễ lụa tơ tằm")]
        )
        self.assertTrue(program.is_promotion)
        self.assertEqual(
            sorted((r.min_amount, r.discount) for r in program.reward_ids),
            [(200_000, 5), (500_000, 20)],
        )
        product = self.env["product.product"].create(
            {"name": "Khăn lụa", "list_price": 100_000, "taxes_id": False}
        )
        order = (
            self.env["sale.order"]
            .with_user(self.manager)
            .create(
                {
                    "partner_id": self.env["res.partner"].create({"name": "Mai"}).id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": 2})
                    ],
                }
            )
        )
        self.assertEqual(order.amount_total, 190_000)
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "crm_promotion_sell_and_stop",
            login=self.manager.login,
        )
        self.assertEqual(order.amount_total, 480_000)
        self.assertEqual(program.promotion_state, "stopped")
        self.assertEqual((program.max_uses, program.stop_reason), (100, "Quà đã hết"))
