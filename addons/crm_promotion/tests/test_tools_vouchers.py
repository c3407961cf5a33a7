"""Pure rules of vouchers: codes and who may use one."""

import unicodedata
from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_customer.tools.spreadsheet import CellError

from ..tools.printed_codes import code_column, judge_codes
from ..tools.voucher_codes import ALPHABET, least_length, make_codes, normal
from ..tools.vouchers import STATES, Facts, refusal

#: Some of what capitals, blanks and UTF-8 treat in a way of their own.
LETTERS = "aZ09-_ đĐẫßıİŉΐςﬁ０٣😀\t\x00\u0085\u00a0\u0345\u200b\u2028\u3000\ud800"
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
    @given(st.text(LETTERS))
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

    def test_verdicts_on_printed_codes(self):
        cases = [
            ("A" * 64, None),
            ("A" * 65, "long"),
            ("AB-12Đ", "letters"),
            (True, "short"),
            (999_999_999_999_999, None),
            (999_999_999_999_999.0, None),
            (1_000_000_000_000_000, "changed"),
            (1.2345678901234e19, "changed"),
            (float("inf"), "changed"),
            (12345678.5, "letters"),
            ("1234567890123456", None),
            ("1,23457E+15", "changed"),
            ("1E+15", "changed"),
            (datetime(2026, 1, 2), "changed"),
            (CellError("excel_error", {"error": "#REF!"}), "broken"),
            (CellError("formula_without_value", {"cell": "A2"}), "broken"),
        ]
        for cell, expected in cases:
            with self.subTest(cell):
                _good, bad = judge_codes([(2, cell)])
                self.assertEqual([word for *_row, word in bad], [expected] * len(bad))
                self.assertEqual(bool(bad), bool(expected))

    @settings(database=None, max_examples=100)
    @given(st.text(LETTERS), st.integers(1, 300))
    def test_refused_codes_can_be_written(self, text, times):
        for _number, shown, _word in judge_codes([(2, text * times)])[1]:
            self.assertLessEqual(len(shown.encode()), 255 * 4)

    def test_column_of_the_codes(self):
        cases = [
            (["Code"], 0),
            (["STT", "MÃ"], 1),
            (["Mã khách hàng", "Mã voucher"], 1),
            (["Barcode", "Voucher"], 1),
            (["Code", "Voucher", "Voucher Code (*)"], 2),
            (["Code", "Voucher"], 1),
            (["Mã", "Code"], 0),
            (["Mã giảm giá", "Mã phiếu"], 0),
            ([unicodedata.normalize("NFD", "Mã phiếu")], 0),
            ([" voucher_code "], 0),
            (["Mã khách hàng"], None),
            (["Barcode"], None),
            (["VOUCHER-001"], None),
            (["CODE24-0001"], None),
            (["", "Ghi chú"], None),
            ([], None),
        ]
        for headings, expected in cases:
            with self.subTest(headings):
                self.assertEqual(code_column(headings), expected)
