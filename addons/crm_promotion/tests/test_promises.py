"""What an order promises it keeps, or says why it can't."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestPromises(PromotionCase):
    def ship(self, order, price=30_000):
        """The order with its delivery as a line."""
        order.order_line = [
            Command.create(
                {
                    "product_id": self.other_product.id,
                    "price_unit": price,
                    "is_delivery": True,
                }
            )
        ]
        return order

    def outcome(self, order):
        [verdict] = order._plan_promotions(why=True).verdicts
        return order._outcome_sentence(verdict)

    def test_budget_that_does_not_suffice_refuses_the_quotation(self):
        program = self.promote(10, budget=25_000)
        self.order(2)
        small = self.order(2, confirm=False)
        self.assertEqual(small.amount_total, 200_000)
        self.assertIn("budget", self.outcome(small))
        small.action_confirm()
        fits = self.order(0, 1)
        self.assertEqual(fits.amount_total, 45_000)
        self.assertFalse(fits.promotions_differ)
        self.assertEqual(program._budget_left(), {program.id: 0})

    def test_gifts_count_at_their_price_for_the_budget(self):
        gift = {"benefit_type": "gift", "reward_product_id": self.other_product.id}
        program = self.promote(gift, budget=49_999)
        order = self.order(1, confirm=False)
        self.assertFalse(order._promotion_lines())
        program.budget = 50_000
        order._update_promotions()
        self.assertTrue(order._promotion_lines())
        order.action_confirm()
        self.assertEqual(program.cost_total, 50_000)

    def test_confirmation_tells_what_is_gone(self):
        program = self.promote(10, name="Giờ vàng")
        points = self.promote(
            {"benefit_type": "points", "benefit_points": 5}, name="Tặng điểm"
        )
        orders = [self.order(1, confirm=False) for _each in range(3)]
        program.date_to = "2020-01-02"
        with self.assertRaisesRegex(UserError, "“Giờ vàng”.*Days"):
            orders[0].action_confirm()
        self.assertEqual(orders[0].amount_total, 90_000)
        orders[0]._update_promotions()
        orders[0].action_confirm()
        self.assertEqual(orders[0].amount_total, 100_000)
        orders[1]._update_promotions()
        points.stop_promotions("Hết ngân sách")
        with self.assertRaisesRegex(UserError, "Tặng điểm"):
            orders[1].action_confirm()
        program.action_archive()
        with self.assertRaisesRegex(UserError, "Giờ vàng"):
            orders[2].action_confirm()

    def test_goods_came_back_without_the_fee_for_shipping(self):
        program = self.promote(10)
        voucher = self.promote(20, name="Lần sau", given_by="voucher")
        [card] = voucher.sudo()._issue_vouchers(self.customer, 1)
        order = self.ship(self.order(1, confirm=False))
        order.apply_voucher(card.code)
        order.action_confirm()
        self.settle()
        self.assertEqual((program.use_count, voucher.use_count), (1, 1))
        self.refund(self.invoice(order), ao=1)
        (program | voucher).invalidate_recordset()
        self.assertEqual((program.use_count, voucher.use_count), (0, 0))
        self.assertEqual(card.voucher_state, "issued")

    def test_first_order_that_came_back_is_none(self):
        self.program.active = False
        self.promote(10, buyers="first")
        first = self.order(1)
        later = self.order(1, confirm=False)
        self.assertEqual(later.amount_total, 100_000)
        self.refund(self.invoice(first))
        later._update_promotions()
        self.assertEqual(later.amount_total, 90_000)

    def test_renewal_brings_points_and_vouchers(self):
        voucher = self.promote(20, name="Lần sau", given_by="voucher")
        program = self.promote(
            {"benefit_type": "points", "benefit_points": 5},
            {"benefit_type": "voucher", "voucher_program_id": voucher.id},
        )
        order = self.order(1)
        self.assertFalse(order.promotions_differ)
        manager = order.with_user(self.promotion_manager)
        program.stop_promotions("Đã đủ", self.program._local_day())
        manager.action_renew_promotions()
        program.action_resume_promotion()
        program.reward_ids.filtered("benefit_points").benefit_points = 8
        order.invalidate_recordset(["promotions_differ"])
        self.assertTrue(order.promotions_differ)
        manager.action_renew_promotions()
        self.assertEqual(self.balance(), 10 + 8)
        order.invalidate_recordset(["promotions_differ"])
        self.assertFalse(order.promotions_differ)
        self.assertEqual(program.use_count, 1)
