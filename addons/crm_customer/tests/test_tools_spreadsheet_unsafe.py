"""Files that are too large, damaged, disguised or hostile are refused. No database."""

import struct
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from odoo.tests import tagged

from odoo.addons.crm_customer.tools.spreadsheet import Limits
from odoo.addons.crm_customer.tools.spreadsheet_types import MEGABYTE

from .test_tools_spreadsheet import SpreadsheetCase, repack

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CHECKSUM, UNPACKED_SIZE = 16, 24  # offsets in an entry of the zip's directory
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def xlsx(rows=(("Tên", "SĐT"), ("An", "0912"))):
    """Return a book whose texts are shared strings, as Excel writes them."""
    file = BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def after_declaration(addition):
    """Return a change that puts ``addition`` before a part's root element."""

    def change(xml):
        start = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        return xml[:start] + addition + xml[start:]

    return change


@tagged("-at_install", "post_install")
class TestRefused(SpreadsheetCase):
    def test_not_what_we_read(self):
        other_zip = BytesIO()
        with ZipFile(other_zip, "w") as archive:
            archive.writestr("word/document.xml", "<x/>")
        for code, content, name in (
            ("empty", b"", "list.xlsx"),
            ("empty", b"\r\n,,\r\n", "list.csv"),
            ("empty", xlsx(()), "list.xlsx"),
            ("no_headings", b"\r\n" * 20 + b"a,b\r\n", "list.csv"),
            ("no_headings", xlsx([()] * 20 + [("a",)]), "list.xlsx"),
            (
                "password_protected",
                OLE2 + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
                "l.xlsx",
            ),
            (
                "password_protected",
                OLE2 + b"\0" * 495 + "EncryptedPackage".encode("utf-16-le"),
                "l.xlsx",
            ),
            ("old_xls", OLE2 + b"\0" * 600, "list.xls"),
            ("not_a_spreadsheet", other_zip.getvalue(), "list.xlsx"),
            ("not_a_spreadsheet", b"%PDF-1.7 ...", "list.csv"),
            ("not_a_spreadsheet", b"\x89PNG\r\n\x1a\n", "list.xlsx"),
            ("not_a_spreadsheet", b"<html><table></table></html>", "list.xls"),
            ("not_a_spreadsheet", b"a,b\r\n1,2\r\n", "list.xlsx"),
            ("csv_binary", b"a,b\r\n\0\0\0,x\0\0yy\0\r\n", "list.csv"),
            (
                "csv_encoding",
                b"T\xc3\xaan,b\r\nNguy\xe1,2\r\n",
                "list.csv",
            ),  # cut letter
            ("csv_encoding", b"\x81\x8d\x90,b\r\n", "list.csv"),
            ("damaged", b"PK\x03\x04 and nothing more", "list.xlsx"),
            ("damaged", xlsx()[:-200], "list.xlsx"),
        ):
            with self.subTest(code=code, name=name, content=content[:20]):
                self.assert_refused(code, content, name)

    def test_damaged_parts(self):
        for part in (SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"):
            for change in (
                lambda xml: xml[: len(xml) // 2],
                lambda xml: b"",
                lambda xml: b"\0\1",
            ):
                with self.subTest(part=part):
                    self.assert_refused(
                        "damaged", repack(xlsx(), part, change), "list.xlsx"
                    )
        broken_index = repack(
            xlsx(), SHEET, lambda xml: xml.replace(b"<v>1</v>", b"<v>99</v>")
        )
        self.assert_refused("damaged", broken_index, "list.xlsx")

    def test_flipped_bits_never_escape_as_other_errors(self):
        """Any answer is fine, an exception that nobody expects isn't."""
        rng, content = Random(99), xlsx([("a", "b")] + [(n, str(n)) for n in range(50)])
        for _round in range(300):
            damaged = bytearray(content)
            for _flip in range(rng.randrange(1, 20)):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            try:
                self.read_table(bytes(damaged), "list.xlsx")
            except Exception as error:
                self.assertEqual(type(error).__name__, "SpreadsheetError", repr(error))

    def test_limits(self):
        rows = [("a", "b", "c"), *((n, n, n) for n in range(5))]
        text = "\r\n".join(",".join(map(str, row)) for row in rows).encode()
        for content, name in ((xlsx(rows), "list.xlsx"), (text, "list.csv")):
            for code, limits in (
                ("too_large", Limits(size=len(content) - 1)),
                ("too_many_rows", Limits(rows=4)),
                ("too_many_columns", Limits(columns=2)),
            ):
                with self.subTest(name=name, code=code):
                    self.assert_refused(code, content, name, limits=limits)
            exact = Limits(size=len(content), rows=5, columns=3)
            self.assertEqual(len(self.read_table(content, name, limits=exact)[1]), 5)

    def test_wide_row_below_narrow_headings(self):
        book = xlsx([("a",), (*[None] * 300, "x")])
        self.assert_refused("too_many_columns", book, "list.xlsx")


@tagged("-at_install", "post_install")
class TestHostile(SpreadsheetCase):
    def test_zip_bombs(self):
        zeros = b" " * (11 * MEGABYTE)
        for part in (SHEET, STRINGS, "xl/media/image1.png"):
            with self.subTest(part=part):
                content = repack(xlsx(), part, lambda xml: xml + zeros)
                if part.startswith("xl/media"):
                    content = with_part(xlsx(), part, zeros)
                self.assert_refused("unpacked_too_large", content, "list.xlsx")

    def test_totals(self):
        content = xlsx()
        for limits in (
            Limits(unpacked=1000),
            Limits(unpacked_in_memory=1000),
            Limits(parts=3),
        ):
            with self.subTest(limits=limits):
                self.assert_refused(
                    "unpacked_too_large", content, "list.xlsx", limits=limits
                )

    def test_directory_that_lies_about_the_size_gains_nothing(self):
        """The reader stops at the stated size; what is missing then is noticed."""
        for part in (SHEET, STRINGS):
            with self.subTest(part=part):
                content = repack(xlsx(), part, lambda xml: xml + b" " * (20 * MEGABYTE))
                lying = with_directory_field(content, part, UNPACKED_SIZE, 500)
                self.assert_refused("damaged", lying, "list.xlsx")

    def test_wrong_checksum_behind_the_rows_is_noticed(self):
        content = repack(xlsx(), SHEET, lambda xml: xml + b" " * 100_000)
        wrong = with_directory_field(content, SHEET, CHECKSUM, 1)
        self.assert_refused("damaged", wrong, "list.xlsx")

    def test_entities_are_refused_before_parsing(self):
        hidden = b"<!-- " + b"x" * 5000 + b" -->" + LAUGHS
        endless = b"<!-- " + b"x" * 300_000 + b" -->"
        for part in (
            SHEET,
            STRINGS,
            "xl/workbook.xml",
            "xl/styles.xml",
            "[Content_Types].xml",
        ):
            for addition in (LAUGHS, hidden, endless, b"<!DOCTYPE x>"):
                with self.subTest(part=part, size=len(addition)):
                    content = repack(xlsx(), part, after_declaration(addition))
                    self.assert_refused("unsafe_xml", content, "list.xlsx")

    def test_entities_in_utf16_are_refused_too(self):
        def change(xml):
            text = after_declaration(LAUGHS)(xml).decode()
            return text.replace("UTF-8", "UTF-16").encode("utf-16")

        self.assert_refused("unsafe_xml", repack(xlsx(), STRINGS, change), "list.xlsx")

    def test_far_cells_cost_nothing(self):
        far = b'<row r="1048576"><c r="A1048576"><v>7</v></c></row></sheetData>'
        content = repack(xlsx(), SHEET, lambda xml: xml.replace(b"</sheetData>", far))
        self.assertEqual(
            self.read_table(content, "list.xlsx")[1][-1], (1048576, [7, None])
        )
        beyond = far.replace(b"A1048576", b"ZZZZZZZ1")
        content = repack(
            xlsx(), SHEET, lambda xml: xml.replace(b"</sheetData>", beyond)
        )
        self.assert_refused("damaged", content, "list.xlsx")


def with_part(content, name, data):
    file = BytesIO(content)
    with ZipFile(file, "a", ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def with_directory_field(content, name, offset, value):
    """Return the zip with one field of a part's directory entry changed."""
    entry = content.index(b"PK\x01\x02")
    while content[entry + 46 : entry + 46 + len(name)] != name.encode():
        entry = content.index(b"PK\x01\x02", entry + 4)
    start = entry + offset
    return content[:start] + struct.pack("<I", value) + content[start + 4 :]
