"""Who is a customer, and customers that other screens and modules make."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import MANAGER, USER, CustomerCase, make_user

PHONE = "0862000001"


@tagged("post_install", "-at_install")
class TestWhoIsACustomer(CustomerCase):
    def test_employee_is_no_customer(self):
        self.assertFalse(self.telesale.partner_id.is_customer)
        self.assertFalse(self.telesale.partner_id.ref)

    def test_employee_may_have_the_number_of_a_customer(self):
        self.make_customer(phone=PHONE)
        self.telesale.partner_id.sudo().phone = PHONE
        self.env.flush_all()
        self.assertFalse(self.keys(self.telesale.partner_id))

    def test_employee_with_the_number_of_a_customer_can_be_created(self):
        self.make_customer(phone=PHONE)
        user = make_user(self.superuser_env, "hand_of_tests", USER, phone=PHONE)
        self.env.flush_all()
        self.assertEqual(user.partner_id.phone, PHONE)
        self.assertFalse(user.partner_id.is_customer or user.partner_id.ref)

    def test_portal_user_is_a_customer(self):
        # Not `make_user`: the invitation writes on the new contact.
        user = new_test_user(self.superuser_env, "buyer_of_tests", "base.group_portal")
        self.assertTrue(user.partner_id.is_customer)
        self.assertTrue(user.partner_id.ref)

    def test_portal_user_who_becomes_an_employee_is_no_customer_any_more(self):
        user = make_user(self.superuser_env, "buyer_of_tests", "base.group_portal")
        code = user.partner_id.ref
        user.group_ids = self.superuser_env.ref("base.group_user")
        self.assertFalse(user.partner_id.is_customer)
        self.assertEqual(user.partner_id.ref, code)

    def test_employee_who_is_a_customer_by_hand_stays_one(self):
        partner = self.telesale.partner_id.sudo()
        partner.is_customer = True
        self.telesale.sudo().group_ids += self.superuser_env.ref(MANAGER)
        self.assertTrue(partner.is_customer)

    def test_company_of_the_shop_is_no_customer(self):
        self.assertFalse(self.company.partner_id.is_customer)
        self.assertFalse(self.company.partner_id.ref)


@tagged("post_install", "-at_install")
class TestOtherDoors(CustomerCase):
    def test_copy_has_neither_the_phone_nor_the_code(self):
        customer = self.make_customer(phone=PHONE, ref="VIP-1", email="a@example.com")
        with freeze_time("2024-05-19 12:00:00"):
            copy = customer.copy()
        self.env.flush_all()
        self.assertFalse(copy.phone)
        self.assertNotIn(copy.ref, (False, "VIP-1"))
        self.assertEqual(copy.email, "a@example.com")
        self.assertEqual(str(copy.member_since), "2024-05-19")

    def test_copy_takes_a_phone_that_is_given(self):
        copy = self.make_customer(phone=PHONE).copy(
            {"phone": "0862000002", "ref": "VIP-2"}
        )
        self.assertEqual((copy.phone, copy.ref), ("0862000002", "VIP-2"))

    def test_copy_of_a_contact_below_keeps_the_phone(self):
        contact = self.make_customer(parent_id=self.make_customer().id, phone=PHONE)
        self.assertEqual(contact.copy().phone, PHONE)

    def test_merged_customer_takes_over_phone_and_code(self):
        stays = self.make_customer("Lê Thị Hoa", is_customer=False)
        goes = self.make_customer("Lê Hoa", PHONE, ref="VIP-1")
        self.env.flush_all()
        wizard = self.superuser_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((stays + goes).ids, stays.with_env(self.superuser_env))
        self.env.flush_all()
        self.assertFalse(goes.exists())
        self.assertRecordValues(
            stays, [{"phone": PHONE, "ref": "VIP-1", "is_customer": True}]
        )

    def test_merged_customer_keeps_its_own_code(self):
        stays = self.make_customer("Lê Thị Hoa", ref="VIP-1")
        goes = self.make_customer("Lê Hoa", PHONE, ref="VIP-2")
        self.env.flush_all()
        wizard = self.superuser_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((stays + goes).ids, stays.with_env(self.superuser_env))
        self.env.flush_all()
        self.assertRecordValues(stays, [{"phone": PHONE, "ref": "VIP-1"}])
        self.assertEqual(self.keys(stays), {"+84862000001": False})

    def test_name_create_gives_a_code(self):
        customer = self.Partner.browse(self.Partner.name_create("Lê Thị Hoa")[0])
        self.assertEqual(customer.name, "Lê Thị Hoa")
        self.assertTrue(customer.ref)

    def test_quick_create_of_an_order_gives_a_code(self):
        Partner = self.Partner.with_context(res_partner_search_mode="customer")
        customer = Partner.browse(Partner.name_create("Lê Thị Hoa")[0])
        order = self.env["sale.order"].create({"partner_id": customer.id})
        self.assertTrue(order.partner_id.ref)

    def test_supplier_mode_makes_no_customer(self):
        Partner = self.Partner.with_context(res_partner_search_mode="supplier")
        self.assertFalse(Partner.create({"name": "Xưởng may"}).is_customer)

    def test_won_lead_becomes_a_customer_with_code(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Hỏi giá",
                "partner_name": "Công ty Sao",
                "contact_name": "Lê Thị Hoa",
                "phone": PHONE,
                "user_id": self.telesale.id,
            }
        )
        lead._handle_partner_assignment(create_missing=True)
        self.env.flush_all()
        company = lead.partner_id.parent_id
        self.assertEqual(
            (company.name, self.keys(company)),
            ("Công ty Sao", {"+84862000001": False}),
        )
        self.assertTrue(company.ref)
        self.assertFalse(lead.partner_id.ref)

    def test_missing_sequence_is_named(self):
        self.superuser_env.ref("crm_customer.sequence_customer_code").active = False
        with self.assertRaisesRegex(UserError, "crm.customer.code"):
            self.make_customer()

    def test_defaults_of_a_batch_give_way_to_those_of_a_screen(self):
        Partner = self.Partner.with_context(crm_customer_defaults={"street": "Cũ"})
        self.assertEqual(Partner.default_get(["street", "name"]), {"street": "Cũ"})
        Partner = Partner.with_context(default_name="Lê Thị Hoa")
        self.assertEqual(Partner.default_get(["street", "name"])["name"], "Lê Thị Hoa")
