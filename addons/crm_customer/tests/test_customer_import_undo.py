"""Undoing of an import, what it costs, and who may do it."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import ImportCase, make_xlsx


@tagged("post_install", "-at_install")
class TestImportUndone(ImportCase):
    def undo(self, record):
        self.run_jobs(record.action_undo)
        self.assertEqual(record.state, "undone")

    def test_free_customers_are_deleted(self):
        record = self.start_import([["", "A", "0862000001"], ["", "B", "12"]])
        customer = record.row_ids.partner_id
        self.undo(record)
        self.assertFalse(customer.exists())
        self.assertEqual(self.states(record), ["undone", "rejected"])
        self.assertEqual((record.undone_count, record.kept_count), (1, 0))

    def test_customers_that_something_depends_on_are_kept(self):
        record = self.start_import([["", name, ""] for name in "ABCDEF"])
        free, ordering, parent, talking, planned, filed = record.row_ids.sorted(
            "number"
        ).partner_id
        self.env["sale.order"].create({"partner_id": ordering.id})
        self.Partner.create({"name": "Người liên hệ", "parent_id": parent.id})
        talking.message_post(body="Đã gọi", message_type="comment")
        planned.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.telesale.id
        )
        self.env["ir.attachment"].create(
            {
                "name": "hợp đồng",
                "raw": b"x",
                "res_model": "res.partner",
                "res_id": filed.id,
            }
        )
        self.undo(record)
        self.assertFalse(free.exists())
        kept = ordering + parent + talking + planned + filed
        self.assertEqual(kept.exists(), kept)
        self.assertEqual(self.states(record), ["undone"] + ["kept"] * 5)

    def test_updated_customer_gets_its_values_back(self):
        tag = self.env["res.partner.category"].create({"name": "Nhãn thử"})
        customer = self.make_customer(
            "Cũ", ref="T1", comment="<p><b>Cũ</b></p>", category_id=[(6, 0, tag.ids)]
        )
        record = self.start_import(
            [["T1", "Mới", "Ghi chú mới", "Nhãn hai", "sao.example.com", "05/03/1990"]],
            ["Mã", "Tên", "Ghi chú", "Nhãn", "Website", "Ngày sinh"],
        )
        self.assertEqual(customer.name, "Mới")
        self.undo(record)
        self.assertRecordValues(
            customer,
            [
                {
                    "name": "Cũ",
                    "comment": "<p><b>Cũ</b></p>",
                    "category_id": tag.ids,
                    "website": False,
                    "birthdate": False,
                }
            ],
        )
        self.assertEqual(self.states(record), ["undone"])

    def test_value_that_somebody_changed_since_stays(self):
        customer = self.make_customer("Cũ", ref="T1", email="cu@tests.example.com")
        headings = ["Mã", "Tên", "Email"]
        record = self.start_import([["T1", "Mới", "moi@tests.example.com"]], headings)
        customer.name = "Mới hơn"
        self.undo(record)
        self.assertEqual(
            (customer.name, customer.email), ("Mới hơn", "cu@tests.example.com")
        )
        self.assertEqual(self.states(record), ["kept"])

    def test_unchanged_customer_is_left_alone(self):
        customer = self.make_customer("A", ref="T1")
        record = self.start_import([["T1", "A", ""]])
        self.undo(record)
        self.assertTrue(customer.exists())
        self.assertEqual(self.states(record), ["unchanged"])

    def test_customers_of_a_batch_that_was_running_are_taken_back_too(self):
        record = self.staged([["", "A", ""], ["", "B", ""]])
        record._job_apply(2, 2)
        record.action_cancel()
        with trap_jobs() as trap:
            record.action_undo()
            trap.assert_jobs_count(1, only=record._job_undo)
            record.state = "running"  # as a batch saw it that ends only now
            record._job_apply(3, 3)
            record.state = "undoing"
            self.env.flush_all()
            with self.enter_registry_test_mode():
                while trap.enqueued_jobs:
                    trap.perform_enqueued_jobs()
        self.assertEqual(record.state, "undone")
        self.assertEqual(self.states(record), ["undone", "undone"])

    def test_row_that_cant_be_restored_doesnt_stop_the_others(self):
        first, second = (
            self.make_customer(name, f"086200000{number}", ref=f"T{number}")
            for number, name in enumerate("AB", 1)
        )
        record = self.start_import(
            [["T1", "A", "0862000011"], ["T2", "B", "0862000012"]]
        )
        self.make_customer("Người giữ số", "0862000001")
        self.env.flush_all()
        self.undo(record)
        self.assertEqual(self.states(record), ["kept", "undone"])
        self.assertEqual((first.phone, second.phone), ("0862000011", "0862000002"))

    def test_customer_that_is_gone_is_no_obstacle(self):
        record = self.start_import([["", "A", ""]])
        record.row_ids.partner_id.unlink()
        self.undo(record)


@tagged("post_install", "-at_install")
class TestImportQueries(ImportCase):
    def queries(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def rows(self, prefix, count, name="Khách"):
        return [
            [f"{prefix}-{n}", f"{name} {n}", f"0862{prefix}{n:03d}"]
            for n in range(count)
        ]

    def test_customers_of_an_import_are_found_without_naming_each(self):
        record = self.start_import(self.rows("107", 3))
        record.row_ids.partner_id[0].active = False
        action = record.action_view_customers()
        found = self.Partner.with_context(**action["context"]).search(action["domain"])
        self.assertEqual(found, record.row_ids.partner_id)

    def test_judging_takes_the_same_queries_for_any_number_of_rows(self):
        checker = self.env["crm.customer.import.checker"]
        costs = []
        for prefix, count in (("100", 1), ("101", 10), ("102", 300)):
            record = self.preview(self.rows(prefix, count))
            self.env["crm.customer.import.reader"]._stage(record)
            costs.append(self.queries(lambda record=record: checker._check(record)))
        self.assertEqual(costs[1], costs[2], costs)  # the first fills the caches

    def test_creating_takes_queries_by_the_hundred(self):
        costs = [
            self.queries(lambda record=record: record._job_apply(1, 1000))
            for record in (
                self.staged(self.rows("103", 50)),
                self.staged(self.rows("104", 100)),
            )
        ]
        self.assertLess(costs[1] - costs[0], 15, costs)

    def test_rows_that_change_nothing_cost_no_query_each(self):
        costs = []
        for prefix, count in (("105", 50), ("106", 100)):
            self.start_import(self.rows(prefix, count))
            record = self.staged(self.rows(prefix, count))
            costs.append(self.queries(lambda record=record: record._job_apply(1, 1000)))
            self.assertEqual(set(self.states(record)), {"unchanged"})
        self.assertLess(costs[1] - costs[0], 5, costs)


@tagged("post_install", "-at_install")
class TestImportRights(ImportCase):
    def test_telesale_cant_import(self):
        Import = self.Import.with_user(self.telesale)
        with self.assertRaises(AccessError):
            Import.create({"file_name": "a.csv"})
        record = self.preview([["", "A", ""]])
        for action in (
            "action_preview",
            "action_start",
            "action_undo",
            "action_cancel",
        ):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(record.with_user(self.telesale), action)()

    def test_import_of_another_company_is_invisible(self):
        other = self._make_shop("Other shop")
        record = self.preview([["", "A", ""]])
        stranger = self._make_manager_of(other)
        for theirs in (record, record.row_ids):
            with self.subTest(theirs._name):
                self.assertFalse(
                    theirs.with_user(stranger)
                    .with_context(allowed_company_ids=other.ids)
                    .search([])
                )
                with self.assertRaises(AccessError):
                    theirs.with_user(stranger).with_context(
                        allowed_company_ids=other.ids
                    ).read(["name"])

    def _make_manager_of(self, company):
        return self.manager.with_env(self.superuser_env).copy(
            {
                "login": "other_manager_of_tests",
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
            }
        )

    def test_rows_cant_be_written_by_users(self):
        row = self.preview([["", "A", ""]]).row_ids
        with self.assertRaises(AccessError):
            row.write({"state": "created"})

    def test_file_is_read_with_the_rights_of_its_reader(self):
        record = self.upload(content=make_xlsx([["", "A", ""]]))
        with self.assertRaises(AccessError):
            record.with_user(self.telesale).read(["file"])
