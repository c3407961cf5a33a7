"""Price policies for tiers beside those for groups, and what goes first."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestPricePolicy(PromotionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.superuser_env["res.config.settings"].create(
            {"group_product_pricelist": True}
        ).execute()
        cls.admin_env["product.pricelist"].search([]).action_archive()
        Pricelist = cls.admin_env["product.pricelist"]
        cls.usual, cls.for_group, cls.for_tier = Pricelist.create(
            [
                {"name": name, "sequence": place, "company_id": cls.company.id}
                for place, name in enumerate(["Giá lẻ", "Giá nhóm", "Giá hạng"])
            ]
        )
        cls.grade = cls.admin_env["res.partner.grade"].create({"name": "Vàng"})
        cls.group = cls.admin_env["crm.customer.group"].create(
            {
                "name": "Khách quen",
                "company_id": cls.company.id,
                "fixed_partner_ids": cls.customer.ids,
            }
        )
        cls.for_tier.grade_ids = cls.grade

    def price(self, partner=None):
        partner = partner or self.customer
        partner.invalidate_recordset()
        found = self.env["product.pricelist"]._get_partner_pricelist_multi(partner.ids)
        return found[partner.id].id

    def test_tier_has_its_prices_and_others_have_the_usual_ones(self):
        self.assertTrue(self.for_tier.is_price_policy)
        self.assertEqual(self.price(), self.usual.id)
        self.customer.sudo().grade_id = self.grade
        self.assertEqual(self.price(), self.for_tier.id)
        contact = self.env["res.partner"].create(
            {"name": "Kho", "parent_id": self.customer.id}
        )
        self.assertEqual(self.price(contact), self.for_tier.id)
        self.for_tier.grade_ids = False
        self.assertFalse(self.for_tier.is_price_policy)

    def test_first_of_the_list_counts_and_one_chosen_by_hand_before_it(self):
        self.customer.sudo().grade_id = self.grade
        self.for_group.customer_group_ids = self.group
        self.group.flush_recordset()
        self.customer._refresh_membership()
        self.assertEqual(self.price(), self.for_group.id)
        self.for_tier.sequence = 0
        self.assertEqual(self.price(), self.for_tier.id)
        self.customer.specific_property_product_pricelist = self.usual.id
        self.assertEqual(self.price(), self.usual.id)

    def test_promotion_for_selected_groups_in_one_step(self):
        groups = self.group.with_user(self.promotion_manager)
        action = groups.action_create_promotion()
        Program = self.Program.with_context(**action["context"])
        names = ["customer_group_ids", "is_promotion", "reward_ids", "date_from"]
        defaults = Program.default_get(names)
        program = Program.create(
            defaults | {"name": "Quà khách quen", "date_to": "2099-12-31"}
        )
        self.assertEqual(program.customer_group_ids, groups)
        self.assertTrue(program.is_promotion)
        with self.assertRaisesRegex(UserError, "Quà khách quen"):
            self.group.unlink()
