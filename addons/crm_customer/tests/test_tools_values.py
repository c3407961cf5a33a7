"""Rules for single cells: text, dates, gender, headings. No database."""

import unicodedata
from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_customer.tools.dates import parse_date
from odoo.addons.crm_customer.tools.gender import parse_gender
from odoo.addons.crm_customer.tools.headings import COLUMNS, match_headings
from odoo.addons.crm_customer.tools.text import (
    cell_text,
    clean,
    clean_lines,
    fold,
    join_names,
    split_names,
)
from odoo.addons.crm_customer.tools.verdict import ValueRejected

TODAY = date(2026, 11, 22)


@tagged("-at_install", "post_install")
class TestText(BaseCase):
    def test_fold_meets_all_notations(self):
        decomposed = unicodedata.normalize("NFD", "Nguyễn Đức Ái")
        for text in (
            "Nguyễn Đức Ái",
            decomposed,
            "NGUYỄN ĐỨC ÁI",
            "nguyen duc ai",
            "  Nguyễn\xa0 Đức\tÁi ",
            "Nguyễn\u200b Đức Ái\ufeff",
            "Ｎｇｕｙễｎ Đức Ái",
        ):
            with self.subTest(text=text):
                self.assertEqual(fold(text), "nguyen duc ai")

    def test_fold_of_every_vietnamese_letter_is_ascii(self):
        for (
            letter
        ) in "àáạảãâầấậẩẫăằắặẳẵèéẹẻẽêềếệểễìíịỉĩòóọỏõôồốộổỗơờớợởỡùúụủũưừứựửữỳýỵỷỹđ":
            for form in (letter, letter.upper(), unicodedata.normalize("NFD", letter)):
                self.assertRegex(fold(form), r"^[a-z]$")

    def test_clean(self):
        for text, expected in (
            ("  Lê \xa0 Lợi\n", "Lê Lợi"),
            (unicodedata.normalize("NFD", "Lê Lợi"), "Lê Lợi"),
            ("'0912345678", "0912345678"),
            ("O'Brien", "O'Brien"),
            ("\ufeffKH001\u200b\x00", "KH001"),
            ("", ""),
        ):
            with self.subTest(text=text):
                self.assertEqual(clean(text), expected)
        self.assertEqual(clean_lines(" a  b \r\n\n 'c "), "a b\n\nc")

    def test_names_in_a_cell(self):
        for text, expected in (
            ("A, B;C", ["A", "B", "C"]),
            ('"A, B" ; C', ["A, B", "C"]),
            ('"A ""1""; B"', ['A "1"; B']),
            ('15" x, B', ['15" x', "B"]),
            ('"A, B', ['"A', "B"]),
            (" ;, ", []),
            ("", []),
        ):
            with self.subTest(text=text):
                names = [name.strip() for name in split_names(text)]
                self.assertEqual(list(filter(None, names)), expected)
                self.assertEqual(
                    list(filter(None, split_names(join_names(expected)))), expected
                )

    def test_cell_text_shows_what_the_user_sees(self):
        for value, expected in (
            (123.0, "123"),
            (12.5, "12.5"),
            (None, ""),
            ("0012", "0012"),
        ):
            with self.subTest(value=value):
                self.assertEqual(cell_text(value), expected)


