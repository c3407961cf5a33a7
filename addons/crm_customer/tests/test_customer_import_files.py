from ast import literal_eval
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.spreadsheet_types import MEGABYTE, Limits
from .common import ImportCase, make_csv, make_xlsx


@tagged("post_install", "-at_install")
class TestImportFiles(ImportCase):
    """Files that are no list of customers give a sentence."""

    def assertRefused(self, content, file_name, sentence):
        record = self.upload(content=content, file_name=file_name)
        with self.assertRaisesRegex(UserError, sentence):
            record.action_preview()
        self.assertEqual(record.state, "draft")

    def test_files_of_other_kinds_are_refused(self):
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
        for content, file_name, sentence in (
            (ole + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
            (ole, "a.xls", "old Excel"),
            (b"\x89PNG\r\n\x1a\n" + bytes(50), "a.xlsx", "neither"),
            (b"PK\x03\x04" + bytes(50), "a.xlsx", "damaged"),
            (b"\n\n \n", "a.csv", "empty"),
            (make_csv([["", "A", ""]]) + b"\n" * 1000 + b",B,", "a.csv", "Row 1003"),
        ):
            with self.subTest(sentence):
                with mute_logger("odoo.tools.mimetypes.guess_mimetype"):
                    self.assertRefused(content, file_name, sentence)

    def test_screen_tells_and_keeps_the_limits_of_the_reader(self):
        form = etree.fromstring(self.Import.get_view(view_type="form")["arch"])
        [field] = form.xpath("//field[@name='file']")
        limits = Limits()
        megabytes = literal_eval(field.get("options"))["max_megabytes"]
        self.assertEqual(megabytes * MEGABYTE, limits.size)
        self.assertEqual(limits.rows, 1_000_000)
        self.assertIn(f"{megabytes} MB and a million", " ".join(form.itertext()))

    def test_bomb_is_refused(self):
        output = BytesIO()
        with ZipFile(output, "w", ZIP_DEFLATED) as bomb:
            with ZipFile(BytesIO(make_xlsx([["", "A", ""]]))) as book:
                for name in book.namelist():
                    if name != "xl/worksheets/sheet1.xml":
                        bomb.writestr(name, book.read(name))
            bomb.writestr("xl/worksheets/sheet1.xml", bytes(64 * 1024 * 1024))
        self.assertRefused(output.getvalue(), "a.xlsx", "Unpacked|damaged|safety")

    def test_unknown_sheet_is_named(self):
        record = self.upload([["", "A", ""]], sheet="Không có")
        with self.assertRaisesRegex(UserError, "Không có"):
            record.action_preview()

    def test_file_that_breaks_while_it_is_read_fails_the_import(self):
        content = (
            make_csv([["", f"Khách {n}", ""] for n in range(30)])
            + b'1,"never closed,2\n'
        )
        record = self.preview(content=content, file_name="a.csv")
        self.run_jobs(record.action_start)
        self.assertEqual(record.state, "failed")
        self.assertIn("quotation mark", record.problem)
        self.assertFalse(record.row_ids.partner_id)

    def test_failed_import_takes_a_corrected_file(self):
        self.test_file_that_breaks_while_it_is_read_fails_the_import()
        record = self.Import.search([], limit=1)
        good = self.upload([["", "Khách tốt", ""]], file_name="đã sửa.csv")
        record.write({"file": good.file, "file_name": "đã sửa.csv"})
        record.action_preview()
        self.run_jobs(record.action_start)
        self.assertEqual((record.state, self.states(record)), ("done", ["created"]))
