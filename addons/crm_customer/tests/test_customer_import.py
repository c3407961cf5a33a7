from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import ImportCase, read_xlsx

ROWS = [
    ["", "Nguyễn Văn Đức", "0862000001"],
    ["TESTS-7", "Trần Thị Hoa", "862000002"],
    ["", "Lê Văn Sai", "12"],
]


@tagged("post_install", "-at_install")
class TestImportPreview(ImportCase):
    def test_preview_judges_rows_and_writes_no_customer(self):
        before = self.Partner.search_count([])
        record = self.preview(ROWS)
        self.assertEqual(record.state, "ready")
        self.assertEqual(
            self.codes(record),
            [("create", None), ("create", None), ("rejected", "phone_invalid")],
        )
        self.assertEqual(self.Partner.search_count([]), before)
        self.assertFalse(record.row_ids.partner_id)

    def test_preview_creates_no_tags(self):
        self.preview([["A", "Nhãn chưa có"]], ["Name", "Tags"])
        self.assertFalse(
            self.env["res.partner.category"].search([("name", "=", "Nhãn chưa có")])
        )

    def test_preview_tells_what_was_repaired(self):
        record = self.preview(ROWS)
        self.assertIn("zero", record.row_ids.sorted("number")[1].reason)

    def test_preview_shows_the_first_rows_only(self):
        record = self.preview([["", f"Khách {n}", ""] for n in range(30)])
        self.assertEqual(len(record.row_ids), 20)

    def test_form_holds_only_the_rows_of_the_preview(self):
        record = self.preview([["", f"Khách {n}", ""] for n in range(30)])
        self.assertEqual(record.preview_row_ids.mapped("number"), list(range(2, 22)))
        record = self.staged([["", f"Khách {n}", ""] for n in range(30, 60)])
        self.assertEqual(len(record.row_ids), 30)
        self.assertFalse(record.preview_row_ids)
        fields = self.Import.get_view(view_type="form")["models"][self.Import._name]
        self.assertNotIn("row_ids", fields)

    def test_phone_is_read_in_the_country_of_its_row(self):
        record = self.preview(
            [
                ["A", "0812345678", "Thailand"],
                ["B", "0862000001", "Việt Nam"],
                ["C", "0862000002", ""],
            ],
            ["Name", "Phone", "Country"],
        )
        self.assertEqual(
            record.row_ids.sorted("number").mapped("phone"),
            ["+66812345678", "+84862000001", "+84862000002"],
        )

    def test_preview_can_be_repeated(self):
        record = self.preview(ROWS)
        record.action_preview()
        self.assertEqual(len(record.row_ids), 3)

    def test_preview_needs_a_file(self):
        with self.assertRaises(UserError):
            self.Import.create({}).action_preview()

    def test_headings_are_known_in_both_languages(self):
        for headings, keys in (
            (
                ["Mã KH", "Họ và tên", "SĐT (*)", "Ghi chú"],
                ["code", "name", "phone", "note"],
            ),
            (
                ["CUSTOMER ID", "full name", "Mobile", "Notes"],
                ["code", "name", "phone", "note"],
            ),
            (["Lạ", "Tên", "Di động", "Điện thoại"], [False, "name", "phone", False]),
        ):
            with self.subTest(headings):
                record = self.preview([["1", "A", "0862000001", ""]], headings)
                self.assertEqual(record.column_ids.mapped("key"), keys)

    def test_columns_show_a_sample(self):
        record = self.preview(ROWS)
        self.assertEqual(
            record.column_ids.mapped("sample"), ["", "Nguyễn Văn Đức", "0862000001"]
        )

    def test_user_tells_what_a_column_means(self):
        record = self.preview([["0862000001", "A", "x"]], ["Liên lạc", "Tên", "Mã"])
        contact, _name, code = record.column_ids
        contact.key, code.key = "phone", False
        record.action_preview()
        self.assertEqual(record.column_ids.mapped("key"), ["phone", "name", False])
        row = record.row_ids
        self.assertEqual((row.phone, row.code), ("+84862000001", False))

    def test_user_swaps_the_meaning_of_two_columns(self):
        record = self.preview([["0862000001", "A"]], ["Tên", "SĐT"])
        first, second = record.column_ids
        first.key, second.key = "phone", "name"
        self.env.flush_all()
        record.action_preview()
        self.assertEqual(
            (record.row_ids.name, record.row_ids.phone), ("A", "+84862000001")
        )

    def test_unknown_headings_are_refused_until_the_user_tells(self):
        record = self.preview([["0862000001"]], ["Lạ"])
        self.assertIn("customer code, a name or a phone", record.problem)
        with self.assertRaisesRegex(UserError, "customer code, a name or a phone"):
            record.action_start()
        record.column_ids.key = "phone"
        record.action_preview()
        self.assertFalse(record.problem)
        self.assertEqual(record.row_ids.phone, "+84862000001")

    def test_another_file_starts_anew(self):
        record = self.preview(ROWS, file_name="một.csv")
        record.action_new_file()
        self.assertEqual((record.state, len(record.row_ids)), ("draft", 0))
        other = self.upload([["0862000005", "B"]], ["SĐT", "Tên"], file_name="hai.csv")
        record.write({"file": other.file, "file_name": "hai.csv"})
        record.action_preview()
        self.assertEqual(record.row_ids.name, "B")
        self.assertEqual(record.column_ids.mapped("key"), ["phone", "name"])


