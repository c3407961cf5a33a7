"""Field rules: who sets them, and what they do to customers that are there already."""

from ast import literal_eval
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..tools.field_rules import OFFERED
from .common import USER, CustomerCase, make_user

MAIL = "hoa@example.com"


@tagged("post_install", "-at_install")
class TestFieldRule(CustomerCase):
    apart = True

    def switch_on(self, name, **vals):
        rule = self.rule(name).with_user(self.manager)
        rule.write(vals or {"check_duplicate": True})
        return rule

    def test_new_company_has_a_rule_for_each_field(self):
        rules = self.superuser_env["crm.customer.field.rule"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(
            rules.mapped("field_name"), [offered.name for offered in OFFERED]
        )
        self.assertEqual(self.on(rules, "check_duplicate"), ["phone"])
        self.assertEqual(self.on(rules, "required"), ["name"])

    def on(self, rules, switch):
        return rules.filtered(switch).mapped("field_name")

    def test_offering_again_adds_nothing(self):
        rules = self.superuser_env["crm.customer.field.rule"]
        before = rules.search_count([])
        rules._offer()
        self.assertEqual(rules.search_count([]), before)

    def test_rules_of_another_company_are_neither_seen_nor_set(self):
        other = self._make_shop("Other shop")
        rules = self.env["crm.customer.field.rule"].with_user(self.manager)
        self.assertFalse(rules.search([("company_id", "=", other.id)]))
        with self.assertRaises(AccessError):
            self.rule("email", other).with_user(self.manager).required = True

    def test_user_reads_but_cannot_set_rules(self):
        rule = self.rule("email").with_user(self.telesale)
        self.assertEqual(rule.label, "Email")
        with self.assertRaises(AccessError):
            rule.required = True
        with self.assertRaises(AccessError):
            self.env["crm.customer.key"].search([])

    def test_rules_are_found_by_what_users_call_the_field(self):
        rules = self.env["crm.customer.field.rule"].search([("label", "ilike", "ward")])
        self.assertEqual(rules, self.rule("city_id"))

    def test_field_has_one_rule_per_company(self):
        email = self.rule("email")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            email.copy()

    def test_field_that_many_share_is_not_checked_for_duplicates(self):
        with self.assertRaisesRegex(UserError, "Province"):
            self.switch_on("state_id")

    def test_field_that_cannot_have_a_rule_is_refused(self):
        for model, name in (
            ("res.users", "login"),
            ("res.partner", "child_ids"),
            ("res.partner", "credit_limit"),
        ):
            field = self.superuser_env["ir.model.fields"]._get(model, name)
            if not field:
                continue
            with self.subTest(name), self.assertRaises(UserError):
                self.superuser_env["crm.customer.field.rule"].create(
                    {"field_id": field.id, "company_id": self.company.id}
                )

    def test_another_field_can_have_a_rule(self):
        field = self.superuser_env["ir.model.fields"]._get("res.partner", "barcode")
        name = "company_name" if not field or field.company_dependent else "barcode"
        field = self.superuser_env["ir.model.fields"]._get("res.partner", name)
        self.superuser_env["crm.customer.field.rule"].create(
            {
                "field_id": field.id,
                "company_id": self.company.id,
                "check_duplicate": True,
            }
        )
        self.make_customer("A", **{name: "Xưởng  May"})
        with self.assertTaken("A"):
            self.make_customer("B", **{name: "xưởng may"})

    # ------------------------------------------------------------------ switching

    def test_switching_on_tolerates_what_is_there_and_refuses_new(self):
        first = self.make_customer("A", email=MAIL)
        second = self.make_customer("B", email="HOA@example.com ")
        blank = self.make_customer("C") + self.make_customer("D")
        rule = self.switch_on("email")
        self.assertEqual(self.keys(first, "email"), {MAIL: False})
        self.assertEqual(self.keys(second, "email"), {MAIL: True})
        self.assertFalse(self.keys(blank, "email"))
        self.assertEqual(rule.duplicate_count, 1)
        second.comment = "Saving something else is possible"
        second.email = second.email  # so is saving the same again
        with self.assertTaken("A", MAIL):
            self.make_customer("E", email=MAIL)

    def test_next_one_holds_the_value_when_its_holder_gives_it_up(self):
        first = self.make_customer("A", email=MAIL)
        second = self.make_customer("B", email=MAIL)
        third = self.make_customer("C", email=MAIL)
        rule = self.switch_on("email")
        first.email = "other@example.com"
        self.assertEqual(self.keys(second, "email"), {MAIL: False})
        self.assertEqual(self.keys(third, "email"), {MAIL: True})
        second.sudo().unlink()
        self.assertEqual(self.keys(third, "email"), {MAIL: False})
        rule.invalidate_recordset()
        self.assertEqual(rule.duplicate_count, 0)

    def test_switched_off_rule_holds_nothing(self):
        customer = self.make_customer("A", email=MAIL)
        rule = self.switch_on("email")
        rule.check_duplicate = False
        self.assertFalse(self.keys(customer, "email"))
        self.make_customer("B", email=MAIL)
        rule.check_duplicate = True
        self.assertEqual(rule.duplicate_count, 1)
        rule.active = False
        self.make_customer("C", email=MAIL)

    def test_phone_rule_can_be_switched_off(self):
        self.make_customer("A", "0862000001")
        self.rule("phone").check_duplicate = False
        self.make_customer("B", "0862000001")
        self.env.flush_all()

    def test_customer_saved_beside_the_switch_is_caught_by_the_job(self):
        customer = self.make_customer("A", email=MAIL)
        with trap_jobs() as trap:
            rule = self.switch_on("email")
            trap.assert_jobs_count(1, only=rule._job_index)
        self.superuser_env["crm.customer.key"]._release(customer.ids)  # as if unseen
        rule._job_index()
        rule._job_index()
        self.assertEqual(self.keys(customer, "email"), {MAIL: False})

    def test_large_shop_is_compared_by_jobs_slice_by_slice(self):
        first = self.make_customer("A", email=MAIL)
        second = self.make_customer("B", email=MAIL)
        groups, keeping = "crm.customer.group", "odoo.addons.crm_customer.models"
        with (
            patch.object(self.registry[groups], "_is_small", lambda _groups: False),
            patch(f"{keeping}.crm_customer_key_keeping.SLICE", 100),
            trap_jobs() as trap,
        ):
            rule = self.switch_on("email").sudo()
            self.assertTrue(rule.indexing)
            self.assertFalse(self.keys(first + second, "email"))
            new = self.make_customer("C", email="c@x.vn")
            with self.assertTaken("C"):  # new ones can't have the same already
                self.make_customer("D", email="c@x.vn")
            slices = 0
            while trap.enqueued_jobs:
                jobs, trap.enqueued_jobs = trap.enqueued_jobs, []
                for job in jobs:
                    if job.method_name == "_job_index":
                        slices += 1
                        job.perform()
        self.assertFalse(rule.indexing)
        self.assertGreater(slices, 1)
        self.assertEqual(self.keys(first, "email"), {MAIL: False})
        self.assertEqual(self.keys(second, "email"), {MAIL: True})
        self.assertEqual(self.keys(new, "email"), {"c@x.vn": False})

    def test_switching_costs_the_same_for_any_number_of_customers(self):
        rule = self.rule("email")
        counts = []
        for many in (1, 2, 50):
            self.Partner.create(
                [
                    {"name": f"K{many}-{n}", "email": f"k{many}-{n}@example.com"}
                    for n in range(many)
                ]
            )
            rule.check_duplicate = False
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            rule.check_duplicate = True
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    # ------------------------------------------------------------------ merging

    def test_duplicates_are_listed_and_merged(self):
        first = self.make_customer("A", email=MAIL, ref="VIP-1")
        second = self.make_customer("B", email=MAIL.upper(), phone="0862000001")
        self.make_customer("C")
        self.make_customer("D")
        rule = self.switch_on("email")
        action = rule.action_view_duplicates()
        keys = self.env["crm.customer.key"].with_user(self.manager)
        listed = keys.search(action["domain"])
        self.assertEqual(listed.partner_id, first + second)
        action = keys.with_context(**action["context"]).action_merge()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.manager)
        self.assertEqual(wizard.partner_ids, first + second)
        wizard.dst_partner_id = first
        wizard.action_merge()
        self.assertFalse(second.exists())
        self.assertRecordValues(
            first, [{"phone": "0862000001", "ref": "VIP-1", "is_customer": True}]
        )
        self.assertEqual(self.keys(first, "email"), {MAIL: False})
        self.assertEqual(self.keys(first), {"+84862000001": False})
        rule.invalidate_recordset()
        self.assertEqual(rule.duplicate_count, 0)
        self.assertFalse(keys.search(rule.action_view_duplicates()["domain"]))

    def test_larger_group_is_merged_three_at_once(self):
        for number in range(5):
            self.make_customer(f"A{number}", email=MAIL)
        rule = self.switch_on("email")
        context = rule.action_view_duplicates()["context"]
        keys = self.env["crm.customer.key"].with_user(self.manager)
        action = keys.with_context(**context).action_merge()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(len(wizard.partner_ids), 3)

    def test_contacts_with_different_mails_are_merged_by_administrators_only(self):
        contacts = self.make_customer("A", email="a@x.vn") + self.make_customer("B")
        wizard = self.env["base.partner.merge.automatic.wizard"]
        with self.assertRaisesRegex(UserError, "same email"):
            wizard.with_user(self.manager).create({})._merge(contacts.ids)

    def test_managers_merge_what_a_rule_calls_duplicates_and_nothing_else(self):
        vat = "0312345678"
        first, second, third, portal = (
            self.make_customer(f"K{n}", email=f"k{n}@x.vn", vat=n != 2 and vat)
            for n in range(4)
        )
        make_user(
            self.superuser_env, "kh_of_tests", "base.group_portal", partner_id=portal.id
        )
        self.switch_on("vat")
        groups = f"{USER},base.group_partner_manager"
        user = self._make_employee("editor", groups, self.company)
        wizard = self.env["base.partner.merge.automatic.wizard"]
        managers = wizard.with_user(self.manager).create({})
        users = wizard.with_user(user).create({})
        for who, contacts in (
            (users, first + second),
            (managers, first + third),  # another tax ID
            (managers, first + portal),
        ):
            with self.assertRaisesRegex(UserError, "same email"):
                who._merge(contacts.ids, first)
        managers._merge((first + second).ids, first)
        self.assertFalse(second.exists())

    def test_filter_lists_all_that_share_a_value(self):
        first = self.make_customer("A", email=MAIL)
        second = self.make_customer("B", email=MAIL)
        third = self.make_customer("C", email="c@example.com")
        self.switch_on("email")
        ours = [("id", "in", (first + second + third).ids)]
        found = self.Partner.search([*ours, ("has_duplicate", "=", True)])
        self.assertEqual(found, first + second)
        others = self.Partner.search([*ours, ("has_duplicate", "=", False)])
        self.assertEqual(others, third)
        self.assertEqual((first + third).mapped("has_duplicate"), [True, False])
        keys = self.superuser_env["crm.customer.key"]
        held = keys.search([("partner_id", "=", first.id)])
        self.assertTrue(held.is_shared)  # also without the others that share it

    def test_merge_screen_of_odoo_groups_no_blanks(self):
        rule = self.rule("phone")
        rule.check_duplicate = False
        same = self.make_customer("A", "0862000001") + self.make_customer(
            "B", "0862 000 001"
        )
        blank = self.make_customer("C") + self.make_customer("D")
        blank.flush_recordset()
        self.env.cr.execute(
            "UPDATE res_partner SET phone_sanitized = '' WHERE id = %s", [blank[0].id]
        )
        wizard = self.superuser_env["base.partner.merge.automatic.wizard"].create(
            {"group_by_phone_sanitized": True}
        )
        wizard.action_start_manual_process()
        groups = [set(literal_eval(line.aggr_ids)) for line in wizard.line_ids]
        self.assertIn(set(same.ids), groups)
        self.assertFalse(any(group & set(blank.ids) for group in groups))
