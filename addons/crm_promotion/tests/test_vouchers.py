"""A voucher belongs to one order at a time, and comes back once."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .voucher_common import VoucherCase


@tagged("post_install", "-at_install")
class TestVouchers(VoucherCase):
    def test_quotation_reserves_confirmation_uses(self):
        card, order = self.issue(), self.quotation()
        answer = order.apply_voucher(f" {card.code.lower()} ")
        self.assertEqual(answer["state"], "reserved")
        self.assertEqual(card.held_order_id, order)
        self.assertEqual(order._vouchers_held(), card.sudo())
        order.action_confirm()
        self.assertEqual(card.voucher_state, "used")
        self.assertEqual((card.used_order_id, card.used_by), (order, self.seller))
        self.assertEqual(self.moves(card), ["issue", "reserve", "use"])
        self.assertEqual(order._vouchers_held(), card.sudo())

    def test_issue_use_cancel_use_again(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.action_confirm()
        order._action_cancel()
        self.assertEqual(card.voucher_state, "issued")
        self.assertFalse(card.held_order_id or card.used_at or order.voucher_ids)
        other = self.quotation()
        other.apply_voucher(card.code)
        other.action_confirm()
        # The first order has nothing to give back any more.
        order.action_draft()
        order._action_cancel()
        order._sync_vouchers()
        self.assertEqual((card.voucher_state, card.held_order_id), ("used", other))
        self.assertEqual(self.moves(card).count("give_back"), 1)

    def test_returned_wholly_it_comes_back_once(self):
        card = self.issue()
        order = self.order(2, confirm=False)
        order.apply_voucher(card.code)
        order.action_confirm()
        invoice = self.invoice(order)
        self.refund(invoice, ao=1)
        self.assertEqual(card.voucher_state, "used")
        self.refund(invoice, ao=1)
        self.assertEqual(card.voucher_state, "issued")
        order._sync_vouchers()
        self.assertEqual(self.moves(card).count("give_back"), 1)

    def test_undone_return_needs_it_again(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.action_confirm()
        refund = self.refund(self.invoice(order))
        self.assertEqual(card.voucher_state, "issued")
        refund.button_draft()
        self.settle()
        self.assertEqual((card.voucher_state, card.held_order_id), ("used", order))
        refund.action_post()
        self.settle()
        self.quotation().apply_voucher(card.code)
        with self.assertRaisesRegex(UserError, "leave the return"):
            refund.button_draft()
            self.settle()

    def test_applying_twice_is_applying_once(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.apply_voucher(card.code)
        self.assertEqual(self.moves(card), ["issue", "reserve"])
        order.release_voucher(card.code)
        self.assertEqual(card.voucher_state, "issued")
        self.assertFalse(order.voucher_ids)
        with self.assertRaisesRegex(UserError, "no voucher"):
            order.release_voucher(card.code)

    def test_order_has_one_voucher_of_a_program(self):
        one, two = self.issue(count=2)
        order = self.quotation()
        order.apply_voucher(one.code)
        with self.assertRaisesRegex(UserError, one.code):
            order.apply_voucher(two.code)
        other = self._make_voucher_program("Voucher hè", self.company)
        order.apply_voucher(self.issue(program=other).code)
        self.assertEqual(len(order._vouchers_held()), 2)

    def test_confirmed_order_keeps_what_it_used(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "Cancel the order"):
            order.release_voucher(card.code)

    def test_personal_voucher_goes_with_its_customer(self):
        card = self.issue(self.customer)
        order = self.quotation()
        order.apply_voucher(card.code)
        order.partner_id = self.stranger
        self.assertEqual(card.voucher_state, "issued")
        self.assertFalse(order.voucher_ids)
        contact = self.env["res.partner"].create(
            {"name": "Chị Lan", "parent_id": self.customer.id}
        )
        self.quotation(partner=contact).apply_voucher(card.code)
        self.assertEqual(card.voucher_state, "reserved")

    def test_deleted_quotation_keeps_nothing(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.with_env(self.admin_env).unlink()
        self.assertEqual(card.voucher_state, "issued")
        self.assertEqual(self.moves(card), ["issue", "reserve", "release"])

    def test_copied_order_asks_for_no_voucher(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        self.assertFalse(order.copy().voucher_ids)

    # ------------------------------------------------------------------------ time

    def test_reservation_ends(self):
        card, order, other = self.issue(), self.quotation(), self.quotation()
        order.apply_voucher(card.code)
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.assertFalse(order._vouchers_held())
            # Nobody waits for the cron.
            other.apply_voucher(card.code)
            self.assertEqual(card.held_order_id, other)
            with self.assertRaisesRegex(UserError, card.code):
                order.action_confirm()
            order._drop_vouchers(order.sudo().voucher_ids)
            self.assertEqual(card.held_order_id, other)
            other.action_confirm()
        self.assertEqual(card.voucher_state, "used")

    def test_cron_frees_and_the_order_asks_again(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        self.night("_cron_free_vouchers")
        self.assertEqual(card.voucher_state, "reserved")
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self.night("_cron_free_vouchers")
            self.assertEqual(card.voucher_state, "issued")
            order.action_confirm()
        self.assertEqual((card.voucher_state, card.held_order_id), ("used", order))
        self.assertEqual(
            self.moves(card), ["issue", "reserve", "lapse", "reserve", "use"]
        )

    def test_reservation_never_outlasts_the_last_day(self):
        card, order = self.issue(), self.quotation()
        card.sudo().expiration_date = self.day(0)
        order.apply_voucher(card.code)
        self.assertLess(
            card.reserved_until, fields.Datetime.now() + timedelta(hours=24)
        )
        local = self.voucher_program._local_day(card.reserved_until)
        self.assertEqual(local, self.day(1))

    def test_out_of_date_by_night_and_extended(self):
        card = self.issue()
        self.night()
        self.assertEqual(card.voucher_state, "issued")
        with freeze_time(fields.Datetime.now() + timedelta(days=32)):
            with self.assertRaises(UserError):  # though the cron is late
                self.quotation().apply_voucher(card.code)
            self.night()
            self.assertEqual(card.voucher_state, "expired")
            manager = card.with_user(self.promotion_manager)
            manager.expiration_date = self.day(5)
            self.assertEqual(card.voucher_state, "issued")
            self.quotation().apply_voucher(card.code)
        self.assertEqual(self.moves(card), ["issue", "expire", "extend", "reserve"])

    def test_used_voucher_comes_back_out_of_date(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.action_confirm()
        with freeze_time(fields.Datetime.now() + timedelta(days=40)):
            order._action_cancel()
        self.assertEqual(card.voucher_state, "expired")

    def test_about_to_expire_is_noted_once(self):
        card = self.issue()
        self.night()
        self.assertFalse(card.is_expiring)
        with freeze_time(fields.Datetime.now() + timedelta(days=24)):
            self.night()
            self.assertTrue(card.is_expiring)

    # --------------------------------------------------------------------- by hand

    def test_many_are_marked_and_the_mark_is_undone(self):
        cards = self.issue(count=3)
        self.quotation().apply_voucher(cards[0].code)
        marked = cards.action_mark_used("Quầy số 2")
        self.assertEqual(marked, cards[1:].ids)
        self.assertEqual(self.states(cards), ["reserved", "used", "used"])
        self.assertEqual(cards[1].used_by, self.seller)
        with self.assertRaises(AccessError):
            cards.action_unmark_used("Nhầm")
        manager = cards.with_user(self.promotion_manager)
        with self.assertRaisesRegex(UserError, "why"):
            manager.action_unmark_used(" ")
        self.assertEqual(manager.action_unmark_used("Nhầm"), cards[1:].ids)
        self.assertEqual(self.states(cards), ["reserved", "issued", "issued"])
        self.assertEqual(self.moves(cards[1]), ["issue", "mark", "unmark"])

    def test_what_an_order_used_is_not_undone_by_hand(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.action_confirm()
        manager = card.with_user(self.promotion_manager)
        self.assertEqual(manager.action_unmark_used("Nhầm"), [])
        self.assertEqual(manager.action_cancel_vouchers("Nhầm"), [])
        self.assertEqual(card.voucher_state, "used")

    def test_cancelled_voucher_is_lost_to_its_quotation(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        manager = card.with_user(self.promotion_manager)
        manager.action_cancel_vouchers("In nhầm")
        self.assertEqual(card.cancel_reason, "In nhầm")
        with self.assertRaisesRegex(UserError, card.code):
            order.action_confirm()
        order.release_voucher(card.code)
        manager.action_restore_vouchers("Đúng rồi")
        self.assertEqual(card.voucher_state, "issued")
        self.assertFalse(card.cancelled_at or card.cancel_reason)

    def test_state_is_changed_by_moves_only(self):
        card = self.issue()
        for vals in (
            {"voucher_state": "used"},
            {"held_order_id": self.quotation().id},
            {"used_at": fields.Datetime.now()},
        ):
            for user in (self.seller, self.promotion_manager):
                with self.subTest(vals), self.assertRaises(AccessError):
                    card.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                card.with_context(crm_promotion_move={"name": "use"}).sudo().write(vals)
        with self.assertRaises(AccessError):
            card.partner_id = self.customer
        manager = card.with_user(self.promotion_manager)
        manager.partner_id = self.customer
        with self.assertRaises(UserError):
            manager.points = 5
        with self.assertRaises(UserError):
            card.sudo().unlink()
        log = card.sudo().voucher_log_ids[:1]
        for attempt in (
            lambda: log.write({"note": "x"}),
            log.unlink,
            lambda: log.create({"card_id": card.id, "move": "use"}),
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_card_whose_program_is_the_usual_one_is_a_voucher(self):
        cards = self.admin_env["loyalty.card"]
        program = self.voucher_program
        for context in ({"active_id": program.id}, {"default_program_id": program.id}):
            with self.subTest(context):
                card = cards.with_context(**context).create(
                    {"partner_id": self.customer.id}
                )
                self.assertEqual(card.program_id, program)
                self.assertEqual((card.voucher_state, card.points), ("issued", 0))
                self.assertEqual(self.moves(card), ["issue"])
                self.assertTrue(card.expiration_date)
