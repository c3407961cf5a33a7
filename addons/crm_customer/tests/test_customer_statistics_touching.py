"""Whose figures are computed again after a change, and what that costs."""

from itertools import product
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from .common_sales import SalesCase


@tagged("post_install", "-at_install")
class TestTouching(SalesCase):
    """Who is touched, and what it costs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.make_customer()
        cls.forget()

    def test_quotations_touch_nobody(self):
        order = self.make_order(self.buyer)
        order.order_line.product_uom_qty = 2
        self.assertFalse(self.touched())
        order.action_confirm()
        self.assertEqual(self.touched(), self.buyer)
        order.note = "Giao buổi sáng"
        self.assertFalse(self.touched())

    def test_draft_invoices_touch_nobody(self):
        move = self.make_move(self.buyer, post=False)
        move.invoice_line_ids.price_unit = 5
        self.forget()
        move.invoice_line_ids.price_unit = 7
        self.assertFalse(self.touched())

    def test_chatter_and_picture_touch_nobody(self):
        self.buyer.message_post(body="Đã gọi")
        self.buyer.activity_schedule("mail.mail_activity_data_todo")
        self.buyer.image_1920 = False
        self.assertFalse(self.touched())
        self.buyer.gender = "female"
        self.assertEqual(self.touched(), self.buyer)

    def test_a_batch_of_orders_is_one_job(self):
        buyers = self.make_customer("A") + self.make_customer("B")
        orders = self.env["sale.order"]
        for buyer in buyers:
            orders += self.make_order(buyer)
        self.forget()
        orders.sudo().action_confirm()
        self.assertEqual(self.touched(), buyers)

    def test_refresh_is_as_many_statements_for_any_number(self):
        buyers = self.Partner.create([{"name": f"Khách {n}"} for n in range(20)])
        for buyer in buyers[:5]:
            self.make_order(buyer, 1_000, "2026-01-10 03:00:00")
        self.forget()
        # What is remembered for all customers is looked up once.
        buyers[1].sudo()._job_refresh()
        for customers in (buyers[:1], buyers):
            self.env.invalidate_all()
            # Two for the figures, the others for the groups.
            with self.assertQueryCount(6):
                customers.sudo()._job_refresh()

    def test_job_that_meets_another_transaction_runs_again_soon_and_uncounted(self):
        def meet(code):
            def stop(_customers):
                with mute_logger("odoo.sql_db"):
                    cr.execute(f"DO 'BEGIN RAISE ''x'' USING ERRCODE=''{code}''; END'")

            return stop

        cr = self.env.cr
        hooks = ("_adopt_calls", "_refresh_statistics", "_refresh_membership")
        for hook, (code, error) in product(
            hooks,
            {
                "40001": RetryableJobError,  # serialization
                "23503": RetryableJobError,  # the customer was deleted meanwhile
                "23514": CheckViolation,
            }.items(),
        ):
            with (
                self.subTest(hook, code=code),
                self.patch_hook(hook, meet(code)),
                self.assertRaises(error) as caught,
                cr.savepoint(),
            ):
                self.buyer.sudo()._job_refresh()
            if error is RetryableJobError:
                self.assertTrue(caught.exception.ignore_retry)
                self.assertEqual(caught.exception.seconds, 1)

    def patch_hook(self, name, function):
        return patch.object(self.registry["res.partner"], name, function)

    def test_job_writes_all_within_its_guard(self):
        def write(customers):
            customers.comment = "pending"

        with self.patch_hook("_refresh_membership", write):
            self.buyer.sudo()._job_refresh()
        self.env.cr.execute(
            "SELECT comment FROM res_partner WHERE id = %s", [self.buyer.id]
        )
        self.assertIn("pending", self.env.cr.fetchone()[0])

    def test_what_is_right_is_not_written(self):
        self.make_order(self.buyer, 1_000, "2026-01-10 03:00:00")
        self.assertEqual(self.Stat._refresh(self.buyer.ids), 1)
        self.assertEqual(self.Stat._refresh(self.buyer.ids), 0)
        self.assertEqual(self.Stat._refresh(), 0)
        self.assertEqual(self.touched(), self.buyer)

    def test_all_at_night(self):
        self.make_order(self.buyer, 1_000, "2026-01-10 03:00:00")
        self.forget()
        cron = self.superuser_env.ref("crm_customer.ir_cron_statistics")
        self.assertEqual(cron.code, "model._cron_refresh()")
        self.Stat._job_refresh_all()
        self.assertEqual(self.row(self.buyer)[:2], (1, 1_000))
