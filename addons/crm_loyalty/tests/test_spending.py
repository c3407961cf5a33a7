"""Using points: any number, both conditions at every door, not what is just earned."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestSpending(LoyaltyCase):
    def test_any_number_of_points(self):
        self.give(500)
        order = self.order(1, points=37)
        self.assertEqual(order.amount_total, 100_000 - 3_700)
        self.assertEqual(order.points_spent, 37)
        self.assertEqual(order.points_earned, 9)
        self.assertEqual(self.balance(), 500 - 37 + 9)
        self.assertProved()

    def test_number_is_kept_when_the_order_changes(self):
        self.give(500)
        order = self.order(1, confirm=False, points=37)
        order.order_line[0].product_uom_qty = 3
        order._update_programs_and_rewards()
        self.assertEqual(order.points_to_spend, 37)
        self.assertEqual(order.amount_total, 300_000 - 3_700)
        order.points_to_spend = 0
        self.assertEqual(order.amount_total, 300_000)
        self.assertFalse(order._points_reward_lines())

    def test_order_is_never_paid_with_more_points_than_it_is_worth(self):
        self.product.sudo().list_price = 15_550
        self.give(500)
        order = self.order(1, points=400)
        self.assertEqual(order._points_cost(), 155)
        self.assertEqual(order.amount_total, 50)
        self.assertEqual(self.balance(), 500 - 155)

    def test_order_can_not_spend_what_it_earns(self):
        order = self.order(10, confirm=False)
        with self.assertRaisesRegex(UserError, "no points"):
            order.points_to_spend = 1
        self.give(5)
        with self.assertRaisesRegex(UserError, "At most 5"):
            order.points_to_spend = 6
        self.assertEqual(order.points_allowed, 5)

    def test_points_that_must_remain(self):
        self.program.points_to_keep = 100
        self.give(150)
        order = self.order(1, confirm=False)
        with self.assertRaisesRegex(UserError, "At most 50 .*150.*100"):
            order.points_to_spend = 51
        order.points_to_spend = 50
        order.action_confirm()
        self.assertEqual(self.balance(), 100 + 9)

    def test_purchases_before_redeeming(self):
        self.program.orders_before_redeeming = 2
        self.give(150)
        self.order(1)
        order = self.order(1, confirm=False)
        reward, card = self.program.reward_ids, self.card()
        self.assertIn("1 more", order._apply_program_reward(reward, card)["error"])
        self.assertFalse(order._get_claimable_rewards())
        with self.assertRaisesRegex(UserError, "2 purchases; 1 more"):
            order.points_to_spend = 5
        self.order(1)
        order.points_to_spend = 5
        order.action_confirm()
        self.assertEqual(order.points_spent, 5)

    def test_orders_that_come_together_are_no_purchases_before_the_first(self):
        self.give(150)
        self.program.orders_before_redeeming = 1
        vals = {
            "partner_id": self.customer.id,
            "state": "sale",
            "order_line": [(0, 0, {"product_id": self.product.id})],
        }
        wish = {"points_to_spend": 5}
        with self.assertRaisesRegex(UserError, "1 purchases; 1 more"):
            self.env["sale.order"].create([vals | wish, vals])
        second = self.env["sale.order"].create([vals, vals | wish])[1]
        self.assertTrue(second._points_reward_lines())

    def test_reward_wizard_uses_what_is_allowed(self):
        self.program.points_to_keep = 100
        self.give(150)
        order = self.order(1, confirm=False)
        order.action_open_reward_wizard()
        self.assertEqual(order.points_to_spend, 50)
        order.action_confirm()
        self.assertEqual(self.balance(), 100 + 9)

    def test_points_are_counted_again_when_confirming(self):
        self.give(100)
        first = self.order(2, confirm=False, points=80)
        second = self.order(2, confirm=False, points=80)
        first.action_confirm()
        with self.assertRaisesRegex(UserError, "At most 39"):
            second.action_confirm()
        self.assertEqual(second.state, "draft")
        second.points_to_spend = 39
        second.action_confirm()
        self.assertEqual(self.balance(), 100 - 80 + 19 - 39 + 19)
        self.assertProved()

    def test_points_of_another_customer(self):
        self.give(100)
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        order = self.order(1, partner=other, confirm=False)
        reward = self.program.reward_ids
        self.assertIn("error", order._apply_program_reward(reward, self.card()))
        mine = self.order(1, confirm=False, points=50)
        mine.partner_id = other
        with self.assertRaises(UserError):
            mine.action_confirm()
        mine._update_programs_and_rewards()
        self.assertFalse(mine._points_reward_lines())

    def test_discount_added_to_a_confirmed_order(self):
        self.give(100)
        order = self.order(1)
        order.points_to_spend = 60
        self.assertEqual(self.balance(), 100 - 60 + 9)
        order.points_to_spend = 20
        self.assertEqual(self.balance(), 100 - 20 + 9)
        order.points_to_spend = 0
        self.assertEqual(self.balance(), 100 + 10)
        self.assertEqual(order.amount_total, 100_000)
        self.assertProved()

    def test_cancelling_gives_points_back(self):
        self.give(100)
        order = self.order(1, points=60)
        order._action_cancel()
        self.assertEqual(self.balance(), 100)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self.balance(), 110)
        self.assertProved()

    def test_count_before_or_after_the_discount(self):
        self.give(500)
        self.assertEqual(self.order(1, points=100).points_earned, 9)
        self.program.earn_base = "before"
        self.assertEqual(self.order(1, points=100).points_earned, 10)

    def dollars(self):
        """A price list in dollars: 25,400 đ each, so a point is less than a cent."""
        dollar = self.admin_env.ref("base.USD")
        dollar.active = True
        self.superuser_env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "company_rate": 1 / 25_400,
            }
        )
        return self.superuser_env["product.pricelist"].create(
            {"name": "USD", "currency_id": dollar.id, "company_id": self.company.id}
        )

    def test_points_pay_an_order_in_another_currency(self):
        dollars = self.dollars()
        self.give(5_000)
        order = self.order(2, confirm=False, pricelist_id=dollars.id)
        self.assertEqual(order.amount_total, 7.87)
        order.points_to_spend = 500  # 50,000 đ
        self.assertEqual(order._points_cost(), 500)
        self.assertAlmostEqual(order.amount_total, 7.87 - 1.97)
        # 1,998 points are worth 7.866; the next one would be more than the order.
        order.points_to_spend = 5_000
        self.assertEqual(order._points_cost(), 1_998)
        order.action_confirm()
        self.assertEqual(order.points_spent, 1_998)
        self.assertProved()

    def test_a_point_is_worth_what_it_is_not_what_it_rounds_to(self):
        self.program.point_value = 1_000
        dollars = self.dollars()
        self.give(500)
        order = self.order(2, confirm=False, pricelist_id=dollars.id)
        order.points_to_spend = 500
        self.assertEqual(order._points_cost(), 199)
        self.assertAlmostEqual(order.amount_total, 7.87 - 7.83)

    def test_points_to_spend_are_a_whole_number(self):
        self.give(100)
        order = self.order(1, confirm=False)
        for points in (2.9, "abc", True, None):
            with self.subTest(points), self.assertRaisesRegex(UserError, "whole"):
                order.spend_points(points)
        self.assertEqual(order.spend_points(20), 20)
        self.assertEqual(order.spend_points(0), 0)