@tagged("-at_install", "post_install")
class TestDates(BaseCase):
    def test_accepted(self):
        for value, expected in (
            ("31/12/1990", date(1990, 12, 31)),
            ("31-12-1990", date(1990, 12, 31)),
            ("31.12.1990", date(1990, 12, 31)),
            ("31 / 12 / 1990", date(1990, 12, 31)),
            ("5/3/1990", date(1990, 3, 5)),
            ("31/12/90", date(1990, 12, 31)),
            ("22/11/26", TODAY),
            ("29/2/00", date(2000, 2, 29)),
            ("1990-12-31", date(1990, 12, 31)),
            ("1990/12/31", date(1990, 12, 31)),
            ("19901231", date(1990, 12, 31)),
            (19901231, date(1990, 12, 31)),
            ("ngày 5 tháng 3 năm 1990", date(1990, 3, 5)),
            ("Ngày 05 Tháng 03 Năm 1990", date(1990, 3, 5)),
            ("5 tháng 3, 1990", date(1990, 3, 5)),
            ("05/03/1990 10:20", date(1990, 3, 5)),
            ("05/03/1990 10:20:00 SA", date(1990, 3, 5)),
            ("1990-12-31T23:59:59.123+07:00", date(1990, 12, 31)),
            ("1990-12-31T23:59:59Z", date(1990, 12, 31)),
            (32874, date(1990, 1, 1)),
            (32874.75, date(1990, 1, 1)),
            ("32874", date(1990, 1, 1)),
            (datetime(1990, 1, 1, 23, 59), date(1990, 1, 1)),
            (date(1990, 1, 1), date(1990, 1, 1)),
            ("", None),
            (None, None),
        ):
            for kind in ("date", "birthdate"):
                with self.subTest(value=value, kind=kind):
                    self.assertEqual(
                        parse_date(value, today=TODAY, kind=kind), expected
                    )

    def test_refused(self):
        for value, code in (
            ("12/31/1990", "date_invalid"),  # month first: never guessed
            ("29/02/1900", "date_invalid"),
            ("31/04/1990", "date_invalid"),
            ("31/12-1990", "date_invalid"),
            ("1990", "date_invalid"),  # a year alone, not Excel's day 1990
            (1990, "date_invalid"),
            ("1/1/0090", "date_invalid"),
            ("abc", "date_invalid"),
            (True, "date_invalid"),
            (float("nan"), "date_invalid"),
            (float("inf"), "date_invalid"),
            ("23/11/2026", "date_future"),
            (datetime(2026, 11, 23), "date_future"),
            ("21/11/1896", "date_too_old"),
            (date(1800, 1, 1), "date_too_old"),
        ):
            with self.subTest(value=value), self.assertRaises(ValueRejected) as caught:
                parse_date(value, today=TODAY, kind="birthdate")
            self.assertEqual(caught.exception.code, code)

    def test_two_digit_years_of_birthdates_never_lie_in_the_future(self):
        for year in range(100):
            born = parse_date(f"31/12/{year:02}", today=TODAY, kind="birthdate")
            self.assertLessEqual(born, TODAY)
            self.assertEqual(born.year % 100, year)

    def test_other_dates_may_lie_ahead(self):
        self.assertEqual(parse_date("31/12/30", today=TODAY), date(2030, 12, 31))
        self.assertEqual(parse_date("31/12/2050", today=TODAY), date(2050, 12, 31))


@tagged("-at_install", "post_install")
class TestGender(BaseCase):
    def test_words(self):
        for gender, words in {
            "male": ("Nam", "NAM ", "male", "M", "anh", "Ông", "ong", "trai", "Mr."),
            "female": (
                "Nữ",
                "nu",
                "NỮ",
                "female",
                "f",
                "chị",
                "Bà",
                "cô",
                "gái",
                "Ms",
                "mrs.",
            ),
            "other": ("Khác", "khac", "other"),
            None: ("", None, "  ", "\u200b"),
        }.items():
            for word in words:
                with self.subTest(word=word):
                    self.assertEqual(parse_gender(word), gender)
        decomposed = unicodedata.normalize("NFD", "Nữ")
        self.assertEqual(parse_gender(decomposed), "female")

    def test_refused(self):
        for word in ("có", "năm", "nừ", "xyz", 7, True):
            with self.subTest(word=word), self.assertRaises(ValueRejected) as caught:
                parse_gender(word)
            self.assertEqual(caught.exception.code, "gender_invalid")


@tagged("-at_install", "post_install")
class TestHeadings(BaseCase):
    def test_both_languages_match_every_column(self):
        for headings in (
            [column.key for column in COLUMNS],
            [column.heading for column in COLUMNS],
            [column.vietnamese for column in COLUMNS],
            [column.vietnamese.upper() + " (*)" for column in COLUMNS],
            [unicodedata.normalize("NFD", column.vietnamese) for column in COLUMNS],
            [fold(column.vietnamese).replace(" ", "_") for column in COLUMNS],
        ):
            with self.subTest(first=headings[0]):
                self.assertEqual(match_headings(headings), [c.key for c in COLUMNS])

    def test_no_name_means_two_columns(self):
        for column in COLUMNS:
            for name in (column.heading, column.vietnamese, *column.aliases):
                with self.subTest(name=name):
                    self.assertEqual(match_headings([name]), [column.key])

    def test_first_of_two_counts_and_strangers_are_none(self):
        cells = ["SĐT", None, "Mã KH", "Số điện thoại (*)", "Màu sắc", 5, "Họ và tên"]
        expected = ["phone", None, "code", None, None, None, "name"]
        self.assertEqual(match_headings(cells), expected)
