"""Points follow the goods as they leave and come back."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.common import LoyaltyCase

from .common import TransferMixin


@tagged("post_install", "-at_install")
class TestReturn(TransferMixin, LoyaltyCase):
    def test_returned_goods_take_their_points_before_the_credit_note(self):
        order = self.order(4)
        picking = self.deliver(order)
        self.assertEqual(self.balance(), 40)
        self.bring_back(picking, 1)
        self.assertEqual(self.balance(), 30)
        self.assertProved()

    def test_returned_and_credited_goods_count_once(self):
        order = self.order(4)
        picking = self.deliver(order)
        invoice = self.invoice(order)
        self.bring_back(picking, 1)
        self.refund(invoice, ao=1)
        self.assertEqual(self.balance(), 30)
        self.refund(invoice, ao=1)
        self.assertEqual(self.balance(), 20)
        self.bring_back(picking, 1)
        self.assertEqual(self.balance(), 20)
        self.assertProved()

    def test_used_points_come_back_with_the_goods(self):
        self.give(100)
        order = self.order(2, points=50)
        picking = self.deliver(order)
        self.bring_back(picking, 2)
        self.assertEqual(self.balance(), 100)
        self.assertTrue(order.points_returned)
        self.assertProved()

    def test_exchanged_and_repaired_goods_keep_their_points(self):
        order = self.order(4)
        picking = self.deliver(order)
        self.bring_back(picking, 1, to_refund=False)
        self.assertEqual(self.balance(), 40)
        back = self.bring_back(picking, 1)
        self.assertEqual(self.balance(), 30)
        self.bring_back(back, 1)
        self.assertEqual(self.balance(), 40)
        self.assertProved()

    def test_points_of_delivery_come_with_each_transfer(self):
        self.program.earn_on = "delivered"
        order = self.order(4)
        self.assertEqual((self.balance(), order.points_pending), (0, 40))
        picking = self.deliver(order, 3)
        self.assertEqual((self.balance(), order.points_pending), (30, 10))
        self.bring_back(picking, 1)
        self.assertEqual((self.balance(), order.points_pending), (20, 10))
        self.deliver(order)
        self.assertEqual((self.balance(), order.points_pending), (30, 0))
        self.assertProved()

    def test_points_of_payment_count_what_was_returned_before_the_invoice(self):
        self.product.sudo().invoice_policy = "delivery"
        self.program.earn_on = "paid"
        order = self.order(5)
        picking = self.deliver(order)
        self.bring_back(picking, 1)
        invoice = self.invoice(order)
        self.assertEqual(invoice.invoice_line_ids.quantity, 4)
        self.pay(invoice)
        self.assertEqual((self.balance(), order.points_pending), (40, 0))
        self.assertProved()

    def test_other_units_of_measure(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.order(confirm=False)
        line = {
            "product_id": self.product.id,
            "product_uom_id": dozen.id,
            "product_uom_qty": 1,
            "price_unit": 1_200_000,
        }
        order.order_line = [Command.create(line)]
        order.action_confirm()
        picking = self.deliver(order)
        self.assertEqual(self.balance(), 120)
        self.bring_back(picking, picking.move_ids.quantity / 4)
        self.assertEqual(self.balance(), 90)
        self.bring_back(picking, picking.move_ids.quantity / 6)
        self.assertEqual(self.balance(), 70, "Five of a dozen, exactly")
        self.assertProved()
