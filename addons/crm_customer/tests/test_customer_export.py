from base64 import b64decode
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..tools.headings import match_headings
from ..wizards import crm_customer_export
from .common import ImportCase, make_user, read_xlsx


@tagged("post_install", "-at_install")
class TestExport(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ward = cls.env["res.city"].search(
            [("code", "!=", False), ("name", "=", "Phường Bến Thành")], limit=1
        )
        cls.tags = cls.env["res.partner.category"].create(
            [{"name": name} for name in ("Khách thử", 'Sỉ; "lẻ", thử')]
        )
        vietnam, thailand = cls.env.ref("base.vn"), cls.env.ref("base.th")
        cls.other = cls._make_shop("Other shop")
        retired = cls._make_employee_of_the_past()
        cls.customers = cls.Partner.create(
            [
                {
                    "name": "Nguyễn Văn Đức",
                    "ref": "00042",
                    "phone": "0862 000 001",
                    "email": "duc@tests.example.com",
                    "gender": "male",
                    "birthdate": "1990-03-05",
                    "member_since": "2020-12-31",
                    "street": "12 ngõ Kiểm Thử",
                    "city_id": ward.id,
                    "city": ward.name,
                    "state_id": ward.state_id.id,
                    "country_id": vietnam.id,
                    "category_id": [Command.set(cls.tags.ids)],
                    "source_id": cls.env.ref("crm_customer.utm_source_retailer").id,
                    "user_id": cls.telesale.id,
                    "comment": "<p>Gọi sau <b>5 giờ</b></p><p>Hẹn &amp; giao</p>",
                    "website": "sao.example.com",
                },
                {"name": "=SUM(A1) 'quoted'", "phone": "+84 862 000 002"},
                {"name": "84 không dấu cộng", "phone": "84862000003"},
                {"name": "Số sai", "ref": "-7", "gender": "other"},
                {
                    "name": 'Công ty Sao, chi nhánh "Một"',
                    "is_company": True,
                    "vat": "0101234567",
                    "user_id": retired.id,
                    "position_id": cls._make_archived_position().id,
                },
                {
                    "name": "Somchai",
                    "phone": "+66 81 234 5678",
                    "street": "1 Sukhumvit",
                    "street2": "Klongtoey",
                    "city": "Bangkok",
                    "country_id": thailand.id,
                },
                {"name": "Không quốc gia", "street": "12 ngõ Kiểm Thử"},
                {
                    "name": "Không phường",
                    "street": "12 ngõ Kiểm Thử",
                    "state_id": ward.state_id.id,
                    "country_id": vietnam.id,
                },
            ]
        )
        cls.env.flush_all()

    @classmethod
    def _make_employee_of_the_past(cls):
        user = cls.telesale.with_env(cls.superuser_env).copy(
            {"login": "retired_of_tests"}
        )
        user.active = False
        return user

    @classmethod
    def _make_archived_position(cls):
        return cls.env["crm.contact.position"].create(
            {"name": "Chức cũ thử", "active": False}
        )

    def export(self, customers=None, **vals):
        customers = self.customers if customers is None else customers
        action = customers.action_export_customers()
        Export = self.env["crm.customer.export"].with_context(**action["context"])
        export = Export.create(vals)
        export.action_export()
        return export

    def assertRoundTrip(self, file_type):
        export = self.export(file_type=file_type)
        self.customers.invalidate_recordset()
        record = self.start_import(
            content=b64decode(export.file),
            file_name=export.file_name,
            create_missing=False,
        )
        rows = record.row_ids.sorted("number")
        self.assertEqual(
            [
                (row.name, row.state, row.problems or None, row.previous or None)
                for row in rows
            ],
            [
                (customer.name, "unchanged", None, None)
                for customer in self.customers.sorted("id")
            ],
        )

    def test_excel_file_is_taken_back_unchanged(self):
        self.assertRoundTrip("xlsx")

    def test_csv_file_is_taken_back_unchanged(self):
        self.assertRoundTrip("csv")

    def test_vietnamese_file_is_taken_back_unchanged(self):
        self.superuser_env["res.lang"]._activate_lang("vi_VN")
        self.env = self.env(context=dict(self.env.context, lang="vi_VN"))
        self.customers = self.customers.with_env(self.env)
        self.Import = self.Import.with_env(self.env)
        for file_type in ("xlsx", "csv"):
            with self.subTest(file_type):
                self.assertRoundTrip(file_type)

    def _make_oddities(self):
        """Customers with what an import would refuse if it were new."""
        stranger = make_user(
            self.superuser_env,
            "stranger_of_tests",
            company_id=self.other.id,
            company_ids=self.other.ids,
        )
        wrong = self.Partner.create(
            [
                {"name": "Số cụt", "phone": "09123"},
                {"name": "Hai số", "phone": "0862000011 hoặc 0862000012"},
                {"name": "Mất chữ số", "phone": "9.12E+08"},
                {"name": "Người giữ số", "phone": "0862 000 013"},
                {"name": "Số chung", "phone": "+84862000014"},
                {"name": "Của nơi khác", "user_id": stranger.id},
                {"name": "Sai cả hai", "phone": "12", "user_id": stranger.id},
            ]
        )
        # As it was before phones had to differ.
        sharing = wrong[4]
        self.env.flush_all()
        sharing.env.cr.execute(
            "UPDATE res_partner SET phone = '0862000013', "
            "phone_sanitized = '+84862000013' WHERE id = %s",
            sharing.ids,
        )
        self.env.invalidate_all()
        rules = self.superuser_env["crm.customer.field.rule"].search(
            [("company_id", "=", self.company.id), ("field_name", "=", "phone")]
        )
        self.superuser_env["crm.customer.key"]._index(rules, again=True)
        return wrong

    def test_what_was_wrong_before_is_taken_back_unchanged_too(self):
        self.customers = self._make_oddities()
        for file_type in ("xlsx", "csv"):
            with self.subTest(file_type):
                self.assertRoundTrip(file_type)

    def test_what_was_wrong_before_comes_back_with_other_changes(self):
        self.customers = self._make_oddities()
        lines = read_xlsx(self.export().file)
        for line in lines[1:]:
            line[1] += " (đã gọi)"
        record = self.start_import(lines[1:], lines[0])
        self.assertEqual(self.codes(record), [("updated", None)] * len(self.customers))
        self.assertEqual(
            set(record.row_ids.mapped(lambda row: ",".join(row.previous))), {"name"}
        )

    def test_wrong_number_of_another_customer_is_still_refused(self):
        first, *_others, last = self._make_oddities()
        record = self.start_import([[last.ref, last.name, first.phone]])
        self.assertEqual(self.codes(record), [("rejected", "phone_invalid")])
        self.assertFalse(record.row_ids.partner_id)

    def test_file_makes_the_same_customers_elsewhere(self):
        export = self.export()
        fields = ["name", "ref", "phone", "street", "street2", "city", "gender", "vat"]
        before = self.customers.sorted("id").read(fields, load="")
        self.customers.unlink()
        record = self.start_import(content=b64decode(export.file))
        self.assertEqual(set(self.states(record)), {"created"})
        after = record.row_ids.sorted("number").partner_id.read(fields, load="")
        for old, new in zip(before, after, strict=True):
            old.pop("id")
            new.pop("id")
            with self.subTest(old["name"]):
                if old["phone"] == "84862000003":  # the import writes the national form
                    old["phone"] = "0862000003"
                self.assertEqual(new, old)

    def test_every_province_and_its_wards_come_back(self):
        wards = self.env["res.city"].search(
            [("code", "!=", False)], order="state_id, id"
        )
        first = {ward.state_id: ward for ward in wards}
        self.customers = self.Partner.create(
            [
                {
                    "name": f"Khách {state.name}",
                    "street": "12 ngõ Kiểm Thử",
                    "city_id": ward.id,
                    "city": ward.name,
                    "state_id": state.id,
                    "country_id": state.country_id.id,
                }
                for state, ward in first.items()
            ]
        )
        self.assertGreaterEqual(len(self.customers), 34)
        self.assertRoundTrip("xlsx")

    def test_headings_are_known_to_the_import(self):
        headings = read_xlsx(self.export().file)[0]
        self.assertNotIn(None, match_headings(headings))

    def test_archived_customers_are_exported_if_selected(self):
        self.customers[1].active = False
        export = self.export(self.customers[:2])
        self.assertEqual(export.customer_count, 2)
        self.assertEqual(len(read_xlsx(export.file)), 3)

    def test_archived_customers_arent_exported_with_all(self):
        self.customers[1].active = False
        export = self.env["crm.customer.export"].create(
            {"domain": str([("name", "in", self.customers.mapped("name"))])}
        )
        export.action_export()
        self.assertEqual(export.customer_count, len(self.customers) - 1)
        self.assertEqual(len(read_xlsx(export.file)), len(self.customers))

    def test_customers_of_another_company_stay_out(self):
        self.customers[0].sudo().company_id = self.other
        self.env.flush_all()
        self.env.invalidate_all()
        export = self.env["crm.customer.export"].create(
            {"domain": str([("id", "in", self.customers.ids)])}
        )
        export.action_export()
        names = [row[1] for row in read_xlsx(export.file)[1:]]
        self.assertNotIn("Nguyễn Văn Đức", names)
        self.assertEqual(len(names), len(self.customers) - 1)

    def test_suppliers_and_contacts_below_stay_out(self):
        others = self.Partner.create(
            [
                {"name": "Xưởng may", "is_customer": False},
                {"name": "Người liên hệ", "parent_id": self.customers[0].id},
            ]
        )
        self.assertEqual(len(read_xlsx(self.export(others).file)), 1)

    def test_right_to_export_is_needed(self):
        group = self.superuser_env.ref("crm_customer.crm_customer_group_manager")
        group.implied_ids -= self.superuser_env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self.export()

    def test_telesale_cant_export(self):
        with self.assertRaises(AccessError):
            self.env["crm.customer.export"].with_user(self.telesale).create({})

    def test_large_export_is_a_job(self):
        self.patch(crm_customer_export, "AT_ONCE", 2)
        with trap_jobs() as trap:
            export = self.export()
            self.assertFalse(export.file)
            trap.assert_jobs_count(1, only=export._job_export)
            trap.perform_enqueued_jobs()
        self.assertEqual(len(read_xlsx(export.file)), len(self.customers) + 1)
        message = self.env["mail.message"].sudo().search([], order="id desc", limit=1)
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)
        attachment = message.attachment_ids
        self.assertEqual(attachment.name, export.file_name)
        self.assertTrue(attachment.with_user(self.manager).raw)
        with self.assertRaises(AccessError):
            attachment.with_user(self.telesale).read(["raw"])
        self.env["crm.customer.export"]._gc_files()
        self.assertTrue(attachment.exists())
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.env["crm.customer.export"]._gc_files()
        self.assertFalse(attachment.exists())

    def test_large_export_that_is_asked_for_twice_is_one_job(self):
        self.patch(crm_customer_export, "AT_ONCE", 2)
        with trap_jobs() as trap:
            export = self.export()
            export.action_export()
            keys = {job.identity_key for job in trap.enqueued_jobs}
        self.assertEqual(len(keys), 1)
        self.assertTrue(all(keys))

    def test_more_than_the_client_hands_over_are_exported_by_its_filter(self):
        parameters = self.superuser_env["ir.config_parameter"]
        parameters.set_param("web.active_ids_limit", 2)
        shown = [("id", "in", self.customers.ids)]
        for selected, count in (
            (self.customers[:1], 1),
            (self.customers[:2], len(self.customers)),
        ):
            with self.subTest(count):
                export = self.export(selected.with_context(active_domain=shown))
                self.assertEqual(export.customer_count, count)

    def test_pages_give_every_customer_once(self):
        self.patch(crm_customer_export, "CHUNK", 3)
        codes = [row[0] for row in read_xlsx(self.export().file)[1:]]
        self.assertEqual(codes, self.customers.sorted("id").mapped("ref"))
