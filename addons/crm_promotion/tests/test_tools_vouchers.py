"""Pure rules of vouchers: codes and who may use one."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.printed_codes import judge_codes
from ..tools.voucher_codes import ALPHABET, least_length, make_codes, normal
from ..tools.vouchers import STATES, Facts, refusal

TODAY, YESTERDAY = date(2026, 2, 10), date(2026, 2, 9)


@tagged("post_install", "-at_install")
class TestVoucherRules(BaseCase):
    def test_refusals(self):
        cases = [
            ({}, None),
            ({"expires_on": YESTERDAY}, "expired"),
            ({"owner": 3}, "foreign"),
            ({"owner": 3, "customer": 3}, None),
            ({"owner": 3, "customer": 4}, "foreign"),
            ({"customer": 4}, None),
            ({"same_company": False}, "unknown"),
            ({"running": False}, "stopped"),
            ({"state": "used"}, "used"),
            ({"state": "used", "mine": True}, "used"),
            ({"state": "reserved"}, "reserved"),
            ({"state": "reserved", "mine": True}, None),
            ({"state": "reserved", "lapsed": True}, None),
            ({"state": "reserved", "lapsed": True, "expires_on": YESTERDAY}, "expired"),
            ({"state": "expired"}, "expired"),
            ({"state": "cancelled"}, "cancelled"),
            ({"state": "used", "owner": 3}, "foreign"),
        ]
        for given_facts, expected in cases:
            facts = {"state": "issued", "expires_on": TODAY} | given_facts
            with self.subTest(given_facts):
                self.assertEqual(refusal(Facts(today=TODAY, **facts)), expected)

    @settings(database=None, max_examples=50)
    @given(st.sampled_from(STATES), st.booleans(), st.booleans())
    def test_nobody_else_s_voucher_is_ever_used(self, state, mine, lapsed):
        facts = Facts(
            state=state,
            expires_on=TODAY,
            today=TODAY,
            owner=1,
            customer=2,
            mine=mine,
            lapsed=lapsed,
        )
        self.assertEqual(refusal(facts), "foreign")

    @settings(database=None, max_examples=50)
    @given(st.integers(0, 300), st.integers(6, 20))
    def test_codes_are_different_and_readable(self, count, length):
        codes = make_codes(count, length, "A-")
        self.assertEqual(len(set(codes)), count)
        for code in codes:
            self.assertEqual(len(code), length + 2)
            self.assertLessEqual(set(code[2:]), set(ALPHABET))

    def test_letters_are_equally_likely(self):
        text = "".join(make_codes(20_000, 10))
        mean = len(text) / len(ALPHABET)
        for letter in ALPHABET:
            self.assertAlmostEqual(text.count(letter) / mean, 1, delta=0.1)

    @settings(database=None, max_examples=50)
    @given(st.text())
    def test_a_code_is_normal_once(self, text):
        self.assertEqual(normal(normal(text)), normal(text))

    def test_length_grows_with_the_number(self):
        self.assertEqual([least_length(n) for n in (1, 100, 100_000)], [5, 7, 9])
        self.assertFalse(set("0O1IL") & set(ALPHABET))

    def test_printed_codes(self):
        good, bad = judge_codes(
            [(2, " tet-0001 "), (3, 12345678.0), (4, None), (5, "TET-0001"), (6, "AB")]
        )
        self.assertEqual(good, [(2, "TET-0001"), (3, "12345678")])
        self.assertEqual(
            bad, [(4, "", "empty"), (5, "TET-0001", "twice"), (6, "AB", "short")]
        )
