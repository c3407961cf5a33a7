"""Names in a file that stand for sources, tags, positions and employees."""

from odoo.tests import tagged

from ..tools import spreadsheet
from .common import ImportCase


@tagged("post_install", "-at_install")
class TestImportLists(ImportCase):
    HEADINGS = ["Tên", "Nguồn", "Nhãn", "Chức vụ"]

    def run_row(self, *row, **vals):
        return self.start_import([row], self.HEADINGS, **vals)

    def test_missing_names_are_created_once(self):
        record = self.start_import(
            [
                ["A", "Kênh thử", "Nhãn thử", "Chức thử"],
                ["B", "kênh THỬ", "nhan thu", "chuc thu"],
            ],
            self.HEADINGS,
        )
        first, second = record.row_ids.sorted("number").partner_id
        for field in ("source_id", "category_id", "position_id"):
            with self.subTest(field):
                self.assertTrue(first[field])
                self.assertEqual(first[field], second[field])
        self.assertEqual(first.source_id.code, "kenh_thu")

    def test_names_of_one_key_are_one_source(self):
        record = self.start_import(
            [["A", "kenh_thu", "", ""], ["B", "Kênh thử", "", ""]], self.HEADINGS
        )
        self.assertEqual(self.codes(record), [("created", None)] * 2)
        self.assertEqual(len(record.row_ids.partner_id.source_id), 1)

    def test_missing_names_are_refused_if_the_user_wants_so(self):
        record = self.run_row("A", "Kênh thử", "", "", create_missing=False)
        self.assertEqual(self.codes(record), [("rejected", "source_unknown")])

    def test_source_is_known_by_its_key(self):
        source = self.env["utm.source"].create(
            {"name": "Trang chủ đề", "code": "kenh_thu"}
        )
        for typed in ("kenh_thu", "KENH_THU", "Kênh thử", "trang chu de"):
            with self.subTest(typed):
                record = self.run_row(f"Khách {typed}", typed, "", "")
                self.assertEqual(record.row_ids.partner_id.source_id, source)

    def test_archived_position_and_tag_are_used_again(self):
        position = self.env["crm.contact.position"].create(
            {"name": "Chức thử", "active": False}
        )
        tag = self.env["res.partner.category"].create(
            {"name": "Nhãn thử", "active": False}
        )
        customer = self.run_row("A", "", "Nhãn thử", "Chức thử").row_ids.partner_id
        self.assertEqual(customer.position_id, position)
        self.assertEqual(customer.with_context(active_test=False).category_id, tag)

    def test_owner_is_known_by_login_name_and_email(self):
        for typed in (self.telesale.login, self.telesale.name, self.telesale.email):
            with self.subTest(typed):
                record = self.start_import(
                    [[f"Khách {typed}", typed]], ["Tên", "Người phụ trách"]
                )
                self.assertEqual(record.row_ids.partner_id.user_id, self.telesale)

    def test_owner_of_another_company_is_unknown(self):
        other = self._make_shop("Other shop")
        self.telesale.write(
            {"company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        record = self.start_import(
            [["A", self.telesale.login]], ["Tên", "Người phụ trách"]
        )
        self.assertEqual(self.codes(record), [("rejected", "owner_unknown")])

    def test_row_that_is_wrong_anyway_creates_no_names(self):
        headings = [*self.HEADINGS, "SĐT"]
        record = self.start_import(
            [
                ["A", "Kênh sai", "Nhãn sai", "Chức sai", "12"],
                ["B", "Kênh thử", "Nhãn thử", "Chức thử", "0862000001"],
            ],
            headings,
        )
        self.assertEqual(
            self.codes(record), [("rejected", "phone_invalid"), ("created", None)]
        )
        for model in ("utm.source", "res.partner.category", "crm.contact.position"):
            with self.subTest(model):
                found = self.env[model].search([("name", "=like", "% sai")])
                self.assertFalse(found)
        customer = record.row_ids.partner_id
        self.assertEqual(customer.source_id.name, "Kênh thử")
        self.assertFalse(record.row_ids.sorted("number")[1].notes)

    def test_cell_with_an_error_creates_no_name(self):
        CellError = spreadsheet.CellError
        error = CellError("excel_error", {"cell": "B2", "error": "#REF!"})
        record = self.staged([["A", "", "", ""]], self.HEADINGS)
        record.state = "reading"
        reader = self.env["crm.customer.import.reader"]
        used = reader._columns_used(record)
        lookups = reader._lookups(record, used)
        chunk = [(2, ["A", "", error, ""])]
        [row], _lookups = reader._judge(record, used, chunk, lookups)
        self.assertEqual(row.problems[0]["code"], "excel_error")
        Tag = self.env["res.partner.category"]
        self.assertFalse(Tag.search([("name", "ilike", "#REF!")]))

    def test_names_are_known_in_every_language(self):
        for lang in ("en_US", "vi_VN"):
            self.superuser_env["res.lang"]._activate_lang(lang)
        tag = self.env["res.partner.category"].create({"name": "Test regular"})
        position = self.env["crm.contact.position"].create({"name": "Test buyer"})
        tag.with_context(lang="vi_VN").name = "Khách quen thử"
        position.with_context(lang="vi_VN").name = "Người mua thử"
        for lang in ("en_US", "vi_VN"):
            for names in (
                ("Test regular", "Test buyer"),
                ("Khách quen thử", "Người mua thử"),
            ):
                with self.subTest(lang=lang, names=names):
                    self.Import = self.Import.with_context(lang=lang)
                    record = self.run_row(
                        f"Khách {lang} {names[0]}", "", *names, create_missing=False
                    )
                    customer = record.row_ids.partner_id
                    self.assertEqual(customer.category_id, tag)
                    self.assertEqual(customer.position_id, position)

    def test_tag_with_a_comma_stands_in_quotation_marks(self):
        record = self.run_row("A", "", 'Nhãn một; "Sỉ, lẻ thử"', "")
        self.assertEqual(
            set(record.row_ids.partner_id.category_id.mapped("name")),
            {"Nhãn một", "Sỉ, lẻ thử"},
        )
