from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import make_user
from .common_owners import OwnerCase

MODULE = "odoo.addons.crm_customer.models.crm_owner_transfer"


@tagged("post_install", "-at_install")
class TestOwnerTransfer(OwnerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leaving = cls.members[0]
        cls.others = cls.members[1:].sorted("id")
        cls.Transfer = cls.env["crm.owner.transfer"].with_user(cls.manager)

    def bulk(self, customers, **vals):
        action = customers.with_user(self.manager).action_change_owner()
        return self.Transfer.with_context(**action["context"]).create(vals)

    def hand_over(self, **vals):
        return self.Transfer.create({"from_user_id": self.leaving.id, **vals})

    def give_work(self):
        """An open opportunity, a quotation and an activity; a lost one, an order."""
        env = self.superuser_env(context=self.env.context)
        user = {"user_id": self.leaving.id}
        customer = self.make_customer(user_id=self.leaving.id)
        lead, lost = env["crm.lead"].create(
            [{"name": name, "company_id": self.company.id, **user} for name in "ab"]
        )
        lost.action_set_lost()
        order = {"partner_id": customer.id, "company_id": self.company.id, **user}
        quotation, sold = env["sale.order"].create([order, order])
        sold.state = "sale"
        activity = customer.with_env(env).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.leaving.id
        )
        return customer, (lead, quotation, activity), (lost, sold)

    def test_selected_customers_go_to_a_person(self):
        customers = self.make_customers(3, user_id=self.manager.id)
        change = self.bulk(customers, to_user_id=self.telesale.id)
        self.assertEqual(change.customer_count, 3)
        change.action_start()
        self.assertEqual(customers.user_id, self.telesale)
        self.assertEqual(change.state, "done")
        self.assertEqual(change.moved_count, 3)
        self.assertLogged(customers[0], "hand", "bulk")

    def test_selected_customers_are_dealt_out_evenly(self):
        customers = self.make_customers(7)
        self.bulk(customers, assign_to="team", team_id=self.team.id).action_start()
        self.assertEqual(self.counts(customers), [3, 2, 2])

    def test_selected_customers_go_where_the_rules_say(self):
        self.make_rule(("source", "=", self.zalo), event="created")
        customers = self.make_customers(2, user_id=self.manager.id)
        customers[0].source_id = self.zalo
        change = self.bulk(customers, assign_to="rules")
        change.action_start()
        self.assertEqual(customers.mapped("user_id"), self.members[0] + self.manager)
        self.assertEqual(change.moved_count, 1)
        self.assertLogged(customers[0], "hand", "rule")

    def test_everything_of_a_leaving_employee(self):
        customer, moves, stays = self.give_work()
        archived = self.make_customer(user_id=self.leaving.id, active=False)
        foreign = self.make_customer(user_id=self.manager.id)
        transfer = self.hand_over(to_user_id=self.telesale.id)
        counts = ("customer", "opportunity", "quotation", "activity")
        self.assertEqual([transfer[f"{name}_count"] for name in counts], [2, 1, 1, 1])
        transfer.action_start()
        for record in (customer, archived, *moves):
            self.assertEqual(record.user_id, self.telesale, record._name)
        for record in stays:
            self.assertEqual(record.user_id, self.leaving, record._name)
        self.assertEqual(foreign.user_id, self.manager)
        self.assertLogged(customer, "hand", "hand_over")

    def test_only_what_is_ticked(self):
        customer, (lead, quotation, activity), _stays = self.give_work()
        self.hand_over(
            to_user_id=self.telesale.id,
            with_customers=False,
            with_quotations=False,
            with_activities=False,
        ).action_start()
        self.assertEqual(lead.user_id, self.telesale)
        self.assertEqual((customer + customer).user_id, self.leaving)
        self.assertEqual(quotation.user_id, self.leaving)
        self.assertEqual(activity.user_id, self.leaving)

    def test_hand_over_to_a_team_leaves_out_who_leaves(self):
        customers = self.make_customers(4, user_id=self.leaving.id)
        self.hand_over(assign_to="team", team_id=self.team.id).action_start()
        self.assertEqual(customers.mapped("user_id"), self.others)
        self.assertEqual(sorted(self.counts(customers)), [0, 2, 2])

    def test_hand_over_by_rules_needs_the_team_without_who_leaves(self):
        self.make_rule(to=self.team, event="updated")
        customers = self.make_customers(2, user_id=self.leaving.id)
        transfer = self.hand_over(assign_to="rules")
        with self.assertRaises(UserError):
            transfer.action_start()
        self.team.crm_team_member_ids.filtered(
            lambda member: member.user_id == self.leaving
        ).active = False
        transfer.action_start()
        self.assertEqual(customers.mapped("user_id"), self.others)

    def test_undo_gives_back_what_nobody_has_moved_on(self):
        customer, moves, _stays = self.give_work()
        other = self.make_customer(user_id=self.leaving.id)
        transfer = self.hand_over(to_user_id=self.telesale.id)
        transfer.action_start()
        other.user_id = self.manager
        transfer.action_undo()
        for record in (customer, *moves):
            self.assertEqual(record.user_id, self.leaving, record._name)
        self.assertEqual(other.user_id, self.manager)
        self.assertLogged(customer, "hand", "hand_over", "undo")
        self.assertEqual(transfer.state, "undone")
        self.assertEqual(transfer.moved_count, 2)
        with self.assertRaises(UserError):
            transfer.action_undo()

    def test_many_customers_move_in_jobs_that_may_run_twice(self):
        customers = self.make_customers(5, user_id=self.leaving.id)
        transfer = self.hand_over(assign_to="team", team_id=self.team.id)
        with (
            patch(f"{MODULE}.AT_ONCE", 2),
            patch(f"{MODULE}.BATCH", 2),
            trap_jobs() as trap,
        ):
            action = transfer.action_start()
            self.assertEqual(action["res_id"], transfer.id)
            self.assertEqual((transfer.state, transfer.total), ("running", 5))
            with self.assertRaises(UserError):
                transfer.action_start()
            jobs = [j for j in trap.enqueued_jobs if j.model_name == transfer._name]
            self.assertEqual(len(jobs), 5)  # work, three batches, the end
            for job in jobs[1:4] + jobs:
                job.perform()
        self.assertEqual(transfer.state, "done")
        self.assertEqual(transfer.moved_count, 5)
        self.assertEqual(sorted(self.counts(customers)), [0, 2, 3])

    def test_many_customers_go_back_in_jobs_that_may_run_twice(self):
        customers = self.make_customers(5, user_id=self.leaving.id)
        transfer = self.hand_over(to_user_id=self.telesale.id)
        transfer.action_start()
        with (
            patch(f"{MODULE}.AT_ONCE", 2),
            patch(f"{MODULE}.BATCH", 2),
            trap_jobs() as trap,
        ):
            transfer.action_undo()
            self.assertEqual(transfer.state, "running")
            self.assertEqual(customers.user_id, self.telesale)
            with self.assertRaises(UserError):
                transfer.action_undo()
            jobs = [j for j in trap.enqueued_jobs if j.model_name == transfer._name]
            self.assertEqual(len(jobs), 5)  # work, three batches, the end
            transfer._job_undo_failed(exc_name="ValueError", exc_message="x")
            self.assertIn("ValueError", transfer.problem)
            transfer.state = "running"
            for job in jobs[1:4] + jobs:
                job.perform()
        self.assertEqual(customers.user_id, self.leaving)
        self.assertEqual(transfer.state, "undone")
        self.assertLogged(customers[0], "hand", "hand_over", "undo")

    def test_failed_hand_over_can_go_on(self):
        customers = self.make_customers(2, user_id=self.leaving.id)
        transfer = self.hand_over(to_user_id=self.telesale.id)
        transfer.state = "running"
        transfer._job_move(customers[:1].ids, self.telesale.ids)
        transfer._job_failed(exc_name="ValueError", exc_message="x")
        self.assertEqual(transfer.state, "failed")
        self.assertIn("ValueError", transfer.problem)
        transfer.action_start()
        self.assertEqual(customers.user_id, self.telesale)
        self.assertEqual((transfer.total, transfer.moved_count), (2, 2))

    def test_unclear_orders_are_refused(self):
        for vals in (
            {"assign_to": "user"},
            {"to_user_id": self.leaving.id},
            {"from_user_id": False, "to_user_id": self.telesale.id},
            {"assign_to": "team", "team_id": self._make_team("None", []).id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.hand_over(**vals).action_start()

    def test_what_was_started_is_kept(self):
        transfer = self.hand_over(to_user_id=self.telesale.id)
        started = transfer.copy()
        transfer.unlink()
        started.action_start()
        with self.assertRaises(UserError):
            started.unlink()

    def test_users_may_not_hand_over(self):
        transfer = self.hand_over(to_user_id=self.telesale.id)
        for act in ("action_start", "action_undo", "action_view_log"):
            with self.subTest(act), self.assertRaises(AccessError):
                getattr(transfer.with_user(self.telesale), act)()


@tagged("post_install", "-at_install")
class TestRightsOnOwners(OwnerCase):
    def test_log_is_readable_by_whoever_may_read_the_customer(self):
        customer = self.make_customer(user_id=self.manager.id)
        log = self.assertLogged(customer, "hand")
        env = self.superuser_env
        other = self._make_shop("Other shop")
        stranger = self._make_employee(
            "stranger", "crm_customer.crm_customer_group_user", other
        )
        theirs = log.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertTrue(theirs.search([("partner_id", "=", customer.id)]))
        customer.with_env(env).company_id = self.company
        theirs.invalidate_model()
        self.assertFalse(theirs.search([("partner_id", "=", customer.id)]))
        self.assertEqual(theirs.search_count([("partner_id", "=", customer.id)]), 0)
        with self.assertRaises(AccessError):
            theirs.read(["to_user_id"])
        self.assertEqual(log.with_user(self.telesale).to_user_id, self.manager)

    def test_nobody_changes_the_log(self):
        log = self.assertLogged(self.make_customer(user_id=self.manager.id), "hand")
        for user in (self.telesale, self.manager):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    log.with_user(user).write({"to_user_id": user.id})
                with self.assertRaises(AccessError):
                    log.with_user(user).unlink()

    def test_portal_and_employees_without_the_app(self):
        customer = self.make_customer(user_id=self.manager.id)
        log = self.assertLogged(customer, "hand")
        for login, group in (("buyer", "portal"), ("stockman", "user")):
            user = make_user(
                self.superuser_env,
                f"{login}_of_tests",
                f"base.group_{group}",
                company_id=self.company.id,
                company_ids=self.company.ids,
            )
            for record in (log, self.make_rule()):
                with self.subTest(login, model=record._name):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["id"])

    def test_customers_of_the_portal_are_owned_by_rules_as_well(self):
        self.make_rule(event="both", to=self.team)
        here = self.superuser_env(context={"allowed_company_ids": self.company.ids})
        # Not `make_user`: the invitation writes on the new contact.
        buyer = new_test_user(here, "buyer_of_tests", "base.group_portal")
        owner = buyer.partner_id.user_id
        self.assertIn(owner, self.members)
        buyer.partner_id.with_user(buyer).sudo().comment = "changed in the portal"
        self.assertEqual(buyer.partner_id.user_id, owner)

    def test_rights_of_who_creates_a_customer_do_not_matter_to_rules(self):
        self.superuser_env["ir.rule"].create(
            {
                "name": "Only own customers",
                "model_id": self.superuser_env.ref("base.model_res_partner").id,
                "groups": [
                    Command.link(
                        self.superuser_env.ref(
                            "crm_customer.crm_customer_group_user"
                        ).id
                    )
                ],
                "domain_force": "['|', ('is_customer', '=', False), "
                "('user_id', 'in', (user.id, False))]",
            }
        )
        self.make_rule(to=self.manager)
        customer = self.make_customer()
        self.env.invalidate_all()
        self.assertEqual(customer.sudo().user_id, self.manager)
