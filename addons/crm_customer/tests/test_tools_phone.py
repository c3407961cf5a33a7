"""Repair of phone numbers. No database."""

import random
from time import perf_counter

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_customer.tools import phone as phone_module
from odoo.addons.crm_customer.tools.phone import (
    OLD_MOBILE_PREFIXES,
    repair_phone,
    search_digits,
)
from odoo.addons.crm_customer.tools.verdict import ValueRejected

MOBILE = "+84912345678"


@tagged("-at_install", "post_install")
class TestPhone(BaseCase):
    def test_kept_as_typed(self):
        for typed in (
            "0912345678",
            "0912.345.678",
            "0912 345 678",
            "(0912) 345-678",
            "+84912345678",
            "+84 912 345 678",
            "+84 (0) 912345678",
        ):
            with self.subTest(typed=typed):
                phone = repair_phone(typed)
                self.assertEqual(
                    (phone.text, phone.e164, phone.repairs), (typed, MOBILE, ())
                )

    def test_repaired(self):
        for value, code in (
            ("912345678", "phone_leading_zero"),
            (912345678, "phone_leading_zero"),
            (912345678.0, "phone_leading_zero"),
            ("912345678.0", "phone_leading_zero"),
            ("9.12345678E+08", "phone_leading_zero"),
            ("9,12345678E+08", "phone_leading_zero"),
            ("912.345.678", "phone_leading_zero"),
            ("84912345678", "phone_country_code"),
            (84912345678, "phone_country_code"),
            ("84-912-345-678", "phone_country_code"),
            ("840912345678", "phone_country_code"),
            ("0084912345678", "phone_country_code"),
            ("0912345678 / 0987654321", "phone_extra_text"),
            ("0912345678/0987654321", "phone_extra_text"),
            ("0912345678 - 0987654321", "phone_extra_text"),
            ("0912345678 0987654321", "phone_extra_text"),
            ("0912345678\n0987654321", "phone_extra_text"),
            ("0912345678 hoặc 0987654321", "phone_extra_text"),
            ("12345 / 0912345678", "phone_extra_text"),
            ("0912345678 (anh Nam)", "phone_extra_text"),
        ):
            with self.subTest(value=value):
                phone = repair_phone(value)
                self.assertEqual((phone.text, phone.e164), ("0912345678", MOBILE))
                self.assertEqual([note.code for note in phone.repairs], [code])

    def test_invisible_characters_need_no_note(self):
        for typed in ("'0912345678", "\u200b0912345678\xa0", "０９１２３４５６７８"):
            with self.subTest(typed=typed):
                self.assertEqual(repair_phone(typed).text, "0912345678")

    def test_second_number_is_noted(self):
        (note,) = repair_phone("0912345678 / 0987654321").repairs
        self.assertEqual(note.params["extra"], "0987654321")

    def test_old_prefixes_are_converted(self):
        self.assertEqual(len(OLD_MOBILE_PREFIXES), 21)
        for old, new in OLD_MOBILE_PREFIXES.items():
            for lead in ("0", "", "84", "+84", "0084"):
                with self.subTest(old=lead + old):
                    phone = repair_phone(f"{lead}{old}6234567")
                    self.assertEqual(phone.text, f"0{new}6234567")
                    self.assertEqual(phone.e164, f"+84{new}6234567")
                    self.assertEqual(phone.repairs[0].code, "phone_old_prefix")

    def test_other_numbers(self):
        for typed, text, e164 in (
            ("+1 650 253 0000", "+1 650 253 0000", "+16502530000"),
            ("0066812345678", "+66812345678", "+66812345678"),
            ("028 3822 1234", "028 3822 1234", "+842838221234"),
            ("1900 6017", "1900 6017", "+8419006017"),
            ("18006060", "18006060", "+8418006060"),
        ):
            with self.subTest(typed=typed):
                phone = repair_phone(typed)
                self.assertEqual((phone.text, phone.e164), (text, e164))

    def test_refused(self):
        for value, code in (
            ("9.12E+08", "phone_scientific"),
            ("9,12E+08", "phone_scientific"),
            ("9.1234567E+08", "phone_scientific"),
            ("", "phone_invalid"),
            ("12345", "phone_invalid"),
            ("09123456789", "phone_invalid"),
            ("0912345678 9", "phone_invalid"),
            ("0912ABCDEF", "phone_invalid"),
            ("01111234567", "phone_invalid"),
            (float("nan"), "phone_invalid"),
            (float("inf"), "phone_invalid"),
            (True, "phone_invalid"),
        ):
            with self.subTest(value=value), self.assertRaises(ValueRejected) as caught:
                repair_phone(value)
            self.assertEqual(caught.exception.code, code)

    def test_fast_path_answers_like_the_slow_one(self):
        """Every three-digit prefix is tried, so a new numbering plan can't slip in."""
        rng, fast = random.Random(2018), 0
        for prefix in range(1000):
            number = f"0{prefix:03}{rng.randrange(10**6):06}"
            if phone_module._ordinary_mobile().fullmatch(number):
                fast += 1
                self.assertEqual(
                    repair_phone(number), phone_module._repair(number, "VN")
                )
        self.assertGreater(fast, 300)

    def test_check_of_twenty_thousand_rows_is_quick(self):
        numbers = [f"09{n:08}" for n in range(10_000_000, 10_020_000)]
        started = perf_counter()
        for number in numbers:
            repair_phone(number)
        self.assertLess(perf_counter() - started, 0.5)


@tagged("-at_install", "post_install")
class TestSearchDigits(BaseCase):
    def test_parts_of_numbers(self):
        for text, digits in (
            ("0912.345", "84912345"),
            ("+84 912", "84912"),
            ("(+84) 912", "84912"),
            ("912345", "912345"),
            ("0084912", "84912"),
            ("0912345678", "84912345678"),
            ("0123 4567", "84834567"),
            ("+66 812", "66812"),
            ("Nam", None),
            ("12a3", None),
            ("09", None),
            ("0012", None),
            ("", None),
            ("---", None),
        ):
            with self.subTest(text=text):
                self.assertEqual(search_digits(text), digits)

    def test_every_notation_finds_the_stored_number(self):
        for typed in ("0912345678", "912345678", "+84 912-345-678", "0084912345678"):
            with self.subTest(typed=typed):
                self.assertIn(search_digits(typed), repair_phone(typed).e164)
