"""Prices of customer groups."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import make_user
from .group_common import GroupCase


@tagged("post_install", "-at_install")
class TestPricePolicy(GroupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.superuser_env["res.config.settings"].create(
            {"group_product_pricelist": True}
        ).execute()
        cls.superuser_env["product.pricelist"].search([]).active = False
        cls.Pricelist = cls.superuser_env["product.pricelist"].with_company(cls.company)
        cls.usual = cls.Pricelist.create({"name": "Giá lẻ", "sequence": 9})
        cls.customer = cls.Partner.create({"name": "An"})
        cls.stranger = cls.Partner.create({"name": "Người lạ"})

    def policy(self, groups, **vals):
        wizard = self.env["crm.customer.group.policy"].create(
            {"group_ids": groups.ids, "name": "Giá VIP", **vals}
        )
        return self.env["product.pricelist"].browse(wizard.action_apply()["res_id"])

    def pricelist_of(self, customer):
        self.env.invalidate_all()
        order = self.env["sale.order"].create({"partner_id": customer.id})
        return order.pricelist_id

    def test_members_get_the_policy_in_their_orders(self):
        group = self.make_group(fixed_partner_ids=self.customer.ids)
        self.assertEqual(self.pricelist_of(self.customer), self.usual)
        policy = self.policy(group, discount=10)
        policy.sequence = 1  # before the usual one: still not for everybody
        self.assertEqual(policy.item_ids.percent_price, 10)
        self.assertEqual(self.pricelist_of(self.customer), policy)
        self.assertEqual(self.pricelist_of(self.stranger), self.usual)
        group.fixed_partner_ids = False
        self.assertEqual(self.pricelist_of(self.customer), self.usual)

    def test_contacts_of_a_member_get_it_too(self):
        group = self.make_group(fixed_partner_ids=self.customer.ids)
        contact = self.Partner.create({"name": "Kho", "parent_id": self.customer.id})
        policy = self.policy(group)
        self.assertEqual(self.pricelist_of(contact), policy)

    def test_first_policy_counts_and_what_was_chosen_by_hand_before_it(self):
        vip = self.make_group(fixed_partner_ids=self.customer.ids, name="VIP")
        gold = self.make_group(fixed_partner_ids=self.customer.ids, name="Vàng")
        first, second = self.policy(vip), self.policy(gold)
        (first + second).write({"sequence": 5})
        second.sequence = 3
        self.assertEqual(self.pricelist_of(self.customer), second)
        gold.action_archive()
        self.assertEqual(self.pricelist_of(self.customer), first)
        self.customer.property_product_pricelist = self.usual
        self.assertEqual(self.pricelist_of(self.customer), self.usual)
        self.customer.property_product_pricelist = first
        self.assertFalse(self.customer.specific_property_product_pricelist)

    def test_existing_pricelist_is_extended(self):
        groups = self.make_group(name="VIP") + self.make_group(name="Vàng")
        policy = self.policy(groups[0])
        again = self.policy(groups, mode="existing", pricelist_id=policy.id)
        self.assertEqual(again, policy)
        self.assertEqual(policy.customer_group_ids, groups)
        self.assertTrue(policy.is_price_policy)

    def test_policy_that_makes_no_sense_is_refused(self):
        group = self.make_group()
        for vals, said in (
            ({"discount": 150}, "between 0 and 100"),
            ({"discount": -5}, "between 0 and 100"),
            ({"name": " "}, "a name"),
            ({"mode": "existing"}, "Choose the pricelist"),
        ):
            with self.subTest(vals), self.assertRaisesRegex(ValidationError, said):
                self.policy(group, **vals)

    def test_employees_sell_without_seeing_groups(self):
        group = self.make_group(fixed_partner_ids=self.customer.ids)
        policy = self.policy(group)
        stockman = make_user(
            self.superuser_env,
            "seller_of_tests",
            "base.group_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        found = (
            self.env["product.pricelist"]
            .with_user(stockman)
            ._get_partner_pricelist_multi((self.customer + self.stranger).ids)
        )
        self.assertEqual(found[self.customer.id].id, policy.id)
        self.assertEqual(found[self.stranger.id].id, self.usual.id)

    def test_switched_off_pricelists_are_said(self):
        self.superuser_env["res.config.settings"].create(
            {"group_product_pricelist": False}
        ).execute()
        with self.assertRaisesRegex(UserError, "switched off"):
            self.policy(self.make_group())
