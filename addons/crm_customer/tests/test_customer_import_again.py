"""Modes, duplicates, repetition and stopping of an import."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models.crm_batch_run import RUN
from .common import HEADINGS, ImportCase, read_xlsx


@tagged("post_install", "-at_install")
class TestImportModes(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known = cls.Partner.create(
            {"name": "Trần Thị Hoa", "phone": "0862 000 002", "ref": "TESTS-7"}
        )

    ROWS = [
        ["TESTS-7", "Hoa theo mã", ""],
        ["", "Người mới", "0862000003"],
    ]

    def test_mode_decides_about_new_and_known_customers(self):
        for mode, expected in (
            ("both", [("update", None), ("create", None)]),
            ("create", [("rejected", "customer_exists"), ("create", None)]),
            ("update", [("update", None), ("rejected", "customer_unknown")]),
        ):
            with self.subTest(mode):
                self.assertEqual(
                    self.codes(self.preview(self.ROWS, mode=mode)), expected
                )

    def test_known_customer_is_named(self):
        record = self.preview(self.ROWS, mode="create")
        reason = record.row_ids.sorted("number")[0].reason
        self.assertIn("Trần Thị Hoa", reason)
        self.assertIn("TESTS-7", reason)

    def test_rows_without_code_are_refused_if_the_user_wants_so(self):
        record = self.preview(self.ROWS, code_policy="refuse")
        self.assertEqual(
            self.codes(record), [("update", None), ("rejected", "code_missing")]
        )

    def test_row_for_a_new_customer_needs_a_name(self):
        record = self.preview([["TESTS-7", "", ""], ["", "", "0862000003"]])
        self.assertEqual(
            self.codes(record), [("update", None), ("rejected", "name_missing")]
        )

    def test_customer_is_found_by_phone_in_any_notation(self):
        record = self.start_import([["", "Hoa theo số", "84862000002"]])
        self.assertEqual(self.states(record), ["updated"])
        self.assertEqual(
            (self.known.name, self.known.phone), ("Hoa theo số", "0862 000 002")
        )

    def test_update_leaves_what_the_file_doesnt_say(self):
        self.known.email = "hoa@tests.example.com"
        self.start_import([["TESTS-7", "Hoa", ""]])
        self.assertRecordValues(
            self.known,
            [
                {
                    "name": "Hoa",
                    "email": "hoa@tests.example.com",
                    "phone": "0862 000 002",
                }
            ],
        )

    def test_number_of_another_customer_is_refused_and_he_is_named(self):
        record = self.preview([["TESTS-8", "Khác", "0862000002"]])
        self.assertEqual(self.codes(record), [("rejected", "phone_taken")])
        self.assertIn("Trần Thị Hoa (TESTS-7)", record.row_ids.reason)

    def test_code_of_a_supplier_is_taken_and_he_is_named(self):
        self.Partner.create(
            {"name": "Xưởng may", "ref": "TESTS-9", "is_customer": False}
        )
        record = self.preview([["TESTS-9", "Khác", ""]])
        self.assertEqual(self.codes(record), [("rejected", "code_taken")])
        self.assertIn("Xưởng may", record.row_ids.reason)

    def test_archived_customer_is_known(self):
        self.known.active = False
        record = self.preview([["", "Hoa", "0862000002"]], mode="create")
        self.assertEqual(self.codes(record), [("rejected", "customer_exists")])

    def test_contact_below_is_no_customer_to_update(self):
        self.Partner.create({"name": "B", "parent_id": self.known.id, "ref": "TESTS-9"})
        self.assertEqual(
            self.codes(self.preview([["TESTS-9", "B", ""]])), [("create", None)]
        )

    def test_customer_of_another_company_is_unknown(self):
        other = self._make_shop("Other shop")
        self.known.sudo().company_id = other
        self.env.flush_all()
        record = self.preview([["TESTS-7", "Hoa", "0862000002"]])
        self.assertEqual(self.codes(record), [("create", None)])

    def test_repetitions_in_the_file_name_the_first_row(self):
        for rows, code in (
            ([["T1", "A", ""], ["T1", "B", ""]], "repeated_code"),
            ([["", "A", "0862000009"], ["", "B", "+84862000009"]], "repeated_phone"),
            ([["", "A B", ""], ["", "a  b", ""]], "repeated_fingerprint"),
            ([["TESTS-7", "A", ""], ["", "B", "0862000002"]], "repeated_customer"),
        ):
            with self.subTest(code):
                record = self.preview(rows)
                self.assertEqual(self.codes(record)[1], ("rejected", code))
                self.assertIn("2", record.row_ids.sorted("number")[1].reason)

    def test_broken_row_is_no_first_of_its_kind(self):
        rows = [["T1", "A", "12"], ["T1", "B", ""]]
        self.assertEqual(
            self.codes(self.preview(rows)),
            [("rejected", "phone_invalid"), ("create", None)],
        )


@tagged("post_install", "-at_install")
class TestImportRepeated(ImportCase):
    FIELDS = (
        *("ref", "name", "phone", "website", "comment"),
        *("street", "street2", "city", "city_id", "state_id", "country_id"),
    )

    def assertNothingChanges(self, rows, headings=HEADINGS):
        first = self.start_import(rows, headings)
        self.assertEqual(self.codes(first), [("created", None)] * len(rows))
        customers = first.row_ids.partner_id
        customers.invalidate_recordset()
        before = customers.read(self.FIELDS)
        count = self.Partner.search_count([])
        second = self.start_import(rows, headings)
        self.assertEqual(self.codes(second), [("unchanged", None)] * len(rows))
        self.assertEqual(self.Partner.search_count([]), count)
        customers.invalidate_recordset()
        self.assertEqual(customers.read(self.FIELDS), before)

    def test_rows_with_code(self):
        self.assertNothingChanges([["T1", "A", "0862000001"], ["T2", "B", ""]])

    def test_archived_tags(self):
        tag = self.env["res.partner.category"].create({"name": "Nhãn thử"})
        tag.active = False
        self.assertNothingChanges([["A", "Nhãn thử"]], ["Tên", "Nhãn"])

    def test_rows_with_phone_only(self):
        self.assertNothingChanges(
            [["", "A", "862000001"], ["", "B", "+84 862 000 002"]]
        )

    def test_rows_with_name_only(self):
        self.assertNothingChanges([["", "A", ""], ["", "Nguyễn Văn Đức", ""]])

    def test_rows_with_values_that_odoo_keeps_otherwise(self):
        self.assertNothingChanges(
            [
                ["T1", "A", "sao.example.com", "Gọi <sau> 5 giờ & hẹn\n\nGiao 24/7"],
                [
                    "T2",
                    "B",
                    "https://sao.example.com/vn",
                    "xem https://sao.example.com",
                ],
            ],
            ["Mã", "Tên", "Website", "Ghi chú"],
        )

    def test_addresses(self):
        self.assertNothingChanges(
            [
                [
                    "T1",
                    "A",
                    "12 ngõ Kiểm Thử",
                    "Phường Bến Nghé",
                    "Quận 1",
                    "TP.HCM",
                    "",
                ],
                ["T2", "B", "12 ngõ Kiểm Thử", "", "", "", ""],
                ["T3", "C", "1 Sukhumvit", "Klongtoey", "", "Bangkok", "TH"],
            ],
            ["Mã", "Tên", "Địa chỉ", "Phường", "Quận", "Tỉnh", "Country"],
        )

    def test_finished_job_that_runs_again_changes_nothing(self):
        record = self.start_import([["", "A", "0862000001"]])
        count = self.Partner.search_count([])
        record._job_stage()
        record._job_check()
        record._job_apply(1, 10)
        record._job_finish()
        self.assertEqual(self.Partner.search_count([]), count)
        self.assertEqual(self.states(record), ["created"])


@tagged("post_install", "-at_install")
class TestImportStopped(ImportCase):
    ROWS = [["", name, ""] for name in "ABCD"]

    def test_stopped_import_keeps_what_is_done_and_goes_on_later(self):
        record = self.staged(self.ROWS)
        record._job_apply(2, 3)
        record.action_cancel()
        record._job_apply(4, 5)
        record._job_finish()
        self.assertEqual(record.state, "cancelled")
        self.assertEqual(
            self.states(record), ["created", "created", "create", "create"]
        )
        done = record.row_ids.partner_id
        self.run_jobs(record.action_resume)
        self.assertEqual(record.state, "done")
        self.assertEqual(self.states(record), ["created"] * 4)
        self.assertLess(done, record.row_ids.partner_id)

    def test_import_stopped_while_reading_is_read_again(self):
        record = self.preview(self.ROWS)
        with trap_jobs():
            record.action_start()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                record._job_stage()
        record.action_cancel()
        self.assertEqual(self.states(record), ["create"] * 4)
        self.run_jobs(record.action_resume)
        self.assertEqual(record.state, "done")
        self.assertEqual(self.states(record), ["created"] * 4)

    def test_import_stopped_before_reading_reads_the_whole_file(self):
        record = self.preview([["", f"Khách {n}", ""] for n in range(30)])
        with trap_jobs():
            record.action_start()
        self.assertFalse(record.row_ids)  # those of the preview are no beginning
        record.action_cancel()
        self.run_jobs(record.action_resume)
        self.assertEqual(self.states(record), ["created"] * 30)

    def of_run(self, record):
        """The import as a job of its present run sees it."""
        return record.with_context(**{RUN: record.run_number})

    def test_jobs_of_a_former_run_do_nothing(self):
        record = self.preview(self.ROWS)
        with trap_jobs():
            record.action_start()
            former = self.of_run(record)
            record.action_cancel()
            record.action_resume()
            self.env.flush_all()
            with self.enter_registry_test_mode():
                former._job_stage()
                self.assertFalse(self.states(record))
                self.of_run(record)._job_stage()
                former._job_check()
                self.assertEqual(record.state, "reading")
                self.of_run(record)._job_check()
            former = self.of_run(record)
            record.action_cancel()
            record.action_resume()
            former._job_apply(2, 5)
            self.assertEqual(self.states(record), ["create"] * 4)
            self.of_run(record)._job_apply(2, 5)
            former._job_finish()
            self.assertEqual(record.state, "running")
            former._job_failed("ValueError", "oh")
            self.assertEqual((record.state, record.problem), ("running", False))
            self.of_run(record)._job_finish()
        self.assertEqual(record.state, "done")

    def test_jobs_keep_their_run_in_the_database(self):
        record = self.preview(self.ROWS)
        record.action_start()
        jobs = self.superuser_env["queue.job"].search(
            [("model_name", "=", record._name)], order="id desc", limit=2
        )
        self.assertEqual(
            [job.records.env.context.get(RUN) for job in jobs],
            [record.run_number] * 2,
        )

    def test_job_that_fails_after_a_stop_leaves_it_a_stop(self):
        record = self.staged(self.ROWS)
        record.action_cancel()
        record._job_failed("ValueError", "oh")
        self.assertEqual((record.state, record.problem), ("cancelled", False))

    def test_rejected_rows_come_back_from_a_stopped_or_failed_import_too(self):
        for stop in ("action_cancel", "_job_failed"):
            with self.subTest(stop):
                record = self.staged([["", f"Khách {stop}", ""], ["", "Sai", "12"]])
                getattr(record, stop)()
                self.assertEqual(len(read_xlsx(record.rejected_file)), 2)

    def test_failed_import_that_wrote_customers_keeps_its_rows(self):
        record = self.staged(self.ROWS)
        record._job_apply(2, 3)
        record._job_failed("ValueError", "oh")
        for action in (record.action_preview, record.action_new_file):
            with (
                self.subTest(action.__name__),
                self.assertRaisesRegex(UserError, "written customers"),
            ):
                action()
        self.run_jobs(record.action_resume)
        self.assertEqual(self.states(record), ["created"] * 4)

    def test_import_stopped_after_its_last_row_only_ends(self):
        record = self.staged(self.ROWS)
        record._job_apply(2, 5)
        record.action_cancel()
        customers = record.row_ids.partner_id
        self.run_jobs(record.action_resume)
        self.assertEqual(record.state, "done")
        self.assertEqual(record.row_ids.partner_id, customers)
        self.assertEqual(len(customers), 4)

    def test_end_of_the_stopped_run_doesnt_end_the_resumed_one(self):
        record = self.staged(self.ROWS)
        record.action_cancel()
        with trap_jobs() as trap:
            record.action_resume()
            trap.assert_jobs_count(1, only=record._job_apply)
        record._job_finish()
        self.assertEqual(record.state, "running")

    def test_stopped_reading_stores_no_more_rows(self):
        record = self.preview(self.ROWS)
        with trap_jobs():
            record.action_start()
        record.action_cancel()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            record._job_stage()
            record._job_check()
        self.assertEqual(record.state, "cancelled")

    def test_running_import_cant_be_deleted_or_started_again(self):
        record = self.staged(self.ROWS)
        for action in (record.unlink, record.action_start, record.action_preview):
            with self.subTest(action.__name__), self.assertRaises(UserError):
                action()
