"""Tiers by amount follow goods that come back, with or without a credit note."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_loyalty.tests.common_tiers import TierCase
from odoo.addons.queue_job.tests.common import trap_jobs

from .common import TransferMixin


@tagged("post_install", "-at_install")
class TestTierReturn(TransferMixin, TierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.tier_basis = "amount"

    def kept(self):
        """What counts, after the jobs."""
        self.settle()
        self.customer.sudo()._refresh_statistics()
        return self.program._tier_totals_now(self.customer)[self.customer.id]

    def test_returned_goods_take_the_tier_back_before_the_credit_note(self):
        order = self.order(6)
        picking = self.deliver(order)
        self.assertEqual((self.kept(), self.tier()), (600_000, self.gold))
        with trap_jobs() as trap:
            self.bring_back(picking, 3)
        self.assertIn(
            "_job_refresh", [job.method_name for job in trap.enqueued_jobs], trap
        )
        self.assertEqual((self.kept(), self.tier()), (300_000, self.silver))
        self.assertEqual(self.changes()[-1], ("taken_back", "Bạc"))
        self.bring_back(picking, 3)
        self.assertEqual((self.kept(), self.tier()), (0, self.new))

    def test_returned_and_credited_goods_count_once(self):
        order = self.order(4, 2)
        picking = self.deliver(order)
        invoice = self.invoice(order)
        ao = picking.move_ids.filtered(lambda move: move.product_id == self.product)
        self.assertEqual(self.kept(), 500_000)
        self.bring_back(picking, 1, only=ao)
        self.assertEqual(self.kept(), 400_000)
        self.refund(invoice, ao=1)
        self.assertEqual(self.kept(), 400_000)
        self.refund(invoice, ao=1)
        self.assertEqual(self.kept(), 300_000)
        # Other goods are other goods.
        self.refund(invoice, non=1)
        self.assertEqual(self.kept(), 250_000)
        self.bring_back(picking, 1, only=ao)
        self.assertEqual(self.kept(), 250_000)

    def test_what_is_sent_once_more_counts_again(self):
        order = self.order(6)
        back = self.bring_back(self.deliver(order), 6)
        self.assertEqual((self.kept(), self.tier()), (0, self.new))
        self.bring_back(back, 6)
        self.assertEqual((self.kept(), self.tier()), (600_000, self.gold))

    def test_exchanged_goods_stay_bought(self):
        order = self.order(6)
        self.bring_back(self.deliver(order), 1, to_refund=False)
        self.assertEqual(self.kept(), 600_000)

    def test_what_is_still_to_come_didnt_come_back(self):
        order = self.order(6)
        picking = self.deliver(order, 2)
        self.bring_back(picking, 1)
        self.assertEqual(self.kept(), 500_000)

    def test_discounts_are_spread_over_the_goods(self):
        order = self.order(4, confirm=False)
        coupon = self.product.sudo().create(
            {"name": "Giảm giá", "type": "service", "taxes_id": False}
        )
        discount = {"product_id": coupon.id, "price_unit": -100_000}
        order.order_line = [Command.create(discount)]
        order.action_confirm()
        self.assertEqual(self.kept(), 300_000)
        picking = self.deliver(order)
        self.bring_back(picking, 1)
        self.assertEqual(self.kept(), 225_000)
        refund = self.refund(self.invoice(order))
        self.assertEqual((abs(refund.amount_total), self.kept()), (300_000, 0))

    def test_points_that_paid_are_a_discount(self):
        self.give(1_000)
        order = self.order(4, points=1_000)
        picking = self.deliver(order)
        self.assertEqual(self.kept(), 300_000)
        self.bring_back(picking, 2)
        self.assertEqual(self.kept(), 150_000)

    def test_other_units_of_measure(self):
        order = self.order(confirm=False)
        line = {
            "product_id": self.product.id,
            "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
            "product_uom_qty": 1,
            "price_unit": 1_200_000,
        }
        order.order_line = [Command.create(line)]
        order.action_confirm()
        picking = self.deliver(order)
        self.bring_back(picking, picking.move_ids.quantity * 5 / 12)
        self.assertEqual(self.kept(), 700_000)

    def test_sums_and_single_orders_agree(self):
        """The same goods for tiers and for points, whatever happened to them."""
        for number in range(1, 4):
            order = self.order(4, number)
            picking = self.deliver(order)
            if number > 1:
                self.bring_back(picking, 1)
            if number > 2:
                self.refund(self.invoice(order), ao=2)
        self.settle()
        orders = self.env["sale.order"].search([("partner_id", "=", self.customer.id)])
        worth = sum(order.sudo()._kept_value("confirmed") for order in orders)
        self.assertEqual(self.kept(), worth)
