from odoo.tests import tagged

from .common import CustomerCase
from .rights_case import RightsOfRoles
from .rights_table import MENUS, RIGHTS, ROLES, WITHOUT_CUSTOMER_RULE


@tagged("post_install", "-at_install")
class TestRightsOfRoles(RightsOfRoles, CustomerCase):
    addon = "crm_customer"
    rights, menus = RIGHTS, MENUS
    without_customer_rule = WITHOUT_CUSTOMER_RULE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._make_people()

    def test_bigger_roles_include_the_smaller_ones(self):
        """So that a later addon gives its rights to the smallest role only."""

        def bundle(role):
            return self.superuser_env.ref(ROLES[role]).all_implied_ids

        for role in ("telesale", "marketing", "shipping"):
            self.assertLessEqual(bundle(role), bundle("shop_manager"), role)
        self.assertLessEqual(bundle("shop_manager"), bundle("administrator"))
        self.assertIn(self.env.ref("base.group_system"), bundle("administrator"))
        self.assertNotIn(self.env.ref("base.group_system"), bundle("shop_manager"))

    def test_only_managers_export(self):
        for role, user in self.people.items():
            with self.subTest(role):
                self.assertEqual(
                    user.has_group("base.group_allow_export"),
                    role in ("shop_manager", "administrator"),
                )

    def test_the_form_of_a_user_offers_one_role_from_small_to_big(self):
        hierarchy = self.superuser_env["res.groups"]._get_view_group_hierarchy()
        privilege = hierarchy["privileges"][
            self.env.ref(f"{self.addon}.privilege_role").id
        ]
        offered = [ROLES[role] for role in list(ROLES)[:5]]
        self.assertEqual(
            privilege["group_ids"], [self.env.ref(name).id for name in offered]
        )
