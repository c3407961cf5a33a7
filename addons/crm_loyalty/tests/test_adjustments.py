"""Points by hand: for one customer, for many, from a file, and back."""

from base64 import b64encode
from io import BytesIO

from openpyxl import Workbook

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.crm_customer.models.crm_batch_run import RUN
from odoo.addons.crm_customer.tests.common import make_csv, make_xlsx, read_xlsx
from odoo.addons.queue_job.tests.common import trap_jobs

from .common import LoyaltyCase

HEADINGS = ("Mã KH", "Điện thoại", "Điểm", "Lý do")


def content_of(book):
    output = BytesIO()
    book.save(output)
    return b64encode(output.getvalue())


class AdjustmentCase(LoyaltyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=cls.loyalty_manager)
        cls.Adjustment = cls.env["crm.loyalty.adjustment"]
        cls.family = cls.env["res.partner"].create(
            [
                {"name": f"Khách {number}", "phone": f"086200030{number}"}
                for number in range(5)
            ]
        )

    def adjustment(self, **vals):
        return self.Adjustment.create({"reason": "Sinh nhật cửa hàng", **vals})

    def from_file(self, rows, file_name="điểm.xlsx", **vals):
        make = make_csv if file_name.endswith("csv") else make_xlsx
        content = b64encode(make(rows, HEADINGS))
        return self.adjustment(source="file", file=content, file_name=file_name, **vals)

    def post(self, record):
        record.action_preview()
        self.run_jobs(record.action_start)
        self.assertEqual(record.state, "done")
        return record

    def balances(self):
        return [self.balance(partner) for partner in self.family]


@tagged("post_install", "-at_install")
class TestDialog(AdjustmentCase):
    def test_give_and_take_with_a_reason(self):
        self.give(50)
        card = self.card()
        action = card.action_adjust()
        form = Form(self.env["crm.loyalty.adjust"].with_context(**action["context"]))
        form.points = 20
        form.reason = "Khách phàn nàn"
        self.assertEqual((form.balance, form.new_balance), (50, 70))
        form.direction = "take"
        self.assertEqual(form.new_balance, 30)
        form.save().action_apply()
        self.assertEqual(self.balance(), 30)
        line = card.history_ids.sorted("id")[-1]
        self.assertEqual((line.description, line.kind), ("Khách phàn nàn", "adjust"))
        with self.assertRaisesRegex(UserError, "only 30"):
            self.env["crm.loyalty.adjust"].create(
                {
                    "card_id": card.id,
                    "direction": "take",
                    "points": 31,
                    "reason": "Nhầm",
                }
            ).action_apply()
        self.assertProved()

    def test_rule_by_hand_fills_in_points_and_reason(self):
        self.give(50)
        rule = self.admin_env["loyalty.rule"].create(
            {
                "program_id": self.program.id,
                "name": "Đánh giá sản phẩm",
                "rule_type": "manual",
                "points": 15,
            }
        )
        form = Form(
            self.env["crm.loyalty.adjust"].with_context(default_card_id=self.card().id)
        )
        form.rule_id = rule.with_env(self.env)
        form.save().action_apply()
        line = self.card().history_ids.sorted("id")[-1]
        self.assertEqual((line.points, line.rule_id.id), (15, rule.id))
        self.assertEqual(line.description, "Đánh giá sản phẩm")

    def test_only_managers(self):
        self.give(50)
        card = self.card().with_user(self.seller)
        with self.assertRaises(AccessError):
            card.action_adjust()
        with self.assertRaises(AccessError):
            self.Adjustment.with_user(self.seller).create({"points": 1})


