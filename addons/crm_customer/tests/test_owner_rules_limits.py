"""Where owner rules meet rights, other companies, archived and deleted records."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import ImportCase
from .common_owners import OwnerCase


@tagged("post_install", "-at_install")
class TestRulesOfHiddenCustomers(OwnerCase):
    """Telesales see only their own customers; rules give them to others as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.switch(True)

    def save(self, customer, **vals):
        """What the form does, and the jobs that ask the rules afterwards."""
        with trap_jobs() as trap:
            [saved] = customer.web_save(vals, {"name": {}, "user_id": {}})
            self.env.flush_all()
            jobs = [
                job
                for job in trap.enqueued_jobs
                if job.method_name == "_job_assign_by_rules"
            ]
            self.assertFalse(self.Partner.browse(saved["id"]).sudo().user_id)
            for job in jobs:
                job.perform()
        return self.Partner.browse(saved["id"]), len(jobs)

    def test_saving_should_work_if_a_rule_gives_the_customer_to_a_colleague(self):
        self.make_rule(event="updated")
        free = self.Partner.sudo().create({"name": "Khách", "user_id": False})
        customer, jobs = self.save(free.with_env(self.env), comment="Gọi lại")
        self.assertEqual(jobs, 1)
        self.assertEqual(customer.sudo().user_id, self.members[0])
        log = self.Log.sudo().search([("partner_id", "=", customer.id)])
        self.assertEqual((log.reason, log.user_id), ("rule", self.telesale))

    def test_creating_should_work_if_a_rule_gives_the_customer_to_a_colleague(self):
        self.make_rule(to=self.team)
        customer, jobs = self.save(self.Partner, name="Khách", user_id=False)
        self.assertEqual(jobs, 1)
        self.assertEqual(customer.sudo().user_id, self.members.sorted("id")[0])

    def test_rules_should_be_asked_at_once_for_whom_the_user_sees(self):
        self.make_rule(to=self.telesale)
        with trap_jobs() as trap:
            customer = self.make_customer(user_id=False)
            trap.assert_jobs_count(0, only=customer._job_assign_by_rules)
        self.assertEqual(customer.user_id, self.telesale)


@tagged("post_install", "-at_install")
class TestValuesOfConditions(OwnerCase):
    def assertKept(self, record, *words):
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            record.unlink()
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_values_should_not_be_deleted_below_a_condition(self):
        env = self.superuser_env
        group = env["crm.customer.group"].create(
            {"name": "VIP", "company_id": self.company.id}
        )
        user = self._make_employee("short", "base.group_user", self.company)
        cases = (
            ("source", self.zalo),
            ("page", self.facebook),
            ("group", group),
            ("created_by", user.with_env(env)),
        )
        for attribute, record in cases:
            with self.subTest(attribute):
                rule = self.make_rule((attribute, "!=", record), name="Không Zalo")
                self.assertKept(
                    record.with_env(env), record.display_name, "owner rule Không Zalo"
                )
                rule.unlink()
                record.with_env(env).unlink()

    def test_takers_should_not_be_deleted_below_a_rule(self):
        env = self.superuser_env
        user = self._make_employee("short", "base.group_user", self.company)
        team = self._make_team("Đội ngắn ngày", self.members)
        team.crm_team_member_ids.unlink()
        for taker in (user.with_env(env), team):
            with self.subTest(taker._name):
                rule = self.make_rule(to=taker, name="Chia đều", active=False)
                self.assertKept(taker, taker.display_name, "owner rule Chia đều")
                rule.unlink()
                taker.unlink()

    def test_archived_values_should_count_as_before(self):
        group = self.superuser_env["crm.customer.group"].create(
            {"name": "VIP", "company_id": self.company.id}
        )
        rule = self.make_rule(("group", "=", group))
        group.active = False
        self.env.registry.clear_cache()
        self.assertEqual(rule.condition_ids._values().ids, group.ids)
        rule.condition_ids.operator = "="  # checked again
        [plan] = self.env["crm.owner.rule"]._plans()
        self.assertEqual(plan.conditions[0].values, frozenset(group.ids))

    def test_empty_condition_should_give_nobody_away(self):
        self.make_rule(("source", "!=", self.zalo))
        self.cr.execute("DELETE FROM crm_owner_rule_condition_source_rel")
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertFalse(self.make_customer().user_id)


