"""What automation rules hear of points and do with them, without Python."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import LoyaltyCase

NEWS = "odoo.addons.crm_loyalty.models.crm_loyalty_news"


# Automation rules listen only when all modules are loaded.
@tagged("post_install", "-at_install")
class TestAutomation(LoyaltyCase):
    def action(self, model="res.partner", state="points_add", **vals):
        """An action that an administrator made."""
        if state == "points_add":
            vals = {"points_amount": 50, "points_reason": "Quà cảm ơn"} | vals
        return self.superuser_env["ir.actions.server"].create(
            {
                "name": state,
                "state": state,
                "model_id": self.superuser_env["ir.model"]._get_id(model),
                **vals,
            }
        )

    def listen(self, field, after, before=None, model="loyalty.card"):
        names = self.superuser_env["ir.model.fields"]._get(model, field)
        return self.superuser_env["base.automation"].create(
            {
                "name": field,
                "model_id": self.superuser_env["ir.model"]._get_id(model),
                "trigger": "on_create_or_write",
                "trigger_field_ids": names.ids,
                "filter_domain": repr(after),
                "filter_pre_domain": repr(before) if before else False,
            }
        )

    def note(self, automation, text="Báo tin"):
        return self.action(
            "loyalty.card",
            "customer_interaction",
            interaction_channel="note",
            interaction_summary=text,
            base_automation_id=automation.id,
        )

    def noted(self, partner=None, text="Báo tin"):
        self.settle()
        return self.superuser_env["crm.interaction"].search_count(
            [
                ("partner_id", "=", (partner or self.customer).id),
                ("summary", "=", text),
            ]
        )

    def run_on(self, action, records):
        """As an automation rule would, for the seller."""
        action.with_user(self.seller).sudo().with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id
        ).run()

    def test_add_points_once_per_record(self):
        action = self.action("sale.order")
        order, other = self.order(1, confirm=False), self.order(1, confirm=False)
        self.run_on(action, order)
        self.run_on(action, order)
        self.assertEqual(self.balance(), 50)
        self.run_on(action, order | other)
        self.assertEqual(self.balance(), 100)
        line = self.card().history_ids[:1]
        self.assertEqual((line.description, line.kind), ("Quà cảm ơn", "adjust"))
        often = self.action("sale.order", points_once=False)
        self.run_on(often, order)
        self.run_on(often, order)
        self.assertEqual(self.balance(), 200)
        self.assertProved()

    def test_add_points_to_many_customers_in_few_queries(self):
        people = self.env["res.partner"].create(
            [{"name": f"Khách {number}"} for number in range(60)]
        )
        action = self.action()
        self.run_on(action, people[:2])
        self.env.flush_all()
        with self.assertQueryCount(20):
            self.run_on(action, people[2:])
        self.run_on(action, people)
        self.assertEqual({self.balance(person) for person in people}, {50})

    def test_confirming_an_order_adds_points(self):
        automation = self.listen(
            "state", [("state", "=", "sale")], [("state", "!=", "sale")], "sale.order"
        )
        self.action("sale.order", base_automation_id=automation.id)
        order = self.order(1)
        self.assertEqual(self.balance(), 60)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self.balance(), 60)

    def test_what_is_missing_is_said(self):
        for vals, words in (
            ({"points_amount": 0}, "above zero"),
            ({"points_reason": False}, "why"),
            ({"model": "res.country"}, "no customer"),
        ):
            action = self.action(**vals).with_context(lang="en_US")
            self.assertIn(words, action.warning)
        action = self.action()
        self.assertIn("50", action.with_context(lang="en_US")._generate_action_name())
        action.state = "customer_assign"
        self.assertFalse(action.points_amount)
        self.program.active = False
        with self.assertRaisesRegex(UserError, "no points program"):
            self.run_on(self.action(), self.customer)

    def test_balance_reached_by_an_order_is_heard_once(self):
        automation = self.listen(
            "points_reached",
            [("points_reached", ">=", 100)],
            [("points_reached", "<", 100)],
        )
        self.note(automation)
        self.order(6)
        self.assertEqual(self.noted(), 0)
        self.order(6)
        self.assertEqual(self.noted(), 1)
        self.order(6)
        self.assertEqual(self.noted(), 1)
        self.order(1, points=150)
        self.assertEqual(self.noted(), 1)
        self.order(20)
        self.assertEqual(self.noted(), 2)

    def test_balance_before_there_was_a_rule_counts(self):
        self.give(150)
        automation = self.listen(
            "points_reached",
            [("points_reached", ">=", 100)],
            [("points_reached", "<", 100)],
        )
        self.note(automation)
        self.give(10)
        self.assertEqual(self.noted(), 0)

    def test_balances_that_jobs_change_are_heard(self):
        self.program.write({"validity": "months", "validity_months": 1})
        self.admin_env["loyalty.rule"].create(
            {
                "program_id": self.program.id,
                "name": "Sinh nhật",
                "rule_type": "birthday",
                "points": 120,
            }
        )
        up = self.listen(
            "points_reached",
            [("points_reached", ">=", 100)],
            [("points_reached", "<", 100)],
        )
        down = self.listen(
            "points_reached",
            [("points_reached", "=", 0)],
            [("points_reached", ">", 0)],
        )
        self.note(up)
        self.note(down, "Hết điểm")
        self.customer.birthdate = date(1990, 5, 5)
        with freeze_time("2030-05-05 05:00:00"):
            self.admin_env["res.partner"]._cron_give_event_points()
            self.assertEqual((self.noted(), self.balance()), (1, 120))
        with freeze_time("2030-06-07 05:00:00"):
            with trap_jobs() as trap:
                self.admin_env["loyalty.card"]._cron_expire_points()
                trap.perform_enqueued_jobs()
            self.assertEqual(self.noted(text="Hết điểm"), 1)
            self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_failing_rule_leaves_points_right(self):
        automation = self.listen("points_reached", [("points_reached", ">", 0)])
        self.action(
            "loyalty.card", "code", code="1 / 0", base_automation_id=automation.id
        )
        with self.assertLogs(NEWS, "WARNING"):
            self.order(10)
            self.settle()
        self.assertEqual(self.balance(), 100)
        self.assertProved()

    def test_rules_that_answer_each_other_end(self):
        for points in (50, 7):
            automation = self.listen("points_reached", [("points_reached", ">", 0)])
            self.action(
                "loyalty.card",
                points_amount=points,
                points_once=False,
                base_automation_id=automation.id,
            )
        self.order(10)
        self.assertGreaterEqual(self.balance(), 157)
        self.assertProved()

    def test_points_about_to_expire_are_told_once(self):
        self.program.write(
            {"validity": "months", "validity_months": 1, "expiry_notice_days": 7}
        )
        self.note(self.listen("expiry_notice_on", [("expiry_notice_on", "!=", False)]))
        with freeze_time("2030-05-01 05:00:00"):
            self.order(5)
        for moment, times in (
            ("2030-05-20 05:00:00", 0),
            ("2030-05-25 05:00:00", 1),
            ("2030-05-26 05:00:00", 1),
        ):
            with freeze_time(moment):
                self.announce()
                self.assertEqual(self.noted(), times, moment)
        with freeze_time("2030-05-26 06:00:00"):
            self.order(5)
        with freeze_time("2030-06-20 05:00:00"):
            self.announce()
            self.assertEqual(self.noted(), 2)
            self.assertEqual(self.card().expiry_notice_on, date(2030, 6, 26))

    def test_no_notice_when_switched_off(self):
        self.program.write(
            {"validity": "months", "validity_months": 1, "expiry_notice_days": 0}
        )
        with freeze_time("2030-05-01 05:00:00"):
            self.order(5)
        with freeze_time("2030-05-31 05:00:00"):
            self.announce()
        self.assertFalse(self.card().expiry_notice_on)

    def announce(self):
        with trap_jobs() as trap:
            self.admin_env["loyalty.card"]._cron_announce_expiry()
            trap.perform_enqueued_jobs()
        self.settle()
