from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_owners import OwnerCase


@tagged("post_install", "-at_install")
class TestOwnerRules(OwnerCase):
    def test_new_customer_goes_to_the_person_of_the_rule(self):
        rule = self.make_rule(("source", "=", self.facebook))
        customer = self.make_customer(source_id=self.facebook.id)
        self.assertEqual(customer.user_id, self.members[0])
        log = self.assertLogged(customer, "rule")
        self.assertEqual(log.rule_id, rule)
        self.assertEqual(log.user_id, self.telesale)
        self.assertEqual(rule.assigned_count, 1)
        self.assertFalse(self.make_customer(source_id=self.zalo.id).user_id)

    def test_conditions_on_each_attribute(self):
        someone, other = self.members[1], self.members[2]
        cases = (
            ("source", "=", self.facebook, True),
            ("source", "!=", self.facebook, False),
            ("page", "=", self.facebook, True),
            ("page", "!=", self.facebook, False),
            ("created_by", "=", someone, True),
            ("created_by", "=", other, False),
            ("updated_by", "!=", other, True),
            ("updated_by", "!=", someone, False),
        )
        for attribute, operator, value, expected in cases:
            with self.subTest(attribute=attribute, operator=operator, value=value):
                rule = self.make_rule((attribute, operator, value))
                customer = self.Partner.with_user(someone).create(
                    {"name": "Khách", "source_id": self.facebook.id}
                )
                self.assertEqual(bool(customer.user_id), expected)
                rule.active = False

    def test_all_conditions_and_several_values(self):
        self.make_rule(
            ("source", "=", self.facebook + self.zalo),
            ("created_by", "!=", self.manager),
        )
        by_telesale = self.make_customer(source_id=self.zalo.id)
        self.assertTrue(by_telesale.user_id)
        by_manager = self.Partner.with_user(self.manager).create(
            {"name": "Khách", "source_id": self.zalo.id}
        )
        self.assertFalse(by_manager.user_id)

    def test_order_decides_and_can_be_changed(self):
        first = self.make_rule(to=self.members[0], sequence=1)
        second = self.make_rule(to=self.members[1], sequence=2)
        self.assertEqual(self.make_customer().user_id, self.members[0])
        first.sequence, second.sequence = 2, 1
        self.assertEqual(self.make_customer().user_id, self.members[1])
        second.active = False
        self.assertEqual(self.make_customer().user_id, self.members[0])
        first.unlink()
        self.assertFalse(self.make_customer().user_id)

    def test_given_owner_stays(self):
        self.make_rule()
        customer = self.make_customer(user_id=self.manager.id)
        self.assertEqual(customer.user_id, self.manager)
        self.assertLogged(customer, "hand")

    def test_form_asks_rules_when_the_owner_is_left_empty(self):
        self.make_rule()
        with Form(self.Partner.with_context(default_is_customer=True)) as form:
            form.name = "Khách"
        self.assertEqual(form.record.user_id, self.members[0])

    def test_contacts_that_are_no_customers_have_nothing_to_do_with_it(self):
        self.make_rule(event="both")
        customer = self.make_customer(user_id=self.manager.id)
        person = self.Partner.create({"name": "Liên hệ", "parent_id": customer.id})
        supplier = self.Partner.create({"name": "Xưởng", "is_customer": False})
        (person + supplier).write({"comment": "x"})
        self.assertFalse(supplier.user_id)
        self.assertFalse(
            self.Log.search([("partner_id", "in", (person + supplier).ids)])
        )

    def test_contact_that_becomes_a_customer_is_a_new_customer(self):
        self.make_rule()
        contact = self.Partner.create({"name": "Xưởng", "is_customer": False})
        contact.is_customer = True
        self.assertEqual(contact.user_id, self.members[0])

    def test_changed_customer(self):
        self.make_rule(("source", "=", self.zalo), event="updated")
        customer = self.make_customer(source_id=self.facebook.id)
        self.assertFalse(customer.user_id)
        customer.source_id = self.zalo
        self.assertEqual(customer.user_id, self.members[0])
        self.assertLogged(customer, "rule")

    def test_what_odoo_writes_by_itself_is_no_change(self):
        self.make_rule(event="updated")
        customer = self.make_customer()
        customer.message_post(body="x", attachments=[("a.txt", b"a")])
        customer.write({"image_1920": False})
        self.assertFalse(customer.user_id)
        customer.write({"is_customer": True, "source_id": self.zalo.id})
        self.assertEqual(customer.user_id, self.members[0])

    def test_creation_is_no_change(self):
        self.make_rule(event="updated")  # a code is written during the creation
        self.assertFalse(self.make_customer().user_id)

    def test_change_keeps_the_owner_unless_the_rule_takes_over(self):
        rule = self.make_rule(event="updated")
        customer = self.make_customer(user_id=self.manager.id)
        customer.comment = "a"
        self.assertEqual(customer.user_id, self.manager)
        rule.keep_owner = False
        customer.comment = "b"
        self.assertEqual(customer.user_id, self.members[0])
        log = self.assertLogged(customer, "hand", "rule")[-1]
        self.assertEqual(log.from_user_id, self.manager)

    def test_repeated_changes_do_not_pass_a_customer_around_in_its_team(self):
        self.make_rule(to=self.team, event="both", keep_owner=False)
        customer = self.make_customer()
        owner = customer.user_id
        self.assertIn(owner, self.members)
        for comment in "abc":
            customer.comment = comment
        self.assertEqual(customer.user_id, owner)
        self.assertLogged(customer, "rule")

    def test_owner_changed_by_hand_is_not_taken_back_at_once(self):
        self.make_rule(event="both", keep_owner=False)
        customer = self.make_customer()
        customer.user_id = self.manager
        self.assertEqual(customer.user_id, self.manager)
        customer.user_id = False
        self.assertFalse(customer.user_id)
        self.assertLogged(customer, "rule", "hand", "hand")

    def test_archived_person_gets_nothing(self):
        rule = self.make_rule(to=self.members[2])
        self.members[2].sudo().active = False
        self.assertFalse(self.make_customer().user_id)
        rule.invalidate_recordset()
        self.assertIn(self.members[2].name, rule.warning)

    def test_rule_of_another_company_and_rule_of_all(self):
        other = self._make_shop("Other shop")
        stranger = self._make_employee("stranger", "base.group_user", other)
        env = self.superuser_env
        env["crm.owner.rule"].create(
            {"name": "Other", "company_id": other.id, "user_id": stranger.id}
        )
        self.assertFalse(self.make_customer().user_id)
        theirs = env["res.partner"].create({"name": "Khách", "company_id": other.id})
        self.assertEqual(theirs.user_id, stranger)
        self.assertFalse(self.Rule.search([("user_id", "=", stranger.id)]))

    def test_entry_for_automation_says_what_happened(self):
        customers = self.make_customers(2, source_id=self.zalo.id)
        rule = self.make_rule(("source", "=", self.zalo), event="updated")
        changes = customers._assign_by_rules()
        self.assertEqual([change["partner_id"] for change in changes], customers.ids)
        self.assertEqual({change["rule_id"] for change in changes}, {rule.id})
        self.assertEqual(customers._assign_by_rules(), [])

    def test_explanation_keeps_the_names_of_that_time(self):
        rule = self.make_rule(("source", "=", self.facebook))
        customer = self.make_customer(source_id=self.facebook.id)
        log = self.assertLogged(customer, "rule")
        self.assertIn("FB of tests", log.explanation)
        rule.sudo().unlink()
        self.facebook.name = "Renamed"
        log.invalidate_recordset()
        self.assertIn("Rule", log.explanation)
        self.assertIn("FB of tests", log.explanation)

    def test_log_survives_a_merge_and_names_it(self):
        kept = self.make_customer("Giữ")
        gone = self.make_customer("Bỏ", user_id=self.manager.id)
        wizard = self.superuser_env["base.partner.merge.automatic.wizard"]
        wizard._merge((kept + gone).ids, kept.with_env(wizard.env))
        self.assertEqual(kept.user_id, self.manager)
        logs = self.Log.search([("partner_id", "=", kept.id)])
        self.assertEqual(set(logs.mapped("reason")), {"hand", "merge"})

    def test_group_is_asked_for_once_it_is_known(self):
        group = self.superuser_env["crm.customer.group"].create(
            {"name": "Zalo", "company_id": self.company.id}
        )
        created = self.make_rule(("group", "=", group), to=self.members[0])
        updated = self.make_rule(("group", "=", group), event="updated", sequence=1)
        updated.write({"keep_owner": False, "user_id": self.members[1].id})
        new, known = self.make_customer(), self.make_customer(user_id=self.manager.id)
        self.assertFalse(new.user_id)
        group.fixed_partner_ids = [Command.set((new + known).ids)]
        members = self.superuser_env["crm.customer.group.member"]
        members.search([("group_id", "=", group.id)]).unlink()  # not computed yet
        self.env.invalidate_all()
        (new + known)._job_refresh()
        self.assertEqual(new.user_id, self.members[1])
        logs = self.assertLogged(new, "rule", "rule")
        self.assertEqual(logs.rule_id, created + updated)
        self.assertEqual(known.user_id, self.members[1])
        (new + known)._job_refresh()
        self.assertLogged(known, "hand", "rule")

    def test_turns_of_group_rules_are_taken_together(self):
        group = self.superuser_env["crm.customer.group"].create(
            {"name": "Zalo", "company_id": self.company.id}
        )
        condition = ("group", "=", group)
        rules = self.make_rule(condition, to=self.team, event="updated")
        rules += self.make_rule(condition, to=self.team, event="created")
        customer = self.make_customer()
        self.superuser_env["crm.customer.group.member"].create(
            {
                "group_id": group.id,
                "partner_id": customer.id,
                "origin": "fixed",
                "since": "2026-03-01",
            }
        )
        self.env.invalidate_all()
        Turn = type(self.env["crm.owner.turn"])
        with patch.object(Turn, "_lock", autospec=True, return_value=True) as lock:
            customer.sudo()._ask_rules_about_groups()
        taken = [call.args[1] for call in lock.call_args_list]
        self.assertEqual(taken[0], sorted(rules.ids))
        self.assertLessEqual(set().union(*taken[1:]), set(rules.ids))

    def test_incomplete_rules_are_refused(self):
        with self.assertRaises(ValidationError):
            self.Rule.create({"name": "x", "assign_to": "team"})
        with self.assertRaises(ValidationError):
            self.Rule.create({"name": "x", "assign_to": "user"})
        with self.assertRaises(ValidationError):
            self.make_rule(("source", "=", self.env["utm.source"]))
        rule = self.make_rule(("source", "=", self.zalo))
        with self.assertRaises(ValidationError):
            rule.condition_ids.source_ids = [Command.clear()]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.superuser_env["crm.owner.absence"].create(
                {
                    "user_id": self.telesale.id,
                    "date_from": "2026-03-02",
                    "date_until": "2026-03-01",
                }
            )

    def test_copy_waits_until_it_is_switched_on(self):
        copy = self.make_rule(("source", "=", self.zalo)).copy()
        self.assertFalse(copy.active)
        self.assertEqual(copy.condition_ids.source_ids, self.zalo)

    def test_test_on_a_customer_tells_everything_and_changes_nothing(self):
        self.make_rule(("source", "=", self.zalo), name="Zalo", sequence=1)
        rule = self.make_rule(
            ("source", "!=", self.zalo),
            ("created_by", "=", self.telesale),
            to=self.team,
            name="Others",
            sequence=2,
        )
        rule.active = False
        customer = self.make_customer(source_id=self.facebook.id)
        rule.active = True
        test = self.env["crm.owner.test"].create({"partner_id": customer.id})
        judgement = test._judgement()
        self.assertEqual([rule["wins"] for rule in judgement["rules"]], [False, True])
        zalo, others = (rule["conditions"] for rule in judgement["rules"])
        self.assertEqual([line["holds"] for line in zalo], [False])
        self.assertEqual(zalo[0]["found"], ["FB of tests"])
        self.assertEqual([line["holds"] for line in others], [True, True])
        self.assertIn(self.members.sorted("id")[0].name, judgement["outcome"])
        self.assertIn("Others", str(test.result))
        self.assertFalse(customer.user_id)
        self.assertFalse(self.Log.search([("partner_id", "=", customer.id)]))
