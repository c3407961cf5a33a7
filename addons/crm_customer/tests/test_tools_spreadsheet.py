"""Reading and writing of spreadsheets that are what they seem. No database."""

import random
import tempfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook, load_workbook

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_customer.tools.spreadsheet import (
    CellError,
    Limits,
    SpreadsheetError,
    open_table,
    open_upload,
)
from odoo.addons.crm_customer.tools.spreadsheet_csv import protect, unprotect
from odoo.addons.crm_customer.tools.spreadsheet_write import write_csv, write_xlsx

# Each would be changed or run by a spreadsheet program that is left to guess.
DELICATE = [
    *(
        "+84912345678",
        "0912",
        "-5",
        "'abc",
        "''",
        "'",
        "=1+1",
        "@SUM(A1)",
        " =1",
        "'=1",
    ),
    *("9.12E+08", "1/2", "007", "TRUE", "http://x.vn", "a,b", 'say "x"', "two\nlines"),
    *("Nguyễn Ái", "{=1}", "#N/A", "_x0041_", "sep=;", "tab\there", "5;6|7"),
]


class SpreadsheetCase(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "upload"

    def read_table(self, content, file_name="list.csv", **options):
        """Return the headings and the rows as (number, values)."""
        self.path.write_bytes(content)
        with open_table(self.path, file_name, **options) as table:
            return table.headings, [tuple(row) for row in table.rows()]

    def read_book(self, book, **options):
        file = BytesIO()
        book.save(file)
        return self.read_table(file.getvalue(), "list.xlsx", **options)

    def assert_refused(self, code, content, file_name="list.csv", **options):
        with self.assertRaises(SpreadsheetError) as caught:
            self.read_table(content, file_name, **options)
        self.assertEqual(caught.exception.code, code)
        return caught.exception.params


@tagged("-at_install", "post_install")
class TestXlsx(SpreadsheetCase):
    def test_upload_is_read_from_memory_up_to_so_many_rows(self):
        book = Workbook()
        book.create_sheet("Trống", 0)
        for row in (["Mã"], ["VC-1"], ["VC-2"]):
            book.worksheets[1].append(row)
        file = BytesIO()
        book.save(file)
        with open_upload(file.getvalue(), "codes.xlsx", rows=2) as table:
            self.assertEqual(table.headings, ["Mã"])
            self.assertEqual([row.values[0] for row in table.rows()], ["VC-1", "VC-2"])
        with self.assertRaises(SpreadsheetError):
            with open_upload(file.getvalue(), "codes.xlsx", rows=1) as table:
                list(table.rows())

    def test_values_and_row_numbers(self):
        book = Workbook()
        sheet = book.active
        sheet["B3"], sheet["C3"] = "Tên", "SĐT"
        sheet["B4"], sheet["C4"] = "An", 912345678.0
        sheet["B7"], sheet["C7"], sheet["E7"] = "Ba", "0912", True
        sheet["B8"] = datetime(1990, 12, 31, 8, 30)
        sheet["ZZ9"].number_format = "@"  # formatted, empty: no column of the table
        headings, rows = self.read_book(book)
        self.assertEqual(headings, ["", "Tên", "SĐT"])
        self.assertEqual(
            rows,
            [
                (4, [None, "An", 912345678]),
                (7, [None, "Ba", "0912", None, True]),
                (8, [None, datetime(1990, 12, 31, 8, 30), None]),
            ],
        )

    def test_stated_dimension_is_not_believed(self):
        book = Workbook()
        for row in (["Tên"], ["An"], ["Ba"]):
            book.active.append(row)
        file = BytesIO()
        book.save(file)
        content = repack(
            file.getvalue(),
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b"A1:A3", b"A1"),
        )
        self.assertEqual(len(self.read_table(content, "list.xlsx")[1]), 2)

    def test_cells_without_value_are_reported_where_they_are(self):
        book = Workbook()
        book.active.append(["Tên", "Tuổi", "Nhóm"])
        book.active.append(["An", "=1+1", "#N/A"])
        _headings, [(number, values)] = self.read_book(book)
        self.assertEqual(number, 2)
        self.assertEqual(values[1], CellError("formula_without_value", {"cell": "B2"}))
        self.assertEqual(
            values[2], CellError("excel_error", {"cell": "C2", "error": "#N/A"})
        )

    def test_calculated_formulas_give_their_value(self):
        content = (
            b'<c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c>'
            b'<c r="C2" t="inlineStr"><is><t>in</t></is></c>'
        )
        book = Workbook()
        book.active.append(["a", "b", "c"])
        book.active.append(["x"])
        file = BytesIO()
        book.save(file)
        old = b'<c r="A2" t="inlineStr"><is><t>x</t></is></c>'
        content = repack(
            file.getvalue(),
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(old, content),
        )
        self.assertEqual(
            self.read_table(content, "list.xlsx")[1], [(2, [2, None, "in"])]
        )

    def test_sheets(self):
        book = Workbook()
        book.active.title = "Một"
        book.active.append(["a"])
        book.create_sheet("Hai").append(["b"])
        self.assertEqual(self.read_book(book)[0], ["a"])
        self.assertEqual(self.read_book(book, sheet="Hai")[0], ["b"])
        file = BytesIO()
        book.save(file)
        params = self.assert_refused(
            "unknown_sheet", file.getvalue(), "list.xlsx", sheet="Ba"
        )
        self.assertEqual(params, {"sheet": "Ba", "sheets": ["Một", "Hai"]})

    def test_merged_cells_hold_one_value(self):
        book = Workbook()
        for row in (["a", "b"], ["x", "y"]):
            book.active.append(row)
        book.active.merge_cells("A2:B2")
        self.assertEqual(self.read_book(book)[1], [(2, ["x", None])])

    def test_many_empty_rows_end_the_table(self):
        book = Workbook()
        book.active.append(["a"])
        for row in range(2, 60):
            book.active.cell(row, 1).number_format = "@"
        book.active["A40"] = "seen"
        book.active["A60"] = "seen too"
        _headings, rows = self.read_book(book, limits=Limits(empty_rows=39))
        self.assertEqual(rows, [(40, ["seen"]), (60, ["seen too"])])
        with self.assertRaises(SpreadsheetError) as caught:
            self.read_book(book, limits=Limits(empty_rows=38))
        self.assertEqual(caught.exception.code, "rows_after_gap")
        self.assertEqual(caught.exception.params, {"row": 40, "empty": 38})
        book.active["A60"] = None
        limits = Limits(empty_rows=39, blank_rows=39)
        self.assertEqual(self.read_book(book, limits=limits)[1], [(40, ["seen"])])

    def test_empty_rows_without_end_are_refused(self):
        limits = Limits(empty_rows=5, blank_rows=20)
        self.assertEqual(
            self.read_table(b"a\n1\n" + b"\n" * 20, limits=limits)[1][1:], []
        )
        self.assert_refused("too_many_rows", b"a\n1\n" + b"\n" * 21, limits=limits)

    def test_the_only_filled_sheet(self):
        book = Workbook()
        book.active.title = "Một"
        book.create_sheet("Hai").append(["b"])
        empty = book.create_sheet("Ba")
        empty["C7"].number_format, empty["C8"] = "@", " "
        hidden = book.create_sheet("Danh mục")
        hidden.append(["x"])
        hidden.sheet_state = "hidden"
        self.assertEqual(self.read_book(book, only_sheet=True), (["b"], []))
        empty["C9"] = "c"
        file = BytesIO()
        book.save(file)
        params = self.assert_refused(
            "several_sheets", file.getvalue(), "list.xlsx", only_sheet=True
        )
        self.assertEqual(params, {"sheets": ["Hai", "Ba"]})
        book = Workbook()
        book.create_sheet("Hai")
        file = BytesIO()
        book.save(file)
        self.assert_refused("empty", file.getvalue(), "list.xlsx", only_sheet=True)
        self.assertEqual(self.read_table(b"a\n1", only_sheet=True)[0], ["a"])


