"""Each role may do with promotions what the table says."""

from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.crm_customer.tests.rights_table import OPERATIONS

from .rights_table import MENUS, RIGHTS, ROLES, WITHOUT_CUSTOMER_RULE

ADDON = "crm_promotion"


@tagged("post_install", "-at_install")
class TestRightsOfRoles(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env(context={"no_reset_password": True})
        cls.people = {
            role: new_test_user(env, f"{role}_role_of_tests", groups)
            for role, groups in ROLES.items()
        }

    def own_models(self):
        return [
            self.env[model.model]
            for model in self.env["ir.model"].search([])
            if model.model in self.env
            and self.env[model.model]._original_module == ADDON
            and not self.env[model.model]._abstract
        ]

    def test_each_role_may_do_what_it_needs_and_no_more(self):
        for model, rights in RIGHTS.items():
            for role, expected in rights.items():
                with self.subTest(model=model, role=role):
                    Model = self.env[model].with_user(self.people[role])
                    allowed = [name for name in OPERATIONS if Model.has_access(name)]
                    self.assertEqual("".join(name[0] for name in allowed), expected)

    def test_every_model_of_the_addon_is_in_the_table(self):
        self.assertFalse({Model._name for Model in self.own_models()} - RIGHTS.keys())

    def test_models_that_speak_of_a_customer_follow_its_visibility(self):
        for Model in self.own_models():
            if Model._transient or Model._name in WITHOUT_CUSTOMER_RULE:
                continue
            if any(
                field.comodel_name == "res.partner"
                and field.store
                and field.type in ("many2one", "many2many")
                for field in Model._fields.values()
            ):
                self.assertTrue(hasattr(Model, "_customer_field"), Model._name)

    def test_menus_follow_the_roles(self):
        for role, user in self.people.items():
            if not user._is_internal():
                continue
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            for name, roles in MENUS.items():
                with self.subTest(role=role, menu=name):
                    menu = self.env.ref(f"{ADDON}.{name}")
                    self.assertEqual(menu.id in visible, role in roles)
