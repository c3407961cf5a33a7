"""Values that only one customer can have."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..exceptions import DuplicateCustomer
from .common import CustomerCase

PHONE = "0862000001"
MAIL = "hoa@example.com"


@tagged("post_install", "-at_install")
class TestDuplicates(CustomerCase):
    apart = True

    def check(self, *names):
        for name in names:
            self.rule(name).check_duplicate = True

    def test_values_are_compared_without_their_notation(self):
        for name, one, same, other in (
            ("email", "Hoa@Example.com", '"Hoa" <hoa@example.com>', "ho@example.com"),
            ("vat", "0312345678-001", "0312345678 001", "0312345678"),
            ("company_registry", "41A 8012345", "41a8012345", "41b8012345"),
            ("website", "https://www.hoa.vn/", "http://hoa.vn", "http://hoa2.vn"),
            ("name", "Đỗ Thị  Hòa", "ĐỖ thị Ho\u0300a", "Đỗ Thị Hoa"),
            ("street", "12 Lê Lợi", "12 LÊ LỢI ", "12 Le Loi"),
        ):
            self.check(name)
            needed = {"name": f"Khách {name}"}
            first = self.Partner.create(needed | {name: one})
            self.Partner.create({"name": f"Khác {name}"} | {name: other})
            with (
                self.subTest(name),
                self.assertRaisesRegex(DuplicateCustomer, first.ref),
            ):
                self.Partner.create({"name": f"Trùng {name}"} | {name: same})

    def test_refusal_opens_the_other_customer(self):
        first = self.make_customer("Lê Thị Hoa", PHONE)
        with self.assertRaises(ValidationError) as caught:
            self.make_customer(phone=PHONE)
        error = caught.exception
        self.assertIn(PHONE, str(error))
        self.assertIn(f"Lê Thị Hoa ({first.ref})", str(error))
        self.assertEqual(error.context["action"]["res_id"], first.id)
        self.assertEqual(error.context["button"], "Open Lê Thị Hoa")

    def test_archived_customer_is_named_as_such(self):
        self.make_customer("Lê Thị Hoa", PHONE).active = False
        with self.assertRaisesRegex(DuplicateCustomer, "archived"):
            self.make_customer(phone=PHONE)

    def test_two_of_one_batch_are_refused(self):
        with self.assertRaisesRegex(DuplicateCustomer, "A"):
            self.Partner.create(
                [{"name": "A", "phone": PHONE}, {"name": "B", "phone": PHONE}]
            )

    def test_two_customers_may_change_places(self):
        self.check("email")
        first = self.make_customer("A", email="a@example.com")
        second = self.make_customer("B", email="b@example.com")
        first.email = "c@example.com"
        second.email = "a@example.com"
        first.email = "b@example.com"
        self.assertEqual(self.keys(first, "email"), {"b@example.com": False})

    def test_writing_one_value_to_several_customers_is_refused(self):
        self.check("email")
        customers = self.make_customer("A") + self.make_customer("B")
        with self.assertRaises(DuplicateCustomer):
            customers.email = MAIL

    def test_becoming_a_customer_again_is_checked(self):
        self.check("email")
        self.make_customer("A", email=MAIL)
        contact = self.make_customer("B", email=MAIL, is_customer=False)
        with self.assertRaises(DuplicateCustomer):
            contact.is_customer = True

    def test_contacts_below_and_employees_may_share(self):
        self.check("email")
        customer = self.make_customer("A", email=MAIL)
        customer.child_ids = [Command.create({"name": "B", "email": MAIL})]
        self.telesale.partner_id.sudo().email = MAIL
        self.env.flush_all()

    def test_number_that_another_country_reads_is_compared(self):
        thailand = self.env.ref("base.th")
        self.make_customer("Somchai", "+66 81 234 5678")
        other = self.make_customer("B", "081 234 5678")
        with self.assertRaises(DuplicateCustomer):
            other.country_id = thailand

    def test_customer_of_a_colleague_is_told_by_its_owner_only(self):
        self.make_customer("Bí Mật", PHONE, user_id=self.manager.id)
        self.superuser_env["ir.rule"].create(
            {
                "name": "Own customers only",
                "model_id": self.superuser_env.ref("base.model_res_partner").id,
                "groups": [
                    Command.set(
                        self.superuser_env.ref(
                            "crm_customer.crm_customer_group_user"
                        ).ids
                    )
                ],
                "domain_force": f"[('user_id', '!=', {self.manager.id})]",
            }
        )
        for env in (self.env, self.env(su=True)):
            with self.assertRaises(DuplicateCustomer) as caught:
                self.Partner.with_env(env).create({"name": "B", "phone": PHONE})
            self.assertNotIn("Bí Mật", str(caught.exception))
            self.assertIn(self.manager.name, str(caught.exception))
            self.assertEqual(caught.exception.context, {})

    # ------------------------------------------------------------------ screens

    def test_form_warns_before_it_is_saved(self):
        other = self.make_customer("Lê Thị Hoa", PHONE)
        form = Form(self.Partner, view="crm_customer.res_partner_view_form_quick")
        form.name = "B"
        self.assertFalse(form.duplicate_warning)
        form.phone = "0862.000.001"
        self.assertIn("Lê Thị Hoa", form.duplicate_warning)
        self.assertEqual(form.duplicate_partner_id, other)
        form.phone = "0862.000.002"
        self.assertFalse(form.duplicate_warning)

    def test_saved_customer_is_no_duplicate_of_itself(self):
        customers = self.make_customer("A", PHONE) + self.make_customer("B")
        self.assertEqual(customers.mapped("duplicate_warning"), [False, False])

    def test_copy_has_what_it_may_have(self):
        self.check("email", "name")
        copy = self.make_customer("A", PHONE, email=MAIL, street="12 Lê Lợi").copy()
        self.assertRecordValues(
            copy, [{"phone": False, "email": False, "street": "12 Lê Lợi"}]
        )

    def test_number_of_queries(self):
        self.check("email")
        vals = [
            {"name": f"K{n}", "email": f"k{n}@example.com", "phone": f"08620001{n:02}"}
            for n in range(40)
        ]
        customers = self.Partner.create(vals[:1])
        self.env.flush_all()
        with self.assertQueryCount(2):  # the rules, the keys
            customers._hold_values(self.Partner._rule_fields(), new=True)
        customers += self.Partner.create(vals[1:])
        self.env.flush_all()
        with self.assertQueryCount(2):
            customers._hold_values(self.Partner._rule_fields(), new=True)
        with self.assertQueryCount(3):  # and what is given up
            customers._hold_values({"phone"})
        before = self.env.cr.sql_log_count
        customers.write({"comment": "x"})
        self.env.flush_all()
        plain = self.env.cr.sql_log_count - before
        self.assertLessEqual(plain, 3)


@tagged("post_install", "-at_install")
class TestDuplicatesBetweenCompanies(CustomerCase):
    apart = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_shop("Other shop")

    def make_there(self, name="B", user=None, **vals):
        """A customer of the other shop, with the same number."""
        env = self.superuser_env(
            user=user, su=True, context={"allowed_company_ids": self.other.ids}
        )
        return env["res.partner"].create(
            {"name": name, "phone": PHONE, "company_id": self.other.id, **vals}
        )

    def test_company_with_the_rule_off_allows_duplicates_of_shared_customers(self):
        self.rule("phone").check_duplicate = False
        first = self.make_customer("A", PHONE)
        second = self.make_customer("B", PHONE)
        self.assertEqual(self.keys(first, company=self.other), {"+84862000001": False})
        self.assertEqual(self.keys(second, company=self.other), {"+84862000001": True})

    def test_customer_that_companies_share_is_looked_at_by_all(self):
        shared = self.make_customer("A", PHONE)
        self.assertEqual(self.keys(shared), {"+84862000001": False})
        self.assertEqual(self.keys(shared, company=self.other), {"+84862000001": False})
        with self.assertRaises(DuplicateCustomer):
            self.make_there()

    def test_customer_of_another_company_is_neither_told_nor_in_the_way(self):
        self.make_there("Bí Mật")
        shared = self.make_customer("A", PHONE)  # which the other shop sees from now on
        self.assertEqual(self.keys(shared), {"+84862000001": False})
        self.assertEqual(self.keys(shared, company=self.other), {"+84862000001": True})
        self.assertFalse(shared.duplicate_warning)
        with self.assertRaisesRegex(DuplicateCustomer, "Bí Mật"):
            self.make_there()

    def test_customer_whom_the_user_cannot_see_is_not_told(self):
        self.make_there("Bí Mật", user_id=self.manager.id)
        with self.assertRaises(DuplicateCustomer) as caught:
            self.make_there(user=self.telesale)
        self.assertIn("whom you can't see", str(caught.exception))
        for secret in ("Bí Mật", self.manager.name):
            self.assertNotIn(secret, str(caught.exception))
        self.assertEqual(caught.exception.context, {})

    def test_company_with_the_rule_off_allows_its_own_duplicates(self):
        self.rule("phone", self.other).check_duplicate = False
        for name in "AB":
            self.make_there(name)
        self.make_customer("C", PHONE, company_id=self.company.id)

    def test_moving_to_a_company_is_checked_there(self):
        self.make_there("A")
        own = self.make_customer("B", PHONE, company_id=self.company.id)
        with self.assertRaises(DuplicateCustomer):
            own.sudo().company_id = self.other