@tagged("-at_install", "post_install")
class TestCsv(SpreadsheetCase):
    ROWS = ([1 + 1, ["Nguyễn Ái", "0912"]], [3, ["Đỗ", None]])

    def test_encodings_and_separators(self):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
            for separator in ",;\t|":
                with self.subTest(encoding=encoding, separator=separator):
                    text = "Tên;SĐT\r\nNguyễn Ái;0912\r\nĐỗ;\r\n".replace(
                        ";", separator
                    )
                    headings, rows = self.read_table(text.encode(encoding))
                    self.assertEqual(headings, ["Tên", "SĐT"])
                    self.assertEqual(rows, [tuple(row) for row in self.ROWS])

    def test_windows_vietnamese(self):
        self.assertEqual(
            self.read_table("Họ,Phô\r\nÐ,ễ".encode("cp1258", "ignore"))[0][1], "Phô"
        )

    def test_excel_separator_line_is_hidden(self):
        headings, rows = self.read_table(b"sep=;\r\na;b,c\r\n1;2\r\n")
        self.assertEqual((headings, rows), (["a", "b,c"], [(2, ["1", "2"])]))

    def test_separator_is_that_of_the_headings(self):
        headings, rows = self.read_table(
            'Tên;Địa chỉ\r\nAn;"1, A, B, C"\r\nBa;2, D, E\r\n'.encode()
        )
        self.assertEqual(len(headings), 2)
        self.assertEqual(rows[1], (3, ["Ba", "2, D, E"]))

    def test_row_numbers_count_records_and_blank_lines(self):
        content = b'\r\na,b\r\n"two\r\nlines",1\r\n\r\nx,2\r\n'
        expected = [(3, ["two\r\nlines", "1"]), (5, ["x", "2"])]
        self.assertEqual(self.read_table(content), (["a", "b"], expected))

    def test_quotes_that_do_not_close_are_told(self):
        content = b'a,b\r\n1,2\r\n"3,4\r\n5,6\r\n'
        self.assertEqual(self.assert_refused("csv_quotes", content), {"row": 3})


