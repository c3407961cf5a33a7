"""Issues of vouchers: so many codes, or one per customer; sending."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models import crm_voucher_issue, crm_voucher_steps
from .voucher_common import VoucherCase


@tagged("post_install", "-at_install")
class TestVoucherBatch(VoucherCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=cls.promotion_manager)
        cls.Batch = cls.env["crm.voucher.batch"]

    def batch(self, **vals):
        return self.Batch.create({"program_id": self.voucher_program.id, **vals})

    def group(self, name, partners):
        group = self.superuser_env["crm.customer.group"].create(
            {
                "name": name,
                "company_id": self.company.id,
                "fixed_partner_ids": [(6, 0, partners.ids)],
            }
        )
        group._rebuild("group")
        return group

    def test_so_many_codes(self):
        batch = self.batch(quantity=50, prefix="tet-")
        batch.action_issue()
        self.assertEqual((batch.state, batch.issued_count), ("done", 50))
        self.assertEqual(len(batch.card_ids), 50)
        card = batch.card_ids[0]
        self.assertRegex(card.code, r"^TET-[2-9A-HJKMNP-Z]{8}$")
        self.assertEqual((card.points, card.voucher_state), (0, "issued"))
        self.assertEqual(card.expiration_date, self.day(30))
        self.assertEqual(card.company_id, self.company)
        self.assertEqual(self.moves(card), ["issue"])
        self.assertEqual((batch.open_count, batch.used_count), (50, 0))
        with self.assertRaises(UserError):
            batch.action_issue()
        with self.assertRaises(UserError):
            batch.unlink()

    def test_vouchers_end_with_their_program(self):
        self.voucher_program.with_env(self.admin_env).date_to = self.day(10)
        batch = self.batch(quantity=1, expiration_date=self.day(60))
        batch.action_issue()
        self.assertEqual(batch.expiration_date, self.day(10))
        self.assertEqual(batch.card_ids.expiration_date, self.day(10))

    def test_one_per_customer_of_groups_and_tiers(self):
        Partner = self.superuser_env["res.partner"]
        buyers = Partner.create([{"name": f"Khách {number}"} for number in range(5)])
        grade = self.superuser_env["res.partner.grade"].create(
            {"name": "Vàng", "company_id": self.company.id}
        )
        buyers[4].grade_id = grade
        groups = self.group("A", buyers[:3]) | self.group("B", buyers[2:4])
        batch = self.batch(kind="customers", group_ids=groups.ids, grade_ids=grade.ids)
        self.assertEqual(batch.customer_count, 5)
        batch.action_issue()
        self.assertEqual(batch.card_ids.partner_id, buyers)
        self.assertEqual(len(batch.card_ids), 5)
        batch.invalidate_recordset(["customer_count"])
        with patch.object(type(Partner), "search_count") as count:
            self.assertEqual(batch.customer_count, 5)
            self.assertFalse(count.called, "It is known once they are issued")
        # The job comes again: nobody gets two.
        batch.sudo().state = "running"
        batch._job_issue()
        self.assertEqual(len(batch.card_ids), 5)

    def test_large_issue_is_jobs(self):
        self.patch(crm_voucher_steps, "AT_ONCE", 10)
        self.patch(crm_voucher_steps, "BATCH", 40)
        batch = self.batch(quantity=100)
        self.run_jobs(batch.action_issue)
        self.assertEqual((batch.state, batch.issued_count), ("done", 100))
        self.assertEqual(batch.progress, 100)
        self.assertEqual(len(set(batch.card_ids.mapped("code"))), 100)

    def test_stopped_issue_goes_on(self):
        self.patch(crm_voucher_steps, "BATCH", 40)
        batch = self.batch(quantity=100)
        batch.write({"state": "running"})
        batch.planned_count = 100
        batch.with_context(queue_job__no_delay=False)._job_issue()
        batch.action_stop()
        batch._job_issue()
        self.assertEqual((batch.state, batch.issued_count), ("stopped", 40))
        self.run_jobs(batch.action_issue)
        self.assertEqual(len(batch.card_ids), 100)

    def test_taken_codes_are_drawn_again(self):
        there = self.issue(count=3).sudo().mapped("code")
        drawn = iter([there, ["MA-MOI-01", "MA-MOI-02", there[0]], ["MA-MOI-03"]])
        self.patch(
            crm_voucher_issue, "make_codes", lambda count, length, prefix: next(drawn)
        )
        cards = self.issue(count=3)
        self.assertEqual(
            sorted(cards.sudo().mapped("code")), ["MA-MOI-01", "MA-MOI-02", "MA-MOI-03"]
        )

    def test_codes_that_can_be_guessed_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "7 to 32"), self.cr.savepoint():
            self.batch(quantity=100, code_length=4)
        with self.assertRaises(ValidationError):
            self.batch(prefix="TẾT-")
        with self.assertRaises(ValidationError):
            self.batch(quantity=0)
        with self.assertRaisesRegex(UserError, "still to come"):
            self.batch(expiration_date=self.day(-1)).action_issue()
        with self.assertRaisesRegex(UserError, "No customer"):
            self.batch(kind="customers").action_issue()

    def test_points_programs_issue_no_vouchers(self):
        with self.assertRaises(ValidationError):
            self.Batch.create({"program_id": self.program.id})
        with self.assertRaises(UserError):
            self.program._issue_vouchers()

    def test_only_managers_issue(self):
        with self.assertRaises(AccessError):
            self.Batch.with_user(self.seller).create(
                {"program_id": self.voucher_program.id}
            )
        batch = self.batch()
        with self.assertRaises(AccessError):
            batch.with_user(self.seller).action_issue()

    def test_odoo_s_wizard_makes_vouchers_of_ours(self):
        wizard = self.admin_env["loyalty.generate.wizard"].create(
            {
                "program_id": self.voucher_program.id,
                "coupon_qty": 2,
                "points_granted": 9,
            }
        )
        cards = wizard.generate_coupons()
        self.assertEqual(self.states(cards), ["issued", "issued"])
        self.assertEqual(cards.mapped("points"), [0, 0])
        self.assertEqual(self.moves(cards[0]), ["issue"])

    def test_cause_issues_once_and_takes_back(self):
        program = self.voucher_program
        card = program._issue_vouchers(self.customer, cause="promotion:7:1")
        again = program._issue_vouchers(self.customer, cause="promotion:7:1")
        self.assertEqual(card, again)
        self.assertEqual(card.partner_id, self.customer)
        other = program._issue_vouchers(self.customer, cause="promotion:77:1")
        self.env["loyalty.card"]._cancel_by_cause("promotion:7")
        self.assertEqual(other.voucher_state, "issued")
        self.assertEqual(card.voucher_state, "cancelled")

    def test_issue_is_a_few_statements(self):
        self.issue()
        self.env.flush_all()
        with self.assertQueryCount(3):
            self.voucher_program._issue_vouchers(count=1000)

    # --------------------------------------------------------------------- sending

    def test_personal_vouchers_are_sent_once(self):
        self.customer.email = "bich@example.com"
        batch = self.batch(
            kind="customers", partner_ids=(self.customer | self.stranger).ids
        )
        batch.action_issue()
        Mail = self.superuser_env["mail.mail"]
        before = Mail.search_count([])
        self.run_jobs(batch.action_send)
        self.assertEqual(Mail.search_count([]), before + 1)
        with self.assertRaises(UserError):
            batch.action_send()
        batch.card_ids._job_send_vouchers()
        sent = batch.card_ids.filtered("sent_at")
        self.assertEqual(sent.partner_id, self.customer)

    def test_sheet_has_barcode_and_qr(self):
        batch = self.batch(quantity=3)
        batch.action_issue()
        self.assertEqual(batch.action_print()["type"], "ir.actions.report")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_promotion.report_vouchers", batch.card_ids.ids
        )
        text = html.decode()
        for card in batch.card_ids:
            self.assertIn(card.code, text)
        self.assertEqual(text.count("data:image/svg+xml"), 6)
