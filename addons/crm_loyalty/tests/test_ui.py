"""Points on screen: parameters, an order that earns and spends, its return."""

from odoo.tests import HttpCase, tagged

from odoo.addons.crm_customer.tests.common import make_user

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestScreens(LoyaltyCase, HttpCase):
    """In Vietnamese: no step may depend on a word of the screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.superuser_env["res.lang"]._activate_lang("vi_VN")
        cls.shop_manager = make_user(
            cls.superuser_env,
            "shop_manager_of_points_tests",
            "crm_customer.role_shop_manager",
            lang="vi_VN",
            tz="Asia/Ho_Chi_Minh",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    def tour(self, url, name):
        self.start_tour(url, name, login=self.shop_manager.login)

    def test_from_parameters_to_a_returned_order(self):
        self.tour("/odoo/points-program", "crm_loyalty_parameters")
        self.env.invalidate_all()
        self.assertEqual(self.program.money_per_point, 5_000)
        rule = self.program.rule_ids.filtered(lambda r: r.rule_type == "first_order")
        self.assertEqual((rule.points, rule.active), (7, True))
        rule.active = False
        self.give(100)
        order = self.order(1, confirm=False)
        order.user_id = self.shop_manager
        self.tour(f"/odoo/sales/{order.id}", "crm_loyalty_order")
        self.env.invalidate_all()
        self.assertEqual((order.state, self.balance()), ("sale", 79))
        self.refund(self.invoice(order))
        self.assertEqual(self.balance(), 100)
        card = self.card()
        self.tour(f"/odoo/points-accounts/{card.id}", "crm_loyalty_after_return")
        self.env.invalidate_all()
        self.assertEqual(self.balance(), 105)
        self.assertProved()
