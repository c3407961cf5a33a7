"""Values that no customer may lack."""

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import CustomerCase, make_user

PHONE = "0862000001"
MAIL = "hoa@example.com"
QUICK = "crm_customer.res_partner_view_form_quick"


@tagged("post_install", "-at_install")
class TestRequired(CustomerCase):
    def require(self, *names):
        for name in names:
            self.rule(name).required = True

    def test_customer_without_a_value_is_refused(self):
        self.require("email", "source_id", "category_id")
        with self.assertRaises(ValidationError) as caught:
            self.make_customer("Lê Thị Hoa")
        for part in ("Lê Thị Hoa", "Email", "Source", "Tags"):
            self.assertIn(part, str(caught.exception))

    def test_value_cannot_be_removed(self):
        self.require("email")
        customer = self.make_customer(email=MAIL)
        with self.assertRaisesRegex(ValidationError, "Email"):
            customer.email = False

    def test_older_customer_without_a_value_can_be_changed(self):
        customer = self.make_customer()
        self.require("email")
        customer.write({"comment": "x", "email": False})
        customer.email = MAIL
        with self.assertRaises(ValidationError):
            customer.email = ""

    def test_contact_that_becomes_a_customer_needs_the_value(self):
        self.require("email")
        contact = self.make_customer(is_customer=False)
        with self.assertRaises(ValidationError):
            contact.is_customer = True
        contact.write({"is_customer": True, "email": MAIL})

    def test_only_those_concerned_need_a_value(self):
        self.require("gender", "vat")
        self.make_customer("A", gender="female")
        self.make_customer("B", is_company=True, vat="0312345678")
        for vals in ({}, {"is_company": True}):
            with self.assertRaises(ValidationError):
                self.make_customer("C", **vals)

    def test_wards_are_required_where_there_are_any(self):
        self.require("city_id")
        self.make_customer("A", country_id=self.env.ref("base.th").id)
        with self.assertRaisesRegex(ValidationError, "Ward"):
            self.make_customer("B", country_id=self.env.ref("base.vn").id)

    def test_rules_of_another_company_do_not_count(self):
        other = self._make_shop("Other shop")
        self.rule("email", other).required = True
        self.make_customer()
        with self.assertRaises(ValidationError):
            self.Partner.sudo().create({"name": "A", "company_id": other.id})

    def test_archived_rule_does_not_count(self):
        self.require("email")
        self.rule("email").active = False
        self.make_customer()

    def test_archived_rule_does_not_count_whoever_asks_first(self):
        self.require("email")
        self.rule("email").active = False
        rules = self.env["crm.customer.field.rule"].with_context(active_test=False)
        self.assertNotIn("email", rules._required_names(self.company.id))
        rules.env.registry.clear_cache()
        self.assertNotIn("email", rules._required_anywhere())
        self.make_customer()

    # ------------------------------------------------------------------ doors

    def test_contacts_that_are_no_customers_are_free(self):
        self.require("email", "phone")
        customer = self.make_customer(phone=PHONE, email=MAIL)
        self.make_customer(parent_id=customer.id)
        self.make_customer("Xưởng may", is_customer=False)
        make_user(self.superuser_env, "hand_of_tests")
        self._make_shop("Other shop")

    def test_name_create_is_refused(self):
        self.require("email")
        with self.assertRaises(ValidationError) as caught:
            self.Partner.name_create("Lê Thị Hoa")
        # By this very name the web client opens the form for what is missing.
        self.assertIs(type(caught.exception), ValidationError)

    def test_sender_of_an_email_stays_a_contact(self):
        self.require("phone")
        sender = self.Partner.find_or_create('"Hoa" <hoa.moi@example.com>')
        self.assertTrue(sender.id)
        self.assertFalse(sender.is_customer or sender.ref)
        [other] = self.Partner._find_or_create_from_emails(["khac@example.com"])
        self.assertFalse(other.is_customer)
        other.write({"phone": PHONE, "is_customer": True})
        self.assertTrue(other.ref)

    def test_sender_of_an_email_is_a_customer_if_complete(self):
        self.require("email")
        sender = self.Partner.find_or_create('"Hoa" <hoa.moi@example.com>')
        self.assertTrue(sender.is_customer and sender.ref)

    def test_context_of_another_program_changes_nothing(self):
        self.require("email")
        Partner = self.Partner.with_context(crm_customer_or_contact=True)
        with self.assertRaises(ValidationError):
            Partner.create({"name": "Lê Thị Hoa"})

    def test_signing_up_works_without_the_value(self):
        self.require("phone")
        env = self.superuser_env(context={"allowed_company_ids": self.company.ids})
        # Not `make_user`: the invitation writes on the new contact.
        user = new_test_user(
            env,
            "buyer_of_tests",
            "base.group_portal",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        self.assertFalse(user.partner_id.is_customer or user.partner_id.ref)

    def test_won_lead_needs_the_value(self):
        self.require("email")
        vals = {
            "name": "Hỏi giá",
            "contact_name": "Lê Thị Hoa",
            "phone": PHONE,
            "user_id": self.telesale.id,
        }
        lead = self.env["crm.lead"].create(vals)
        with self.assertRaisesRegex(ValidationError, "Email"):
            lead._handle_partner_assignment(create_missing=True)
        lead = self.env["crm.lead"].create(vals | {"email_from": MAIL})
        lead._handle_partner_assignment(create_missing=True)
        self.assertTrue(lead.partner_id.ref)

    # ------------------------------------------------------------------ screens

    def test_form_marks_the_field(self):
        self.require("email", "gender")
        arch = etree.fromstring(self.Partner.get_view(view_type="form")["arch"])
        [email] = arch.xpath("//sheet//field[@name='email'][not(ancestor::field)]")
        self.assertIn("(is_customer and not parent_id)", email.get("required"))
        gender = arch.xpath("//field[@name='gender'][not(ancestor::field)]")
        self.assertIn("not is_company", gender[0].get("required"))
        for node in arch.xpath("//field[@name='child_ids']//field[@name='email']"):
            self.assertNotIn("is_customer", node.get("required") or "")

    def test_form_of_another_company_does_not_mark_it(self):
        other = self._make_shop("Other shop")
        self.rule("email", other).required = True
        arch = self.Partner.sudo().get_view(view_type="form")["arch"]
        there = self.Partner.sudo().with_company(other).get_view(view_type="form")
        self.assertNotEqual(arch, there["arch"])

    def test_quick_form_asks_for_the_field(self):
        form = Form(self.Partner, view=QUICK)
        self.assertNotIn("source_id", form._view["fields"])
        self.require("email", "source_id", "vat")
        form = Form(self.Partner, view=QUICK)
        form.name, form.phone = "Lê Thị Hoa", PHONE
        form.source_id = self.superuser_env["utm.source"].create(
            {"name": "Bạn bè của kiểm thử", "code": "friends_of_tests"}
        )
        with self.assertRaisesRegex(AssertionError, "email"):
            form.save()
        form.email = MAIL
        self.assertEqual(form.save().email, MAIL)

    def test_number_of_queries(self):
        customers = self.Partner.create([{"name": f"K{n}"} for n in range(40)])
        self.env.flush_all()
        with self.assertQueryCount(0):  # nothing is required
            customers._refuse_missing()
        customers.email = MAIL
        self.env.flush_all()
        self.require("email", "user_id")
        customers.user_id = self.telesale
        self.env.flush_all()
        self.env.invalidate_all()
        counts = []
        for some in (customers[:1], customers[:1], customers):
            self.env.cr.flush()  # what follows from the changes reads customers, too
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some._refuse_missing()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
