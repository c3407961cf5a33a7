"""What a customer agreed to is given; when it can't be, a person is told."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..models.crm_promotion_agreed import ACTIVITY, AGREED
from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestAgreedOrders(PromotionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        method = cls.admin_env.ref("payment.payment_method_unknown")
        cls.provider = cls.admin_env["payment.provider"].create(
            {
                "name": "Ví điện tử",
                "code": "none",
                "state": "test",
                "company_id": cls.company.id,
                "payment_method_ids": [Command.set(method.ids)],
            }
        )
        method.active = True

    def setUp(self):
        super().setUp()
        # Its accounting isn't what these tests are about.
        transactions = self.env.registry["payment.transaction"]
        self.startPatcher(patch.object(transactions, "_create_payment"))
        providers = self.env.registry["payment.provider"]
        features = {
            "support_manual_capture": "full_only",
            "support_refund": "none",
            "support_tokenization": False,
            "support_express_checkout": False,
        }
        self.startPatcher(
            patch.object(
                providers,
                "_compute_feature_support_fields",
                lambda provider: provider.update(features),
            )
        )

    def start_payment(self, order, *, days=3, amount=None):
        """The customer began to pay so many days ago, after all that was done yet."""
        order = order.with_env(self.admin_env).sudo()
        transaction = self.admin_env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids.id,
                "reference": f"{order.name}-{len(order.transaction_ids)}",
                "amount": order.amount_total if amount is None else amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        began = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE payment_transaction SET create_date = %(began)s WHERE id = %(id)s;
            UPDATE crm_promotion_change SET create_date = LEAST(create_date, %(began)s)
            """,
            {"began": began, "id": transaction.id},
        )
        self.env.invalidate_all()
        return transaction

    def pay_online(self, transaction, state="done"):
        """The provider says that it is paid; nothing goes wrong."""
        getattr(transaction, f"_set_{state}")()
        with self.assertNoLogs(level="WARNING"):
            transaction._post_process()
        self.assertTrue(transaction.is_post_processed)

    def waiting(self, order):
        """Tasks of people whom the order waits for."""
        return order.with_env(self.admin_env).activity_search([ACTIVITY])

    def end_yesterday(self, program):
        program.date_to = program._local_day() - timedelta(days=1)

    def test_promotion_that_ended_meanwhile_is_given(self):
        program = self.promote(10)
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        self.end_yesterday(program)
        self.assertEqual(program.promotion_state, "ended")
        self.pay_online(transaction)
        self.assertEqual((order.state, order.amount_total), ("sale", 90_000))
        self.assertEqual(program.use_count, 1)
        self.assertFalse(order.promotions_differ)
        self.assertFalse(self.waiting(order))

    def test_promotion_that_was_stopped_meanwhile_is_given(self):
        program = self.promote({"benefit_type": "points", "benefit_points": 5}, 10)
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        program.stop_promotions("Hết ngân sách")
        self.assertEqual(program.promotion_state, "stopped")
        self.pay_online(transaction, "authorized")
        self.assertEqual((order.state, order.amount_total), ("sale", 90_000))
        self.assertEqual(self.balance(), 9 + 5)

    def test_promotion_that_was_stopped_before_is_not_given(self):
        program = self.promote(10)
        order = self.order(1, confirm=False)
        program.stop_promotions("Hết ngân sách")
        self.pay_online(self.start_payment(order, days=-1))
        self.assertEqual((order.state, order.amount_total), ("draft", 90_000))
        self.assertTrue(self.waiting(order))

    def test_promotion_that_started_meanwhile_is_not_for_it(self):
        self.promote(10)
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        self.promote(20, name="Mới")
        self.pay_online(transaction)
        self.assertEqual((order.state, order.amount_total), ("sale", 90_000))

    def test_page_that_was_opened_meanwhile_takes_nothing_away(self):
        program = self.promote(10)
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        self.end_yesterday(program)
        order._update_promotions()
        self.assertEqual(order.amount_total, 100_000)
        self.pay_online(transaction)
        self.assertEqual((order.state, order.amount_total), ("sale", 90_000))

    def test_limit_that_was_used_up_meanwhile_is_not_exceeded(self):
        program = self.promote(10, name="Giờ vàng", max_uses=1)
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        self.order(1)
        self.pay_online(transaction)
        self.assertEqual((order.state, order.amount_total), ("draft", 90_000))
        self.assertEqual(program.use_count, 1)
        task = self.waiting(order)
        self.assertEqual(task.user_id, self.seller)
        self.assertIn("Giờ vàng", task.note)
        told = order.message_ids.filtered(lambda message: "Giờ vàng" in message.body)
        self.assertEqual(html2plaintext(told.body), html2plaintext(task.note))
        program.max_uses = 2
        order.action_confirm()
        self.assertEqual((order.state, order.amount_total), ("sale", 90_000))
        self.assertFalse(self.waiting(order))
        program.invalidate_recordset(["use_count"])
        self.assertEqual(program.use_count, 2)

    def test_budget_holds_to_the_last_dong(self):
        program = self.promote(10, budget=19_999)
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        self.order(1)
        self.pay_online(transaction)
        self.assertEqual(order.state, "draft")
        self.assertEqual(program.cost_total, 10_000)
        self.assertTrue(self.waiting(order))

    def test_limit_of_a_day_is_that_of_the_confirmation(self):
        program = self.promote(10, max_uses_day=1)
        orders = [self.order(1, confirm=False) for _each in range(2)]
        for order, state in zip(orders, ("sale", "draft"), strict=True):
            self.pay_online(self.start_payment(order, days=1))
            self.assertEqual(order.state, state)
        self.assertEqual(program.use_count, 1)

    def test_conditions_on_the_customer_hold(self):
        self.promote(10, buyers="first")
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        self.order(1)
        self.pay_online(transaction)
        self.assertEqual(order.state, "draft")
        self.assertTrue(self.waiting(order))

    def test_voucher_that_another_order_used_is_told(self):
        program = self.promote(20, name="Lần sau", given_by="voucher")
        [card] = program.sudo()._issue_vouchers(None, 1)
        order = self.order(1, confirm=False)
        order.apply_voucher(card.code)
        transaction = self.start_payment(order)
        order._give_back(card.sudo())
        card.invalidate_recordset()
        other = self.order(1, confirm=False)
        other.apply_voucher(card.code)
        self.pay_online(transaction)
        self.assertEqual(order.state, "draft")
        self.assertIn(card.code, self.waiting(order).note)

    def test_person_is_told_once(self):
        self.promote(10, max_uses=1)
        order = self.order(1, confirm=False)
        transaction = self.start_payment(order)
        self.order(1)
        self.pay_online(transaction, "authorized")
        self.pay_online(transaction)
        self.assertEqual(len(self.waiting(order)), 1)

    def test_order_that_nobody_sells_waits_for_the_team_or_a_manager(self):
        order = self.order(1, confirm=False).with_env(self.admin_env)
        order.write({"user_id": False, "team_id": False})
        person = order._promotion_caretaker()
        self.assertTrue(person.has_group("crm_promotion.crm_promotion_group_manager"))
        self.assertIn(self.company, person.company_ids)
        order.team_id = self.admin_env["crm.team"].create(
            {"name": "Bán qua mạng", "user_id": self.loyalty_manager.id}
        )
        self.assertEqual(order._promotion_caretaker(), self.loyalty_manager)

    def test_what_is_not_paid_is_refused_as_ever(self):
        program = self.promote(10)
        order = self.order(1, confirm=False)
        self.start_payment(order)
        back = self.start_payment(order, amount=-90_000)
        for transaction in order.sudo().transaction_ids:
            transaction._set_done()
        self.assertEqual(back.state, "done")
        self.end_yesterday(program)
        self.assertIsNone(order.sudo()._promotions_paid_at())
        with self.assertRaises(UserError):
            order.action_confirm()
        self.assertFalse(self.waiting(order))

    def test_customer_who_signs_reads_nothing_internal(self):
        program = self.promote(10)
        kept, lost = (self.order(1, confirm=False).sudo() for _each in range(2))
        kept._validate_order()
        self.assertEqual(kept.state, "sale")
        program.stop_promotions("Hết quà")
        lost._validate_order()
        self.assertEqual((lost.state, lost.amount_total), ("draft", 90_000))
        self.assertIn("Khuyến mãi", self.waiting(lost).note)

    def test_whoever_has_the_money_may_say_so(self):
        """As tills that settle quotations of the back office do."""
        self.promote(10, max_uses=1)
        order = self.order(1, confirm=False)
        self.order(1)
        order.with_context(**{AGREED: True}).action_confirm()
        self.assertEqual((order.state, order.amount_total), ("draft", 90_000))
        self.assertTrue(self.waiting(order))