@tagged("post_install", "-at_install")
class TestRulesOfOtherCompanies(OwnerCase):
    def test_dialog_should_show_only_rules_that_the_user_may_read(self):
        other = self._make_shop("Other shop")
        stranger = self._make_employee("stranger", "base.group_user", other)
        self.superuser_env["crm.owner.rule"].create(
            {"name": "Theirs", "company_id": other.id, "user_id": stranger.id}
        )
        rule = self.make_rule(name="Ours")
        customer = self.make_customer()
        test = (
            self.env["crm.owner.test"]
            .with_user(self.manager)
            .create({"partner_id": customer.id})
        )
        self.assertIn("Ours", test.result)
        self.assertNotIn("Theirs", test.result)
        self.assertEqual([r["record"].id for r in test._judgement()["rules"]], rule.ids)


@tagged("post_install", "-at_install")
class TestArchivedMembersAndImports(ImportCase, OwnerCase):
    def test_import_should_give_nothing_to_former_members(self):
        self.make_rule(to=self.team)
        first = self.members.sorted("id")[0]
        self.team.crm_team_member_ids.filtered(
            lambda member: member.user_id == first
        ).active = False
        rows = [["", f"Khách {n}", f"08620007{n:02d}"] for n in range(4)]
        customers = self.start_import(rows).row_ids.partner_id
        self.assertEqual(len(customers), 4)
        self.assertEqual(self.counts(customers), [0, 2, 2])

    def test_former_member_should_keep_nothing_from_a_rule_of_changes(self):
        self.make_rule(to=self.team, event="updated", keep_owner=False)
        first = self.members.sorted("id")[0]
        customer = self.make_customer(user_id=first.id)
        self.team.crm_team_member_ids.filtered(
            lambda member: member.user_id == first
        ).active = False
        customer.with_context(active_test=False).write(
            {"category_id": [Command.clear()], "comment": "x"}
        )
        self.assertEqual(customer.user_id, self.members.sorted("id")[1])


@tagged("post_install", "-at_install")
class TestRulesAgainstEachOther(OwnerCase):
    def jobs_until_quiet(self):
        """How many rounds of jobs follow from the commit of this transaction."""
        for number in range(8):
            with trap_jobs() as trap:
                self.env.cr.flush()
                if not trap.enqueued_jobs:
                    return number
                trap.perform_enqueued_jobs()
            self.env.invalidate_all()
        return self.fail("The rules pass the customer around for ever.")

    def test_rules_of_groups_should_not_pass_a_customer_around(self):
        """One gives to Ann who isn't Ann's, the other to Bob who isn't Bob's."""
        ann, bob = self.members[:2]
        for person, other in ((ann, bob), (bob, ann)):
            group = self.superuser_env["crm.customer.group"].create(
                {
                    "name": f"Not {other.name}",
                    "company_id": self.company.id,
                    "condition_ids": [
                        Command.create(
                            {
                                "attribute": "owner",
                                "operator": "in",
                                "user_ids": [Command.set(other.ids)],
                            }
                        )
                    ],
                }
            )
            self.make_rule(
                ("group", "=", group), to=person, event="updated", keep_owner=False
            )
        customer = self.make_customer()
        self.jobs_until_quiet()
        customer.user_id = ann
        self.assertLessEqual(self.jobs_until_quiet(), 3)
        self.assertEqual(customer.user_id, bob)
        self.assertLogged(customer, "hand", "rule")


@tagged("post_install", "-at_install")
class TestContextOfOtherPrograms(OwnerCase):
    def test_context_should_not_get_past_rules_and_log(self):
        self.make_rule(event="updated")
        customer = self.make_customer()
        of_rpc = customer.with_context(
            crm_customer_owner_logged=True,
            crm_customer_creating=True,
            crm_customer_ask_rules_later=True,
            crm_customer_by_rule=True,
            crm_customer_owner_reason="rule",
        )
        of_rpc.comment = "x"
        self.assertEqual(customer.user_id, self.members[0])
        of_rpc.user_id = self.manager
        self.assertLogged(customer, "rule", "hand")

    def test_context_should_not_give_a_false_reason(self):
        customer = self.make_customer(user_id=self.telesale.id)
        for reason, owner in (("import", self.manager), ("merge", self.telesale)):
            claiming = customer.with_context(crm_customer_owner_reason=reason)
            claiming.user_id = owner
        self.assertLogged(customer, "hand", "hand", "hand")
