from freezegun import freeze_time

from odoo.tests import Form, tagged

from .common import CustomerCase

PHONE = "0862000001"


@tagged("post_install", "-at_install")
class TestCustomerCode(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sequence = cls.superuser_env.ref("crm_customer.sequence_customer_code")

    def next_code(self, ahead=0):
        number = self.sequence.number_next_actual + ahead
        return f"KH{number:06d}"

    def test_customer_without_code_gets_the_next_one(self):
        expected = self.next_code()
        self.assertEqual(self.make_customer().ref, expected)

    def test_batch_gets_codes_in_its_order(self):
        expected = [self.next_code(ahead) for ahead in range(3)]
        customers = self.Partner.create([{"name": name} for name in "ABC"])
        self.assertEqual(customers.mapped("ref"), expected)

    def test_batch_of_own_and_missing_codes(self):
        expected = self.next_code()
        own, given = self.Partner.create([{"name": "A", "ref": "VIP-1"}, {"name": "B"}])
        self.assertEqual((own.ref, given.ref), ("VIP-1", expected))

    def test_own_code_is_kept_without_blanks_around_it(self):
        self.assertEqual(self.make_customer(ref=" 0042 ").ref, "0042")

    def test_blank_code_counts_as_none(self):
        expected = self.next_code()
        self.assertEqual(self.make_customer(ref="  ").ref, expected)

    def test_cleared_code_is_given_anew(self):
        customer = self.make_customer(ref="VIP-1")
        expected = self.next_code()
        customer.ref = ""
        self.assertEqual(customer.ref, expected)

    def test_codes_pass_over_those_taken_by_hand(self):
        taken = self.make_customer(ref=self.next_code(ahead=1))
        taken.active = False
        expected = [self.next_code(), self.next_code(ahead=2)]
        customers = self.Partner.create([{"name": "A"}, {"name": "B"}])
        self.assertEqual(customers.mapped("ref"), expected)

    def test_contact_person_has_no_code_of_its_own(self):
        self.assertFalse(self.make_customer(parent_id=self.make_customer().id).ref)

    def test_contact_that_becomes_independent_gets_a_code(self):
        contact = self.make_customer(parent_id=self.make_customer().id)
        contact.parent_id = False
        self.assertTrue(contact.is_customer)
        self.assertTrue(contact.ref)

    def test_supplier_gets_no_code_until_it_is_a_customer(self):
        supplier = self.make_customer(is_customer=False)
        self.assertFalse(supplier.ref)
        supplier.is_customer = True
        self.assertTrue(supplier.ref)

    def test_same_code_is_refused_and_the_owner_is_named(self):
        self.make_customer("Trần Thị Bé", ref="VIP-1")
        with self.assertClash("VIP-1", "Trần Thị Bé"):
            self.make_customer(ref="VIP-1")

    def test_code_with_comma_is_named_completely(self):
        self.make_customer("Trần Thị Bé", ref="VIP, 1")
        with self.assertClash("VIP, 1", "Trần Thị Bé"):
            self.make_customer(ref="VIP, 1")

    def test_contact_below_may_share_the_code(self):
        customer = self.make_customer("Công ty Sao", ref="VIP-1")
        self.make_customer("A. Người liên hệ", parent_id=customer.id, ref="VIP-1")
        self.env.flush_all()
        with self.assertClash("Công ty Sao"):
            self.make_customer(ref="VIP-1")

    def test_other_company_may_have_the_same_code(self):
        other = self._make_shop("Other shop")
        self.make_customer(ref="VIP-1", company_id=self.company.id)
        self.Partner.sudo().create(
            {"name": "B", "ref": "VIP-1", "company_id": other.id}
        )
        self.env.flush_all()
        with self.assertClash("VIP-1"):
            self.make_customer(ref="VIP-1", company_id=self.company.id)


@tagged("post_install", "-at_install")
class TestCustomerPhone(CustomerCase):
    def test_notations_of_one_number_collide(self):
        self.make_customer("Trần Thị Bé", "0862 000 001", ref="VIP-1")
        for notation in (
            "0862000001",
            "84862000001",
            "+84862000001",
            "+84 862 000 001",
            "0862.000.001",
            "(0862) 000-001",
            "862000001",
        ):
            with (
                self.subTest(notation),
                self.assertTaken("0862 000 001", "Trần Thị Bé", "VIP-1"),
            ):
                self.make_customer(phone=notation)

    def test_number_given_later_collides(self):
        self.make_customer("Trần Thị Bé", PHONE)
        other = self.make_customer()
        with self.assertTaken("Trần Thị Bé"):
            other.phone = PHONE

    def test_archived_customer_keeps_the_number(self):
        self.make_customer("Trần Thị Bé", PHONE).active = False
        with self.assertTaken("Trần Thị Bé"):
            self.make_customer(phone=PHONE)

    def test_number_is_free_when_its_holder_gives_it_up(self):
        holder = self.make_customer(phone=PHONE)
        holder.phone = "0862000002"
        self.assertEqual(
            self.keys(self.make_customer(phone=PHONE)), {"+84862000001": False}
        )

    def test_contact_below_shares_the_number(self):
        customer = self.make_customer(phone=PHONE)
        contact = self.make_customer(phone=PHONE, parent_id=customer.id)
        self.env.flush_all()
        self.assertFalse(self.keys(contact))
        self.assertEqual(contact.phone_sanitized, customer.phone_sanitized)

    def test_supplier_shares_the_number(self):
        self.make_customer(phone=PHONE)
        supplier = self.make_customer(phone=PHONE, is_customer=False)
        self.env.flush_all()
        with self.assertTaken(PHONE):
            supplier.is_customer = True

    def test_other_company_may_have_the_same_number(self):
        other = self._make_shop("Other shop")
        self.make_customer("Trần Thị Bé", PHONE, company_id=self.company.id)
        stranger = self.Partner.sudo().create(
            {"name": "A. Người lạ", "phone": PHONE, "company_id": other.id}
        )
        self.env.flush_all()
        self.assertEqual(self.keys(stranger, company=other), {"+84862000001": False})
        with self.assertTaken("Trần Thị Bé"):
            self.make_customer(phone=PHONE, company_id=self.company.id)

    def test_wrong_number_is_kept_and_holds_nothing(self):
        customers = self.Partner.create(
            [{"name": name, "phone": "12 34"} for name in "AB"]
        )
        self.env.flush_all()
        self.assertEqual(customers.mapped("phone"), ["12 34", "12 34"])
        self.assertFalse(self.keys(customers))

    def test_form_keeps_a_vietnamese_number_as_typed(self):
        form = Form(self.Partner, view="crm_customer.res_partner_view_form_quick")
        form.name, form.phone = "Nguyễn Văn Đức", "0862.000.001"
        customer = form.save()
        self.assertEqual(customer.phone, "0862.000.001")
        self.assertTrue(customer.ref)

    def test_foreign_number_is_unique_too(self):
        thailand = self.env.ref("base.th").id
        self.make_customer("Somchai", "081 234 5678", country_id=thailand)
        with self.assertTaken("Somchai"):
            self.make_customer(phone="+66 81 234 5678")


@tagged("post_install", "-at_install")
class TestCustomerProfile(CustomerCase):
    def born(self, day, name="A"):
        return self.make_customer(name, birthdate=day)

    def assertAge(self, age, customer):
        """The age is the same when shown and when searched."""
        customer.invalidate_recordset(["age"])
        self.assertEqual(customer.age, age)
        self.env.flush_all()
        for operator, value, expected in (
            ("=", age, True),
            ("=", age + 1, False),
            ("=", age - 1, False),
            ("!=", age, False),
            (">=", age, True),
            (">=", age + 1, False),
            (">", age - 1, True),
            (">", age, False),
            ("<=", age, True),
            ("<=", age - 1, False),
            ("<", age + 1, True),
            ("<", age, False),
            (">=", age - 0.5, True),
            (">", age + 0.5, False),
            ("<", age + 0.5, True),
            ("<=", age - 0.5, False),
            ("=", age + 0.5, False),
        ):
            with self.subTest(operator=operator, value=value):
                found = self.Partner.search(
                    [("id", "=", customer.id), ("age", operator, value)]
                )
                self.assertEqual(bool(found), expected)

    def test_age_changes_on_the_birthday(self):
        customer = self.born("1990-05-20")
        for day, age in (("2024-05-19", 33), ("2024-05-20", 34), ("2024-05-21", 34)):
            with self.subTest(day), freeze_time(f"{day} 12:00:00"):
                self.assertAge(age, customer)

    def test_age_of_those_born_on_29_february(self):
        customer = self.born("2004-02-29")
        for day, age in (
            ("2023-02-28", 18),
            ("2023-03-01", 19),
            ("2024-02-28", 19),
            ("2024-02-29", 20),
        ):
            with self.subTest(day), freeze_time(f"{day} 12:00:00"):
                self.assertAge(age, customer)

    def test_age_on_29_february_of_those_born_around_it(self):
        for born, age in (("2003-02-28", 21), ("2003-03-01", 20)):
            with self.subTest(born), freeze_time("2024-02-29 12:00:00"):
                self.assertAge(age, self.born(born))

    @freeze_time("2024-05-19 23:30:00")
    def test_age_counts_the_days_of_the_shop(self):
        customer = self.born("1990-05-20").with_context(tz="Asia/Ho_Chi_Minh")
        self.assertEqual(customer.age, 34)

    def test_age_is_unknown_without_birthdate(self):
        customer = self.make_customer()
        domain = [("id", "=", customer.id)]
        self.assertFalse(customer.age)
        for operator in ("<", "<=", ">", ">="):
            self.assertFalse(self.Partner.search([*domain, ("age", operator, 30)]))
        self.assertTrue(self.Partner.search([*domain, ("age", "=", False)]))

    def test_absurd_age_finds_nobody(self):
        customer = self.born("1990-05-20")
        self.assertFalse(
            self.Partner.search([("id", "=", customer.id), ("age", ">=", 99999)])
        )

    def test_birth_month_follows_the_birthdate(self):
        customer = self.born("1990-05-20")
        self.assertEqual(customer.birth_month, 5)
        self.assertIn(customer, self.Partner.search([("birth_month", "=", 5)]))
        customer.birthdate = False
        self.assertFalse(customer.birth_month)

    def test_groups_by_month_name_the_unknown(self):
        ours = self.born("1990-05-20") + self.born(False, "B") + self.born(False, "C")
        groups = self.Partner.formatted_read_group(
            [("id", "in", ours.ids)], ["birth_month"], ["__count"]
        )
        self.assertEqual(
            [(group["birth_month"], group["__count"]) for group in groups],
            [("Unknown", 2), (5, 1)],
        )
        for group in groups:
            found = self.Partner.search(
                [("id", "in", ours.ids), *group["__extra_domain"]]
            )
            self.assertEqual(len(found), group["__count"])

    @freeze_time("2024-05-19 23:30:00")
    def test_membership_begins_today_in_the_shop(self):
        """It is still yesterday where programs are that create customers: in UTC."""
        self.assertEqual(str(self.make_customer().member_since), "2024-05-20")
        shop = self._make_shop("Boston")
        shop.partner_id.tz = "America/New_York"
        customer = self.Partner.sudo().create({"name": "B", "company_id": shop.id})
        self.assertEqual(str(customer.member_since), "2024-05-19")

    def test_membership_date_can_be_given(self):
        customer = self.make_customer(member_since="2019-01-31")
        self.assertEqual(str(customer.member_since), "2019-01-31")

    def test_supplier_is_member_from_the_day_it_becomes_a_customer(self):
        supplier = self.make_customer(is_customer=False)
        self.assertFalse(supplier.member_since)
        with freeze_time("2024-05-19 12:00:00"):
            supplier.is_customer = True
            self.assertEqual(str(supplier.member_since), "2024-05-19")

    def test_position_sets_the_function(self):
        position = self.superuser_env["crm.contact.position"].create(
            {"name": "Chức thử"}
        )
        customer = self.make_customer(position_id=position.id)
        self.assertEqual(customer.function, "Chức thử")
        customer.position_id = False
        self.assertEqual(customer.function, "Chức thử")

    def test_function_can_be_typed_without_position(self):
        self.assertEqual(self.make_customer(function="Chủ shop").function, "Chủ shop")
