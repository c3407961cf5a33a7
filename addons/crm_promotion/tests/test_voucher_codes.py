"""Who may use a code, what wrong codes are answered, and when nobody is heard."""

import logging

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_user

from .common import USER
from .voucher_common import VoucherCase


@tagged("post_install", "-at_install")
class TestVoucherCodes(VoucherCase):
    def refused(self, function, *args):
        """What is answered. Not `assertRaises`: its savepoint would take back what
        has a transaction of its own."""
        try:
            function(*args)
        except UserError as error:
            return str(error)
        self.fail("nothing was refused")

    def answer_to(self, code):
        return self.refused(self.quotation().apply_voucher, code)

    def test_one_answer_whatever_is_wrong(self):
        mine, gone, used, held, hers = self.issue(count=5)
        hers.sudo().partner_id = self.stranger
        gone.with_user(self.promotion_manager).action_cancel_vouchers("In nhầm")
        used.action_mark_used()
        self.quotation().apply_voucher(held.code)
        old = self.issue()
        old.sudo().expiration_date = self.day(-1)
        shop = self._make_shop("Shop B")
        theirs = self.issue(program=self._make_voucher_program("B", shop))
        stopped = self._make_voucher_program("Hết", self.company)
        of_stopped = self.issue(program=stopped)
        stopped.date_to = self.day(-1)
        wrong = (hers, gone, used, held, old, theirs, of_stopped)
        codes = ["KHONG-CO-MA", *(card.sudo().code for card in wrong)]
        answers = {self.answer_to(code) for code in codes}
        self.assertEqual(len(answers), 1)
        self.assertIn("can't be used here", answers.pop())
        self.assertEqual(
            self.attempts(),
            [
                "unknown",
                "foreign",
                "cancelled",
                "used",
                "reserved",
                "expired",
                "unknown",
                "stopped",
            ],
        )
        self.quotation().apply_voucher(mine.code)

    def test_odoo_s_own_door(self):
        card, order = self.issue(), self.quotation()
        self.assertEqual(order._try_apply_code(card.code), {})
        self.assertEqual(card.held_order_id, order)
        result = self.quotation()._try_apply_code(card.code)
        self.assertTrue(result["not_found"])
        wizard = self.env["sale.loyalty.coupon.wizard"]
        other = self.quotation()
        fresh = self.issue()
        action = wizard.create(
            {"order_id": other.id, "coupon_code": fresh.code.lower()}
        ).action_apply()
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.assertEqual(fresh.held_order_id, other)
        # Neither the sentence nor its kind tells whether the code is there.
        for code in (fresh.code, "KHONG-CO-MA"):
            refused = wizard.create(
                {"order_id": self.quotation().id, "coupon_code": code}
            )
            with self.assertRaisesRegex(ValidationError, "can't be used here"):
                refused.action_apply()

    def test_codes_of_odoo_s_own_programs_still_work(self):
        program = self._make_voucher_program("Stock", self.company, is_promotion=False)
        card = self.admin_env["loyalty.card"].create(
            {"program_id": program.id, "points": 1}
        )
        self.assertFalse(card.voucher_state)
        order = self.quotation()
        result = order._try_apply_code(card.code)
        self.assertNotIn("error", result)
        self.assertIn(card, order.applied_coupon_ids)
        self.assertEqual(self.attempts(), [])

    def test_who_guesses_is_not_heard(self):
        self.superuser_env["ir.config_parameter"].set_param(
            "crm_promotion.attempts_order", "3"
        )
        self.promote(5, promo_code="CONGKHAI")
        card, order = self.issue(), self.quotation()
        for number in range(3):
            self.refused(order.apply_voucher, f"DOAN-{number}")
        for _time in range(2):
            for code in (card.code, "CONGKHAI"):
                self.assertIn("15", self.refused(order.apply_voucher, code))
        self.assertEqual(self.attempts(), ["unknown"] * 3 + ["throttled"])
        self.quotation().apply_voucher(card.code)

    def test_limit_per_user_and_for_systems(self):
        self.superuser_env["ir.config_parameter"].set_param(
            "crm_promotion.attempts_user", "2"
        )
        card = self.issue()
        for number in range(2):
            self.refused(self.Card.voucher_check, f"DOAN-{number}")
        self.assertIn("15", self.refused(self.Card.voucher_check, card.code))
        other = self.Card.with_user(self.promotion_manager)
        self.assertEqual(other.voucher_check(card.code)["state"], "issued")

    def test_same_code_again_is_no_guess(self):
        """A web shop tries the code of a link again with each page."""
        self.superuser_env["ir.config_parameter"].set_param(
            "crm_promotion.attempts_order", "2"
        )
        card, order = self.issue(), self.quotation()
        for _page in range(3):
            self.refused(order.apply_voucher, "LINK-CU")
        self.assertEqual(self.attempts(), ["unknown"])
        order.apply_voucher(card.code)

    def test_visitors_of_a_web_shop_do_not_silence_each_other(self):
        self.superuser_env["ir.config_parameter"].set_param(
            "crm_promotion.attempts_user", "2"
        )
        visitor = self.superuser_env.ref("base.public_user")
        card = self.issue()
        for number in range(3):
            cart = self.quotation().with_user(visitor).sudo()
            self.assertIn("error", cart._try_apply_code(f"DOAN-{number}"))
        cart = self.quotation().with_user(visitor).sudo()
        self.assertEqual(cart._try_apply_code(card.code), {})
        known = self.superuser_env["crm.voucher.attempt"].search([], limit=3)
        self.assertFalse(known.user_id)

    def test_another_company_and_the_outside(self):
        card = self.issue()
        shop = self._make_shop("Shop B")
        stranger = make_user(
            self.superuser_env,
            "stranger_of_tests",
            USER,
            company_id=shop.id,
            company_ids=shop.ids,
        )
        env = self.superuser_env(
            user=stranger, context={"allowed_company_ids": shop.ids}
        )
        self.assertFalse(env["loyalty.card"].search([("voucher_state", "!=", False)]))
        self.assertFalse(env["crm.voucher.log"].search([]))
        self.assertFalse(env["crm.voucher.batch"].search([]))
        with self.assertRaises(UserError):
            env["loyalty.card"].voucher_check(card.code)
        portal = make_user(
            self.superuser_env,
            "portal_of_tests",
            "base.group_portal",
        )
        order = self.quotation(partner=portal.partner_id)
        for attempt in (
            lambda: card.with_user(portal).read(["code"]),
            lambda: self.Card.with_user(portal).voucher_check(card.code),
            lambda: order.with_user(portal).apply_voucher(card.code),
            lambda: card.with_user(portal).action_mark_used(),
            lambda: self.env["crm.voucher.log"].with_user(portal).search([]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_queries_of_a_code(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        order.release_voucher(card.code)
        self.env.invalidate_all()
        with self.assertQueryCount(60):
            order.apply_voucher(card.code)


@tagged("post_install", "-at_install")
class TestVoucherService(VoucherCase):
    """Systems that sell elsewhere."""

    def test_reserve_redeem_release(self):
        card = self.issue()
        answer = self.Card.voucher_reserve(card.code, "POS-1", "k1", minutes=30)
        self.assertEqual((answer["state"], answer["reference"]), ("reserved", "POS-1"))
        with self.assertRaises(UserError):
            self.Card.voucher_redeem(card.code, "POS-2", "k2")
        with self.assertRaises(UserError):
            self.quotation().apply_voucher(card.code)
        answer = self.Card.voucher_redeem(card.code, "POS-1", "k3")
        self.assertEqual(answer["state"], "used")
        answer = self.Card.voucher_release(card.code, "POS-1", "k4")
        self.assertEqual(answer["state"], "issued")
        self.assertEqual(self.moves(card), ["issue", "reserve", "use", "give_back"])

    def test_minutes_are_a_number_of_minutes(self):
        card = self.issue()
        for minutes in (-5, 0, 1.5, "x", True, 10**12):
            with (
                self.subTest(minutes),
                self.assertRaisesRegex(UserError, "minutes") as refusal,
            ):
                self.Card.voucher_reserve(card.code, "POS-1", "k1", minutes=minutes)
            self.assertEqual(refusal.exception.loglevel, logging.INFO)
        self.assertEqual(self.moves(card), ["issue"])
        self.Card.voucher_reserve(card.code, "POS-1", "k1", minutes=10)
        self.assertEqual(card.voucher_state, "reserved")

    def test_what_an_order_is_refused_is_no_warning_in_the_log(self):
        card, order = self.issue(), self.quotation()
        order.apply_voucher(card.code)
        sold = self.quotation()
        sold.apply_voucher(self.issue().code)
        sold.action_confirm()
        for call in (
            lambda: self.quotation().apply_voucher("TET-NOBODY"),
            lambda: self.quotation().apply_voucher(card.code),
            lambda: self.quotation().release_voucher(card.code),
            lambda: order.apply_voucher(self.issue().code),
            lambda: sold.release_voucher(sold.voucher_ids.code),
            lambda: sold.apply_voucher(self.issue().code),
            lambda: self.Card.voucher_release(card.code, "POS-9", "k9"),
            lambda: self.Card.voucher_release(card.code, "", "k9"),
        ):
            with self.assertRaises(UserError) as refusal:
                call()
            self.assertEqual(
                getattr(refusal.exception, "loglevel", None),
                logging.INFO,
                refusal.exception,
            )

    def test_systems_don_t_know_each_other_s_references(self):
        card = self.issue()
        self.Card.voucher_reserve(card.code, "POS-1", "k1")
        other = self.Card.with_user(self.promotion_manager)
        for call in (
            lambda: other.voucher_redeem(card.code, "POS-1", "k2"),
            lambda: other.voucher_release(card.code, "POS-1", "k3"),
        ):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(card.voucher_state, "reserved")
        answer = self.Card.voucher_redeem(card.code, "POS-1", "k4")
        self.assertEqual(answer["state"], "used")

    def test_same_key_same_answer_and_nothing_twice(self):
        card = self.issue()
        first = self.Card.voucher_redeem(card.code, "POS-1", "k1")
        self.assertEqual(self.Card.voucher_redeem(card.code, "POS-1", "k1"), first)
        self.assertEqual(self.moves(card), ["issue", "use"])
        with self.assertRaisesRegex(UserError, "another request"):
            self.Card.voucher_redeem(card.code, "POS-2", "k1")
        with self.assertRaises(UserError):
            self.Card.voucher_redeem(card.code, "POS-1", "k2")
        order, other = self.quotation(), self.issue()
        order.apply_voucher(other.code, key="o1")
        order.apply_voucher(other.code, key="o1")
        self.assertEqual(self.moves(other), ["issue", "reserve"])

    def test_personal_voucher_needs_the_customer(self):
        card = self.issue(self.customer)
        self.customer.ref = "KH-VOUCHER"
        with self.assertRaises(UserError):
            self.Card.voucher_check(card.code)
        answer = self.Card.voucher_check(card.code, customer="KH-VOUCHER")
        self.assertEqual(answer["program"], "Voucher Tết")

    def test_request_without_reference_or_key_is_refused(self):
        card = self.issue()
        for reference, key in (("", "k"), ("POS-1", "")):
            with self.assertRaises(UserError):
                self.Card.voucher_redeem(card.code, reference, key)
        with self.assertRaisesRegex(UserError, "holds no voucher"):
            self.Card.voucher_release(card.code, "POS-1", "k")
