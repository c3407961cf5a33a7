"""A voucher that gives nothing isn't used up."""

from odoo.fields import Command
from odoo.tests import tagged

from .voucher_common import VoucherCase


@tagged("post_install", "-at_install")
class TestVoucherWorth(VoucherCase):
    def assertFree(self, card, order):
        self.assertEqual(card.voucher_state, "issued")
        self.assertFalse(order.voucher_ids or order._promotion_lines())

    def test_order_below_the_threshold_hears_why(self):
        reward = Command.create({"discount": 10, "min_amount": 150_000})
        program = self._make_voucher_program(
            "Từ 150k", self.company, reward_ids=[reward]
        )
        card, order = self.issue(program=program), self.quotation()
        self.assertIn("150.000", order._try_apply_code(card.code)["error"])
        self.assertFree(card, order)
        self.assertEqual(self.attempts(), [])
        order.order_line.product_uom_qty = 2
        self.assertEqual(order._try_apply_code(card.code), {})
        self.assertEqual(card.held_order_id, order)
        # Fewer goods: it stays reserved for more, but isn't used for nothing.
        order.order_line.filtered("product_updatable")[:1].product_uom_qty = 1
        order.action_confirm()
        self.assertFree(card, order)

    def test_deleted_discount_gives_the_voucher_back(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order._promotion_lines().unlink()
        self.assertFree(card, order)
        order.apply_voucher(card.code)
        self.assertEqual(self.discounts(order), [-10_000])
        self.assertFalse(order.promotion_declined_ids)
        order.write({"order_line": [Command.delete(order._promotion_lines().id)]})
        self.assertFree(card, order)
        order.action_confirm()
        self.assertFree(card, order)

    def test_stopped_while_it_was_reserved(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        self.voucher_program.date_to = self.day(-1)
        order._update_promotions()
        order.action_confirm()
        self.assertFree(card, order)

    def test_another_promotion_goes_first(self):
        group = self.admin_env["crm.promotion.exclusion"].create({"name": "Một"})
        self.voucher_program.exclusion_id = group
        card, order = self.issue(), self.quotation()
        self.promote(20, exclusion_id=group.id, promotion_priority=1)
        answer = order._try_apply_code(card.code)["error"]
        self.assertIn("Khuyến mãi", answer)
        self.assertEqual(card.voucher_state, "issued")
        self.assertFalse(order.voucher_ids)
