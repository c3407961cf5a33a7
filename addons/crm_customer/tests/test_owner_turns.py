from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models.crm_customer_ownership import LOGGED
from .common import ImportCase
from .common_owners import OwnerCase

TURN = "odoo.addons.crm_customer.models.crm_owner_turn.CrmOwnerTurn"


@tagged("post_install", "-at_install")
class TestOwnerTurns(OwnerCase):
    def absent(self, user, first=0, last=None):
        today = self.company._shop_today()
        return (
            self.env["crm.owner.absence"]
            .sudo()
            .create(
                {
                    "user_id": user.id,
                    "date_from": today + timedelta(days=first),
                    "date_until": last is not None and today + timedelta(days=last),
                }
            )
        )

    def test_members_take_turns_one_by_one_and_in_batches(self):
        self.make_rule(to=self.team)
        customers = self.make_customers(1) + self.make_customers(5)
        customers += self.make_customers(1)
        self.assertEqual(self.counts(customers), [3, 2, 2])
        turns = self.Log.search([("partner_id", "in", customers.ids)], order="id")
        self.assertEqual(turns.mapped("turn"), [1, 2, 3, 4, 5, 6, 7])

    def test_each_rule_has_its_own_turn(self):
        self.make_rule(("source", "=", self.zalo), to=self.team)
        self.make_rule(("source", "!=", self.zalo), to=self.team)
        for customers in (
            self.make_customers(3, source_id=self.zalo.id),
            self.make_customers(3, source_id=self.facebook.id),
        ):
            self.assertEqual(self.counts(customers), [1, 1, 1])

    def test_what_is_rolled_back_costs_no_turn(self):
        self.make_rule(to=self.team)
        self.make_customer()
        for _attempt in range(4):
            with self.assertRaises(ZeroDivisionError), self.cr.savepoint():
                self.make_customers(2)
                raise ZeroDivisionError
        self.assertEqual(self.counts(self.make_customers(2)), [0, 1, 1])

    def test_absent_archived_and_former_members_are_skipped(self):
        self.make_rule(to=self.team)
        first, second, third = self.members.sorted("id")
        self.absent(second)
        self.assertEqual(self.counts(self.make_customers(4)), [2, 0, 2])
        member = self.team.crm_team_member_ids.filtered(lambda m: m.user_id == third)
        member.active = False
        self.assertEqual(self.counts(self.make_customers(2)), [2, 0, 0])
        first.active = False
        self.assertFalse(self.make_customers(1).user_id)

    def test_days_of_absence(self):
        self.make_rule(to=self.team)
        cases = ((0, 0, True), (-3, -1, False), (1, 2, False), (-3, None, True))
        member = self.members.sorted("id")[0]
        for first, last, skipped in cases:
            with self.subTest(first=first, last=last):
                absence = self.absent(member, first, last)
                counts = self.counts(self.make_customers(3))
                self.assertEqual(counts[0] == 0, skipped)
                absence.unlink()

    def test_leader_stands_in_when_nobody_is_there(self):
        team = self._make_team("Away", self.env["res.users"], user_id=self.manager.id)
        rule = self.make_rule(to=team)
        self.assertTrue(rule.warning)
        customer = self.make_customer()
        self.assertEqual(customer.user_id, self.manager)
        log = self.assertLogged(customer, "rule")
        self.assertFalse(log.turn)
        self.assertTrue(log.verdict["leader"])

    def test_members_who_may_not_work_in_the_company_are_skipped(self):
        stranger = self._make_employee(
            "stranger", "base.group_user", self._make_shop("Other shop")
        )
        team = self._make_team("Mixed", self.members[0] + stranger, company_id=False)
        self.make_rule(to=team)
        self.assertEqual(self.make_customers(3).user_id, self.members[0])

    def test_busy_turn_is_drawn_by_a_job(self):
        self.make_rule(to=self.team)
        with trap_jobs() as trap:
            with patch(f"{TURN}._lock", lambda self, ids, patient: patient):
                customers = self.make_customers(3)
                self.assertFalse(customers.user_id)
                trap.assert_jobs_count(1, only=customers._job_assign_by_rules)
            job = next(
                job
                for job in trap.enqueued_jobs
                if job.method_name == "_job_assign_by_rules"
            )
            job.perform()
        self.assertEqual(self.counts(customers), [1, 1, 1])

    def test_queries_do_not_grow_with_customers_or_rules(self):
        for number in range(20):
            self.make_rule(
                ("source", "=", self.zalo), to=self.members[0], sequence=number
            )
        self.make_rule(("source", "=", self.facebook), to=self.team, sequence=99)
        quiet = self.Partner.with_context(
            tracking_disable=True, _partners_skip_fields_sync=True
        )
        customers = quiet.create(
            [{"name": f"Khách {n}", "user_id": self.manager.id} for n in range(300)]
        )
        quiet.env.flush_all()
        customers.sudo().with_context(**LOGGED).user_id = False
        customers.source_id = self.facebook
        quiet.env.flush_all()
        few, many = customers[:30], customers[30:]
        few._assign_by_rules("created")  # what is read once a process
        quiet.env.flush_all()
        few.sudo().with_context(**LOGGED).user_id = False
        quiet.env.flush_all()
        counts = []
        for some in (few, many):
            quiet.env.invalidate_all()
            before = self.cr.sql_log_count
            some._assign_by_rules("created")
            quiet.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(self.counts(many), [90, 90, 90])
        # Odoo updates 100 rows a statement: 3 owners of 10 rows, then of 90.
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(counts[0], 46)


@tagged("post_install", "-at_install")
class TestOwnersOfImports(ImportCase, OwnerCase):
    def test_rows_without_owner_take_turns_and_given_owners_stay(self):
        self.make_rule(to=self.team)
        rows = [["", f"Khách {n}", f"08620003{n:02d}", ""] for n in range(6)]
        rows.append(["", "Khách riêng", "0862000399", self.manager.login])
        headings = (
            "Mã khách hàng",
            "Tên khách hàng",
            "Điện thoại",
            "Nhân viên phụ trách",
        )
        record = self.start_import(rows, headings)
        customers = record.row_ids.sorted("number").partner_id
        self.assertEqual(self.counts(customers[:6]), [2, 2, 2])
        self.assertEqual(customers[6].user_id, self.manager)
        self.assertLogged(customers[0], "rule")
        self.assertLogged(customers[6], "import")

    def test_rules_about_changes_are_asked_once_an_import(self):
        customers = self.make_customers(4)
        self.make_rule(event="updated", to=self.team)
        rows = [
            [customer.ref, customer.name, f"08620004{n:02d}"]
            for n, customer in enumerate(customers)
        ]
        asked = []
        Mixin = type(self.env["res.partner"])
        original = Mixin._assign_by_rules

        def spy(records, *args, **kwargs):
            asked.append(len(records))
            return original(records, *args, **kwargs)

        with patch.object(Mixin, "_assign_by_rules", spy):
            self.start_import(rows, mode="update")
        self.assertEqual(asked, [4])
        self.assertEqual(sorted(self.counts(customers)), [1, 1, 2])