@tagged("-at_install", "post_install")
class TestWriters(SpreadsheetCase):
    def test_csv_round_trip_is_exact(self):
        write_csv(self.path, ["+Tên", "x"], [[value, "."] for value in DELICATE])
        content = self.path.read_bytes()
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        for cell in content.decode("utf-8-sig").replace('"', "").split("\r\n"):
            self.assertNotRegex(cell, r"^\s*[=+\-@]")
        headings, rows = self.read_table(content)
        self.assertEqual(headings, ["+Tên", "x"])
        self.assertEqual([values[0] for _number, values in rows], DELICATE)

    def test_protection_is_exact_for_any_text(self):
        rng = random.Random(7)
        for _round in range(5000):
            text = "".join(rng.choices("'=+-@ \t\na1,", k=rng.randrange(6)))
            self.assertEqual(unprotect(protect(text)), text)

    def test_xlsx_round_trip_is_exact(self):
        file = BytesIO()
        rows = [
            [value, index, date(1990, 12, 31)] for index, value in enumerate(DELICATE)
        ]
        count = write_xlsx(file, ["Tên", "Số", "Ngày"], rows, text_columns={0})
        self.assertEqual(count, len(DELICATE))
        headings, found = self.read_table(file.getvalue(), "list.xlsx")
        self.assertEqual(headings, ["Tên", "Số", "Ngày"])
        self.assertEqual(
            [values for _number, values in found],
            [[value, index, datetime(1990, 12, 31)] for value, index, _day in rows],
        )

    def test_xlsx_cells_are_text_and_headings_stay_in_sight(self):
        file = BytesIO()
        write_xlsx(file, ["Tên", "SĐT"], [["=1+1", 912345678.0]])
        sheet = load_workbook(file).active
        self.assertEqual(sheet.freeze_panes, "A2")
        self.assertEqual([cell.data_type for cell in sheet[2]], ["s", "s"])
        self.assertEqual([cell.number_format for cell in sheet[2]], ["@", "@"])
        self.assertEqual(sheet["B2"].value, "912345678")

    def test_limits_of_the_format_are_not_passed_over(self):
        with self.assertRaises(SpreadsheetError) as caught:
            write_xlsx(BytesIO(), ["a"], [["x" * 32_768]])
        self.assertEqual(caught.exception.code, "cell_too_long")
        with self.assertRaises(SpreadsheetError) as caught:
            write_xlsx(BytesIO(), ["a"], ([] for _row in range(1_048_576)))
        self.assertEqual(caught.exception.code, "too_many_rows")

    def test_csv_to_an_open_file_leaves_it_open(self):
        file = BytesIO()
        self.assertEqual(write_csv(file, ["a", "b"], [[None, False], [1.0, "x"]]), 2)
        self.assertEqual(file.getvalue().decode("utf-8-sig"), "a,b\r\n,\r\n1,x\r\n")


def repack(content, part, change):
    """Return the XLSX with one part changed."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return target.getvalue()
