"""Points and vouchers for next time come with a use and go with it."""

from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestBenefits(PromotionCase):
    def test_points_come_and_go_with_the_use(self):
        promo = self.promote({"benefit_type": "points", "benefit_points": 25})
        order = self.order(1)
        self.assertEqual(self.balance(), 10 + 25)
        self.assertEqual(promo.use_count, 1)
        order.sudo()._sync_promotion_uses()
        self.assertEqual(self.balance(), 35)
        order._action_cancel()
        self.assertEqual(self.balance(), 0)
        self.assertEqual(
            [row for row in self.lines() if row[0] not in ("earn", "earn_back")], []
        )
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self.balance(), 35)
        promo.invalidate_recordset()
        self.assertEqual(promo.use_count, 1)
        self.assertProved()

    def test_points_go_with_returned_goods(self):
        self.promote({"benefit_type": "points", "benefit_points": 25})
        invoice = self.invoice(self.order(2))
        self.refund(invoice, ao=1)
        self.assertEqual(self.balance(), 10 + 12)
        self.refund(invoice, ao=1)
        self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_voucher_for_next_time_comes_and_goes_with_the_use(self):
        voucher = self.promote(20, name="Lần sau", given_by="voucher")
        self.promote({"benefit_type": "voucher", "voucher_program_id": voucher.id})
        order = self.order(1)
        self.assertEqual(self.states(voucher), ["issued"])
        order.sudo()._sync_promotion_uses()
        self.assertEqual(self.states(voucher), ["issued"])
        order._action_cancel()
        self.assertEqual(self.states(voucher), ["cancelled"])
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self.states(voucher), ["cancelled", "issued"])
        cards = self.cards(voucher)
        self.assertEqual(cards.partner_id, self.customer.sudo())

    def test_nothing_is_given_by_a_quotation(self):
        voucher = self.promote(20, name="Lần sau", given_by="voucher")
        self.promote(
            {"benefit_type": "voucher", "voucher_program_id": voucher.id},
            {"benefit_type": "points", "benefit_points": 25},
        )
        self.order(1, confirm=False)
        self.assertFalse(self.states(voucher))
        self.assertFalse(self.card())

    def cards(self, program):
        Card = self.admin_env["loyalty.card"]
        return Card.search([("program_id", "=", program.id)], order="id")

    def states(self, program):
        return self.cards(program).mapped("voucher_state")