@tagged("post_install", "-at_install")
class TestImportRun(ImportCase):
    def customers(self, record):
        return record.row_ids.sorted("number").mapped("partner_id")

    def test_good_rows_are_kept(self):
        record = self.start_import(ROWS)
        self.assertEqual(record.state, "done")
        self.assertEqual(
            (record.created_count, record.rejected_count, record.row_count), (2, 1, 3)
        )
        self.assertEqual(record.progress, 100)
        self.assertRecordValues(
            self.customers(record),
            [
                {"name": "Nguyễn Văn Đức", "phone": "0862000001", "is_customer": True},
                {"name": "Trần Thị Hoa", "phone": "0862000002", "is_customer": True},
            ],
        )
        self.assertEqual(self.customers(record)[1].ref, "TESTS-7")
        self.assertTrue(self.customers(record)[0].ref)

    def test_customers_belong_to_all_companies_or_to_the_importing_one(self):
        shared = self.customers(self.start_import([["", "A", "0862000001"]]))
        self.assertFalse(shared.company_id)
        record = self.start_import(
            [["", "A của ta", "0862000001"], ["", "B", "0862000002"]], shared=False
        )
        self.assertEqual(self.states(record), ["updated", "created"])
        own = self.customers(record)[1]
        self.assertEqual(own.company_id, self.company)
        self.assertFalse(shared.company_id)

    def test_bad_rows_come_back_with_the_reason(self):
        record = self.start_import(ROWS)
        headings, *rows = read_xlsx(record.rejected_file)
        self.assertEqual(
            headings[:3], ["Mã khách hàng", "Tên khách hàng", "Điện thoại"]
        )
        self.assertEqual(len(headings), 5)
        self.assertEqual([row[:4] for row in rows], [["", "Lê Văn Sai", "12", "4"]])
        self.assertIn("“12”", rows[0][4])

    def test_cell_of_several_lines_comes_back_as_it_was(self):
        record = self.start_import(
            [["Lê Văn Sai", "12", "Dòng một\nDòng hai"]], ["Tên", "SĐT", "Ghi chú"]
        )
        self.assertEqual(read_xlsx(record.rejected_file)[1][2], "Dòng một\nDòng hai")

    def test_corrected_rows_are_taken_back(self):
        first = self.start_import(ROWS)
        headings, row = read_xlsx(first.rejected_file)
        row[2] = "0862000003"
        second = self.start_import([row], headings)
        self.assertEqual(self.states(second), ["created"])

    def test_reason_is_in_the_language_of_the_user(self):
        self.superuser_env["res.lang"]._activate_lang("vi_VN")
        record = self.staged(ROWS).with_context(lang="vi_VN")
        langs = set()
        Row = self.env.registry["crm.customer.import.row"]
        original = Row._sentence

        def spy(row, finding):
            langs.add(row.env.lang)
            return original(row, finding)

        self.patch(Row, "_sentence", spy)
        record._write_rejected_file()
        self.assertEqual(langs, {"vi_VN"})

    def test_file_without_bad_rows_gives_none_back(self):
        self.assertFalse(self.start_import(ROWS[:2]).rejected_file)

    def test_user_gets_a_message_at_the_end(self):
        self.manager.sudo().notification_type = "email"
        record = self.start_import(ROWS)
        domain = [("model", "=", record._name), ("res_id", "=", record.id)]
        last = self.env["mail.message"].sudo().search(domain, order="id desc", limit=1)
        self.assertIn("2", last.body)
        self.assertIn(self.manager.partner_id, last.notified_partner_ids)
        [letter] = (
            self.env["mail.mail"].sudo().search([("mail_message_id", "=", last.id)])
        )
        self.assertEqual(letter.recipient_ids, self.manager.partner_id)

    def test_csv_is_imported_like_excel(self):
        record = self.start_import(ROWS, file_name="khách.csv")
        self.assertEqual(self.states(record), ["created", "created", "rejected"])

    def test_more_than_a_batch_is_imported_in_batches(self):
        record = self.preview([["", f"Khách {n}", ""] for n in range(1203)])
        with trap_jobs() as trap:
            record.action_start()
            trap.assert_jobs_count(1, only=record._job_stage)
            trap.assert_jobs_count(1, only=record._job_check)
            self.env.flush_all()
            with self.enter_registry_test_mode():
                trap.perform_enqueued_jobs()
            trap.assert_jobs_count(3, only=record._job_apply)
            for first, last in ((2, 501), (502, 1001), (1002, 1204)):
                trap.assert_enqueued_job(record._job_apply, args=(first, last))
            trap.assert_jobs_count(1, only=record._job_finish)

    def test_all_columns_reach_the_customer(self):
        headings = [
            *(
                "Tên",
                "Email",
                "Giới tính",
                "Ngày sinh",
                "Loại khách",
                "Địa chỉ",
                "Phường/Xã",
            ),
            *("Tỉnh/Thành phố", "Ngày tham gia", "Nguồn", "Nhãn", "Người phụ trách"),
            *("Chức vụ", "Công ty", "Mã số thuế", "Website", "Ghi chú"),
        ]
        row = [
            *("Lê Thị Mai", "mai@tests.example.com", "Nữ", "05/03/1990", "Cá nhân"),
            *("12 ngõ Kiểm Thử", "Phường Bến Thành", "TP Hồ Chí Minh", "31/12/2020"),
            *("retailer", "Khách thử, Sỉ thử", self.telesale.login, "Kế toán thử"),
            *(
                "Công ty Sao",
                "0101234567",
                "sao.example.com",
                "Gọi <sau> 5 giờ\nHẹn & giao",
            ),
        ]
        record = self.start_import([row], headings)
        self.assertEqual(self.codes(record), [("created", None)])
        customer = self.customers(record)
        self.assertRecordValues(
            customer,
            [
                {
                    "name": "Lê Thị Mai",
                    "email": "mai@tests.example.com",
                    "gender": "female",
                    "is_company": False,
                    "street": "12 ngõ Kiểm Thử",
                    "source_id": self.env.ref("crm_customer.utm_source_retailer").id,
                    "user_id": self.telesale.id,
                    "function": "Kế toán thử",
                    "company_name": "Công ty Sao",
                    "vat": "0101234567",
                    "country_id": self.env.ref("base.vn").id,
                }
            ],
        )
        self.assertEqual(str(customer.birthdate), "1990-03-05")
        self.assertEqual(str(customer.member_since), "2020-12-31")
        self.assertEqual(customer.city_id.name, "Phường Bến Thành")
        self.assertTrue(customer.state_id)
        self.assertEqual(
            set(customer.category_id.mapped("name")), {"Khách thử", "Sỉ thử"}
        )
        self.assertIn("Gọi &lt;sau&gt; 5 giờ", customer.comment)

    def test_street_alone_is_an_address(self):
        record = self.start_import([["A", "12 ngõ Kiểm Thử"]], ["Tên", "Địa chỉ"])
        self.assertEqual(self.codes(record), [("created", None)])
        self.assertEqual(self.customers(record).street, "12 ngõ Kiểm Thử")

    def test_row_that_automation_refuses_doesnt_stop_the_others(self):
        Partner = self.env.registry["res.partner"]
        original = Partner.create
        refusal = "Automation says no"
        for error in (ValidationError(refusal), ValueError(refusal)):

            def create(partner, vals_list, error=error):
                if any(vals["name"].startswith("Cấm") for vals in vals_list):
                    raise error
                return original(partner, vals_list)

            with self.subTest(type(error).__name__):
                self.patch(Partner, "create", create)
                names = [f"{name} {error!r}" for name in ("A", "Cấm", "B")]
                record = self.start_import([["", name, ""] for name in names])
                self.assertEqual(
                    self.states(record), ["created", "rejected", "created"]
                )
                self.assertEqual(read_xlsx(record.rejected_file)[1][4], refusal)

    def test_number_given_away_meanwhile_is_refused_alone(self):
        record = self.staged(ROWS[:2])
        self.make_customer("Chen ngang", "0862000001")
        self.env.flush_all()
        self.apply_rows(record)
        self.assertEqual(self.states(record), ["rejected", "created"])
        self.assertIn("Chen ngang", record.row_ids.sorted("number")[0].reason)

    def test_customer_deleted_meanwhile_is_reported(self):
        customer = self.make_customer(phone="0862000001")
        record = self.staged([["", "Tên mới", "0862000001"]])
        customer.unlink()
        self.apply_rows(record)
        self.assertEqual(self.states(record), ["rejected"])
