"""Codes that were printed elsewhere become vouchers."""

from base64 import b64encode
from io import BytesIO
from unittest.mock import patch

from openpyxl import Workbook

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_csv, make_xlsx, read_xlsx

from .voucher_common import VoucherCase


@tagged("post_install", "-at_install")
class TestVoucherImport(VoucherCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=cls.promotion_manager)

    def wizard(self, content, name="in.xlsx", **vals):
        return self.env["crm.voucher.import"].create(
            {
                "program_id": self.voucher_program.id,
                "expiration_date": self.day(60),
                "file": b64encode(content),
                "file_name": name,
                **vals,
            }
        )

    def import_file(self, content, name="in.xlsx", **vals):
        wizard = self.wizard(content, name, **vals)
        wizard.action_import()
        return wizard

    def import_book(self, book):
        output = BytesIO()
        book.save(output)
        return self.import_file(output.getvalue())

    def codes(self, wizard):
        return sorted(wizard.batch_id.card_ids.mapped("code"))

    def test_good_rows_are_kept_bad_ones_come_back(self):
        there = self.issue().sudo().code
        rows = [
            ["1", "In-0001a"],
            ["2", "IN-0001A"],
            ["3", ""],
            ["4", "ngắn"],
            ["5", "AB1"],
            ["6", there],
            ["7", "IN-0002B"],
        ]
        wizard = self.import_file(make_xlsx(rows, ["STT", "Mã voucher"]))
        self.assertEqual((wizard.good_count, wizard.bad_count), (2, 5))
        self.assertEqual(self.codes(wizard), ["IN-0001A", "IN-0002B"])
        bad = read_xlsx(wizard.bad_file)
        self.assertEqual(bad[0][0], "Mã voucher")
        self.assertEqual([row[1] for row in bad[1:]], ["3", "4", "5", "6", "7"])
        self.quotation().apply_voucher("in-0002b")
        again = self.import_file(make_csv(rows, ["STT", "Mã voucher"]), "in.csv")
        self.assertEqual((again.good_count, again.bad_count), (0, 7))

    def test_column_that_names_vouchers_is_read(self):
        rows = [["KH-000001", "IN-0001A"]]
        wizard = self.import_file(make_xlsx(rows, ["Mã khách hàng", "Mã voucher"]))
        self.assertEqual(self.codes(wizard), ["IN-0001A"])

    def test_file_without_headings_loses_no_code(self):
        for first in ("IN-0003A", "VOUCHER-001", "CODE24-0001"):
            content = make_xlsx([["IN-0004A"], ["IN-0005A"]], [first])
            with self.assertRaisesRegex(UserError, "heading “Voucher code”"):
                self.import_file(content)

    def test_file_is_read_whole_or_not_at_all(self):
        content = make_xlsx([["IN-0004A"], ["IN-0005A"]], ["Code"])
        module = "odoo.addons.crm_promotion.wizards.crm_voucher_import"
        with (
            patch(f"{module}.MOST_ROWS", 1),
            self.assertRaisesRegex(UserError, "more than 1 row"),
        ):
            self.import_file(content)

    def test_no_sheet_and_no_row_is_passed_over(self):
        book = Workbook()
        book.active.append(["Code"])
        book.active.append(["IN-0004A"])
        other = book.create_sheet("Đợt 2")
        self.assertEqual(self.codes(self.import_book(book)), ["IN-0004A"])
        other.append(["IN-0005A"])
        with self.assertRaisesRegex(UserError, "Several sheets .*: Sheet, Đợt 2"):
            self.import_book(book)
        content = b"Code\nIN-0006A\n" + b"\n" * 1000 + b"IN-0007A\n"
        with self.assertRaisesRegex(UserError, "Row 1003 .* 1000 empty rows"):
            self.import_file(content, "in.csv")

    def test_codes_that_excel_changed_come_back(self):
        book = Workbook()
        for cell in ("Code", 1234567890123456, 123456789012345, "X" * 65, "#REF!"):
            book.active.append([cell])
        wizard = self.import_book(book)
        self.assertEqual(self.codes(wizard), ["123456789012345"])
        _heading, *bad = read_xlsx(wizard.bad_file)
        self.assertEqual([row[1] for row in bad], ["2", "4", "5"])
        words = ("column as text", "at most 64", "has no result")
        for row, word in zip(bad, words, strict=True):
            self.assertIn(word, row[2])

    def test_any_refused_text_can_be_written(self):
        content = make_csv([["x" * 40_000], ["IN-0001A"]], ["Code"])
        wizard = self.import_file(content, "in.csv")
        self.assertEqual((wizard.good_count, wizard.bad_count), (1, 1))
        self.assertEqual(len(read_xlsx(wizard.bad_file)[1][0]), 255)

    def test_says_until_when_vouchers_are_valid(self):
        self.voucher_program.with_env(self.admin_env).date_to = self.day(10)
        wizard = self.import_file(make_xlsx([["IN-0001A"]], ["Code"]))
        self.assertEqual(wizard.expiration_date, self.day(10))
        self.assertEqual(wizard.batch_id.card_ids.expiration_date, self.day(10))

    def test_past_day_is_refused_before_the_file_is_read(self):
        with self.assertRaisesRegex(UserError, "still to come"):
            self.import_file(b"%PDF-1.4 nothing", expiration_date=self.day(-1))

    def test_second_press_changes_nothing(self):
        wizard = self.wizard(make_xlsx([["IN-0001A"], ["AB"]], ["Code"]))
        first = wizard.action_import()
        batch, bad_file = wizard.batch_id, wizard.bad_file
        batches = self.env["crm.voucher.batch"].search_count([])
        self.assertEqual(wizard.action_import(), first)
        self.assertEqual(self.env["crm.voucher.batch"].search_count([]), batches)
        self.assertEqual((wizard.batch_id, wizard.bad_file), (batch, bad_file))
        self.assertEqual((wizard.good_count, wizard.bad_count), (1, 1))

    def test_broken_file_is_one_sentence(self):
        with self.assertRaisesRegex(UserError, "neither an Excel file"):
            self.import_file(b"%PDF-1.4 nothing", "in.pdf")
