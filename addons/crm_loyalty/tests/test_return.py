"""Returned goods: the customer stands as if they had never been bought."""

from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestReturn(LoyaltyCase):
    def test_full_return(self):
        self.give(100)
        order = self.order(2, points=50)
        self.refund(self.invoice(order))
        self.assertEqual(self.balance(), 100)
        self.assertEqual((order.points_earned, order.points_spent), (0, 0))
        self.assertTrue(order.points_returned)
        self.assertProved()

    def test_partial_and_repeated_returns(self):
        order = self.order(4)
        invoice = self.invoice(order)
        for left in (30, 20, 10, 0):
            self.refund(invoice, ao=1)
            self.assertEqual(self.balance(), left)
        self.assertProved()

    def test_partial_return_gives_its_part_of_the_points_back(self):
        self.give(100)
        order = self.order(3, points=50)
        invoice = self.invoice(order)
        self.refund(invoice, ao=1)
        # Two of three are kept: 33 points spent, 200,000 - 3,333.3 earn 19.
        self.assertEqual(order.points_spent, 33)
        self.assertEqual(order.points_earned, 19)
        self.refund(invoice, ao=1)
        self.refund(invoice, ao=1)
        self.assertEqual(self.balance(), 100)
        self.assertProved()

    def test_credit_note_back_to_draft_counts_no_more(self):
        order = self.order(2)
        refund = self.refund(self.invoice(order), ao=1)
        self.assertEqual(self.balance(), 10)
        refund.button_draft()
        self.assertEqual(self.balance(), 20)
        self.assertProved()

    def test_reversed_and_invoiced_anew_is_no_return(self):
        order = self.order(2)
        invoice = self.invoice(order)
        self.refund(invoice)
        self.assertEqual(self.balance(), 0)
        copy = invoice.copy({"invoice_date": invoice.invoice_date})
        for new, old in zip(
            copy.invoice_line_ids, invoice.invoice_line_ids, strict=True
        ):
            new.sale_line_ids = old.sale_line_ids
        copy.action_post()
        self.assertEqual(self.balance(), 20)
        self.assertProved()

    def test_invoice_that_a_credit_note_settled_is_paid_by_nobody(self):
        self.program.earn_on = "paid"
        order = self.order(2)
        invoice = self.invoice(order)
        invoice._reverse_moves(
            [{"ref": "Lập lại", "invoice_date": invoice.invoice_date}], cancel=True
        )
        copy = invoice.copy({"invoice_date": invoice.invoice_date})
        for new, old in zip(
            copy.invoice_line_ids, invoice.invoice_line_ids, strict=True
        ):
            new.sale_line_ids = old.sale_line_ids
        copy.action_post()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual((self.balance(), order.points_pending), (0, 20))
        self.pay(copy)
        self.assertEqual((self.balance(), order.points_pending), (20, 0))
        self.assertProved()

    def test_undone_return_spends_what_was_agreed_though_it_is_gone(self):
        self.give(100)
        order = self.order(2, points=100)
        invoice = self.invoice(order)
        for quantities in ({}, {"ao": 1}):
            with self.subTest(quantities):
                before = self.balance()
                refund = self.refund(invoice, **quantities)
                back = self.balance() - before
                spender = self.order(1, points=back, partner=self.customer)
                refund.button_draft()
                self.settle()
                self.assertEqual(order.points_spent, 100)
                self.assertLess(self.balance(), 0)
                refund.unlink()
                spender._action_cancel()
                self.assertEqual(self.balance(), before)
        with self.assertRaisesRegex(Exception, "At most"):
            order.points_to_spend = 150
        self.assertProved()

    def test_cancelled_order_asks_again_for_its_points(self):
        self.give(100)
        order = self.order(2, points=100)
        order._action_cancel()
        order.action_draft()
        self.order(2, points=100)
        with self.assertRaisesRegex(Exception, "At most"):
            order.points_to_spend = 100
            order.action_confirm()

    def test_spent_points_that_are_taken_back_are_owed(self):
        order = self.order(10)
        invoice = self.invoice(order)
        self.order(1, points=80)
        self.refund(invoice)
        self.assertEqual(self.balance(), -80 + 9)
        self.assertEqual(self.card().sudo().points_debt, 71)
        self.assertEqual(self.card().points_usable, 0)
        self.order(10)
        self.assertEqual(self.balance(), 29)
        self.assertEqual(self.card().points_usable, 29)
        self.assertProved()

    def test_balance_below_zero_is_forgiven_once(self):
        self.program.debt_policy = "forgive"
        first = self.order(10)
        invoice = self.invoice(first)
        second = self.order(1, points=80)
        self.refund(invoice)
        self.assertEqual(self.balance(), 0)
        second._action_cancel()
        self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_expired_lot_is_spent_after_all(self):
        self.program.write({"validity": "months", "validity_months": 1})
        with freeze_time("2026-01-10 05:00:00"):
            early = self.order(10)
        with freeze_time("2026-01-20 05:00:00"):
            self.order(10)
            invoice = self.invoice(early)
        with freeze_time("2026-01-25 05:00:00"):
            spender = self.order(1, points=100)
        with freeze_time("2026-03-30 05:00:00"):
            self.expire()
            self.assertEqual(self.balance(), 0)
            self.refund(invoice)
            self.assertEqual(self.balance(), 0)
            self.assertIn(("expire_back", 100), self.lines())
            spender._action_cancel()
            self.assertEqual(self.balance(), 0)
        self.assertProved()

    def expire(self):
        cards = self.env["loyalty.card"].sudo().search([("is_account", "=", True)])
        cards._job_expire_points()

    def test_late_job_lends_no_expired_points(self):
        self.program.write({"validity": "months", "validity_months": 1})
        with freeze_time("2026-01-10 05:00:00"):
            self.order(10)
        # The last day is 10 February in Vietnam, seven hours before UTC's.
        with freeze_time("2026-02-10 16:59:00"):
            self.assertEqual(self.card().points_usable, 100)
        with freeze_time("2026-02-10 17:00:00"):
            self.env.invalidate_all()
            self.assertEqual(self.card().points_usable, 0)
            order = self.order(1, confirm=False)
            with self.assertRaisesRegex(Exception, "At most 0"):
                order.points_to_spend = 1
            self.expire()
            self.expire()
        self.assertEqual(self.lines(), [("earn", 100), ("expire", -100)])
        line = self.env["loyalty.history"].search([("kind", "=", "expire")])
        self.assertEqual(line.occurred_at, datetime(2026, 2, 10, 17))
        self.assertProved()