@tagged("post_install", "-at_install")
class TestBulk(AdjustmentCase):
    def test_chosen_customers_get_the_same(self):
        Adjustment = self.Adjustment.with_context(
            active_model="res.partner", active_ids=self.family[:3].ids
        )
        record = Adjustment.create({"points": 20, "reason": "Quà"})
        record.action_preview()
        self.assertEqual((record.ready_count, record.points_total), (3, 60))
        self.assertEqual(record.worth_total, 6_000)
        self.assertEqual(self.balances(), [0] * 5)
        self.run_jobs(record.action_start)
        self.assertEqual(self.balances(), [20, 20, 20, 0, 0])
        self.assertEqual((record.posted_count, record.progress), (3, 100))
        self.assertProved()

    def test_group(self):
        group = self.superuser_env["crm.customer.group"].create(
            {
                "name": "Khách thân",
                "company_id": self.company.id,
                "fixed_partner_ids": self.family[:2].ids,
            }
        )
        self.family.sudo()._refresh_membership()
        self.env.flush_all()
        record = self.adjustment(source="group", group_id=group.id, points=7)
        self.post(record)
        self.assertEqual(self.balances(), [7, 7, 0, 0, 0])

    def test_customers_of_other_companies_are_left_out(self):
        other = self._make_shop("Chuỗi khác")
        self.family[:3].sudo().company_id = other
        record = self.adjustment(points=5, partner_ids=self.family[2:].ids)
        record.with_env(self.superuser_env).action_preview()
        self.assertEqual(record.row_ids.partner_id, self.family[3:])

    def test_file_with_errors(self):
        codes = self.family.mapped("ref")
        rows = [
            [codes[0], "", "1.000", "Tri ân"],
            ["", "0862 000 301", "5", ""],
            ["KH-KHÔNG-CÓ", "", "5", ""],
            [codes[0], "", "5", "Lần hai"],
            [codes[2], "", "1,5", ""],
            ["", "", "5", ""],
            [codes[3], "", "-4", "Trừ"],
        ]
        for name in ("điểm.xlsx", "điểm.csv"):
            record = self.from_file(rows, name)
            record.action_preview()
            found = [(r.number, r.state, r.problem) for r in record.preview_row_ids]
            self.assertEqual(
                found,
                [
                    (2, "ready", False),
                    (3, "ready", False),
                    (4, "rejected", "unknown"),
                    (5, "rejected", "repeated"),
                    (6, "rejected", "points"),
                    (7, "rejected", "nobody"),
                    (8, "rejected", "short"),
                ],
            )
        self.run_jobs(record.action_start)
        self.assertEqual(self.balances(), [1000, 5, 0, 0, 0])
        rejected = read_xlsx(record.rejected_file)
        self.assertEqual(rejected[0][:4], list(HEADINGS))
        self.assertEqual(len(rejected), 6)
        self.assertEqual(rejected[1][:3], ["KH-KHÔNG-CÓ", "", "5"])
        self.assertIn("No customer", rejected[1][-1])
        reasons = self.env["loyalty.history"].search(
            [("card_id", "=", self.card(self.family[0]).id)]
        )
        self.assertEqual(reasons.description, "Tri ân")
        self.assertProved()

    def test_jobs_that_run_twice_post_once(self):
        record = self.adjustment(points=9, partner_ids=self.family.ids)
        record.action_preview()
        rows = record.row_ids
        with trap_jobs():
            record.action_start()
        record._job_apply(1, 5)
        record._job_apply(1, 5)
        self.env.cr.execute(
            "UPDATE crm_loyalty_adjustment_row SET state = 'ready' WHERE id = ANY(%s)",
            [rows.ids],
        )
        rows.invalidate_recordset()
        record._job_apply(1, 5)
        record._job_finish()
        self.assertEqual((self.balances(), record.state), ([9] * 5, "done"))

    def test_stopped_adjustment_keeps_what_is_posted_and_goes_on(self):
        self.patch(type(self.Adjustment), "_rows_in_batch", 2)
        record = self.adjustment(points=9, partner_ids=self.family.ids)
        record.action_preview()
        with trap_jobs() as trap:
            record.action_start()
            trap.assert_jobs_count(3, only=record._job_apply)
        former = record.with_context(**{RUN: record.run_number})
        former._job_apply(1, 2)
        record.action_cancel()
        former._job_apply(3, 4)
        former._job_finish()
        self.assertEqual(
            (self.balances(), record.state), ([9, 9, 0, 0, 0], "cancelled")
        )
        with trap_jobs():
            record.action_resume()
        former._job_apply(3, 4)
        former._job_failed("ValueError", "oh")
        self.assertEqual(self.balances(), [9, 9, 0, 0, 0])
        self.assertEqual(record.state, "running")
        record.action_cancel()
        self.run_jobs(record.action_resume)
        self.assertEqual((self.balances(), record.state), ([9] * 5, "done"))
        self.assertProved()

    def test_stopped_or_failed_adjustment_can_be_undone(self):
        for stop in ("action_cancel", "_job_failed"):
            record = self.adjustment(points=9, partner_ids=self.family.ids)
            record.action_preview()
            with trap_jobs():
                record.action_start()
            with self.assertRaisesRegex(UserError, "before you delete"):
                record.unlink()
            record._job_apply(1, 2)
            getattr(record, stop)()
            self.run_jobs(record.action_undo)
            self.assertEqual((self.balances(), record.state), ([0] * 5, "undone"))
            self.assertEqual((record.undone_count, record.ready_count), (2, 3))
        self.assertProved()

    def test_same_file_again_is_asked_about(self):
        rows = [[self.family[0].ref, "", "5", "Quà"]]
        self.post(self.from_file(rows))
        again = self.from_file(rows, "bản sao.xlsx")
        again.action_preview()
        with self.assertRaisesRegex(UserError, "posted already"):
            again.action_start()
        again.allow_again = True
        self.run_jobs(again.action_start)
        self.assertEqual(self.balance(self.family[0]), 10)

    def test_undo_gives_and_takes_back(self):
        self.give(30, self.family[1])
        codes = self.family.mapped("ref")
        rows = [[codes[0], "", "40", "Quà"], [codes[1], "", "-10", "Nhầm"]]
        record = self.post(self.from_file(rows))
        self.order(1, partner=self.family[0], points=15)
        self.assertEqual(self.balances()[:2], [40 - 15 + 9, 20])
        self.run_jobs(record.action_undo)
        self.assertEqual(record.state, "undone")
        self.assertEqual(self.balances()[:2], [-15 + 9, 30])
        self.assertProved()
        self.run_jobs(lambda: record._job_undone())
        with self.assertRaises(UserError):
            record.action_undo()

    def test_undo_leaves_the_points_that_count_for_tiers(self):
        self.give(500, self.family[0], kind="earn")
        self.give(30, self.family[1])
        codes = self.family.mapped("ref")
        rows = [[codes[0], "", "500", "Quà"], [codes[1], "", "-10", "Nhầm"]]
        record = self.post(self.from_file(rows))
        self.run_jobs(record.action_undo)
        self.assertEqual(self.balances()[:2], [500, 30])
        self.assertEqual(self.card(self.family[0]).points_counted, 500)
        said = self.env["crm.loyalty.report"]._read_group(
            [("partner_id", "in", self.family[:2].ids)],
            ["partner_id"],
            ["earned:sum", "spent:sum", "adjusted:sum"],
        )
        self.assertEqual(
            said, [(self.family[0], 500, 0, 0), (self.family[1], 0, 0, 30)]
        )
        self.assertProved()

    def merge(self, *partners):
        """All become the first one."""
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        ids = [partner.id for partner in partners]
        wizard._merge(ids, partners[0].with_env(self.admin_env), extra_checks=False)

    def test_undo_after_customers_were_merged(self):
        record = self.post(self.adjustment(points=9, partner_ids=self.family.ids))
        one, other, third, *_rest = self.family
        self.merge(one, other)
        self.assertEqual(self.balance(one), 18)
        self.run_jobs(record.action_undo)
        self.assertEqual((self.balance(one), self.balance(third)), (0, 0))
        self.assertEqual(record.undone_count, 5)
        self.assertProved()

    def test_customers_who_were_merged_or_deleted_after_the_preview(self):
        record = self.adjustment(points=9, partner_ids=self.family.ids)
        record.action_preview()
        one, other, gone, last, _fifth = self.family
        self.merge(one, other)
        gone.sudo().unlink()
        self.run_jobs(record.action_start)
        self.assertEqual((self.balance(one), self.balance(last)), (18, 9))
        self.assertEqual((record.posted_count, record.rejected_count), (4, 1))
        refused = record.row_ids.filtered(lambda row: row.state == "rejected")
        self.assertIn("was deleted", refused.remark)
        self.run_jobs(record.action_undo)
        self.assertEqual((self.balance(one), self.balance(last)), (0, 0))
        self.assertProved()

    def test_posted_adjustments_stay(self):
        record = self.post(self.adjustment(points=9, partner_ids=self.family.ids))
        with self.assertRaises(UserError):
            record.unlink()
        self.adjustment(points=9).unlink()

    def test_posting_takes_few_queries(self):
        """As many for 100 customers as for 5."""
        more = self.env["res.partner"].create(
            [{"name": f"Khách {number}"} for number in range(100)]
        )
        counts = []
        for partners in (self.family, more):
            record = self.adjustment(points=9, partner_ids=partners.ids)
            record.action_preview()
            with trap_jobs():
                record.action_start()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            record._job_apply(1, 1_000)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_what_is_missing_is_said(self):
        for vals, words in (
            ({"partner_ids": self.family.ids}, "how many points"),
            ({"partner_ids": self.family.ids, "points": 5, "reason": " "}, "why"),
            ({"points": 5}, "at least one customer"),
            ({"points": 5, "source": "group"}, "Choose the customer group"),
            ({"source": "file"}, "Choose an Excel"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self.adjustment(**vals).action_preview()
        record = self.from_file([])
        record.file = b64encode(make_xlsx([["1"]], ["Cột lạ"]))
        with self.assertRaisesRegex(UserError, "needs a column"):
            record.action_preview()

    def test_no_sheet_and_no_row_is_passed_over(self):
        code = self.family[0].ref
        book = Workbook()
        book.active.append(HEADINGS)
        book.active.append([code, "", 5, "Tri ân"])
        other = book.create_sheet("Tháng 2")
        record = self.from_file([])
        record.file = content_of(book)
        record.action_preview()
        self.assertEqual(record.preview_row_ids.mapped("points"), [5])
        other.append([code])
        record.file = content_of(book)
        with self.assertRaisesRegex(UserError, "Several sheets .*: Sheet, Tháng 2"):
            record.action_preview()
        gap = "Mã khách hàng,Điểm,Lý do\n" + f"{code},5,Quà\n" + "\n" * 1000
        record.write({"file": b64encode(gap.encode()), "file_name": "điểm.csv"})
        record.action_preview()
        record.file = b64encode(f"{gap}{code},7,Quà".encode())
        with self.assertRaisesRegex(UserError, "Row 1003 .* 1000 empty rows"):
            record.action_preview()

    def test_file_of_refused_rows_bears_any_cell(self):
        long = "x" * 40_000
        record = self.from_file([["", "", "5", long]], "điểm.csv")
        record.action_preview()
        self.assertEqual(len(read_xlsx(record.rejected_file)[1][3]), 32_767)
