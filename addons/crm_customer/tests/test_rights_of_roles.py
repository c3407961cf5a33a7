from odoo.tests import new_test_user, tagged

from .common import CustomerCase
from .rights_table import (
    MENUS,
    OPERATIONS,
    RIGHTS,
    ROLES,
    WITHOUT_CUSTOMER_RULE,
)

ADDON = "crm_customer"


@tagged("post_install", "-at_install")
class TestRightsOfRoles(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.superuser_env(context={"no_reset_password": True})
        cls.people = {
            role: new_test_user(env, f"{role}_role_of_tests", groups)
            for role, groups in ROLES.items()
        }

    def own_models(self):
        """Models that the addon defines, not those that it extends."""
        return [
            self.superuser_env[model.model]
            for model in self.superuser_env["ir.model"].search([])
            if model.model in self.env
            and self.env[model.model]._original_module == ADDON
            and not self.env[model.model]._abstract
        ]

    def test_each_role_may_do_what_it_needs_and_no_more(self):
        for model, rights in RIGHTS.items():
            for role, expected in rights.items():
                with self.subTest(model=model, role=role):
                    Model = self.superuser_env[model].with_user(self.people[role])
                    allowed = [name for name in OPERATIONS if Model.has_access(name)]
                    self.assertEqual("".join(name[0] for name in allowed), expected)

    def test_every_model_of_the_addon_is_in_the_table(self):
        self.assertGreater(len(self.own_models()), 5)
        names = {Model._name for Model in self.own_models()}
        self.assertFalse(names - RIGHTS.keys())
        for model, rights in RIGHTS.items():
            self.assertEqual(rights.keys(), ROLES.keys(), model)

    def test_models_that_speak_of_a_customer_follow_its_visibility(self):
        """A new model with a customer needs a rule, or a word why not."""
        for Model in self.own_models():
            if Model._transient or Model._name in WITHOUT_CUSTOMER_RULE:
                continue
            if any(
                field.comodel_name == "res.partner"
                and field.store
                and field.type in ("many2one", "many2many")
                for field in Model._fields.values()
            ):
                self.assertTrue(
                    hasattr(Model, "_customer_field"),
                    f"{Model._name} needs a _customer_field (see ir.rule)",
                )

    def test_menus_follow_the_roles(self):
        for role, user in self.people.items():
            if not user._is_internal():
                continue
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            for name, roles in MENUS.items():
                with self.subTest(role=role, menu=name):
                    menu = self.superuser_env.ref(f"{ADDON}.{name}")
                    path = {int(step) for step in menu.parent_path.split("/") if step}
                    self.assertEqual(path <= visible, role in roles)

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
        privilege = hierarchy["privileges"][self.env.ref(f"{ADDON}.privilege_role").id]
        offered = [ROLES[role] for role in list(ROLES)[:5]]
        self.assertEqual(
            privilege["group_ids"], [self.env.ref(name).id for name in offered]
        )
