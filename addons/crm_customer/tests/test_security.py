from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MANAGER, USER, CustomerCase

OPERATIONS = ("create", "read", "write", "unlink")
ROLES = ("portal", "internal", "user", "manager")
#: What each role may do with a model: initials of create, read, write, unlink. Odoo
#: itself lets every employee write sources and every salesperson write tags.
RIGHTS = {
    "res.partner": ("r", "r", "crw", "crwu"),
    "res.city": ("", "r", "r", "crwu"),
    "res.partner.category": ("", "r", "crw", "crwu"),
    "utm.source": ("", "crw", "crw", "crwu"),
    "crm.contact.position": ("", "r", "r", "crwu"),
    "crm.supplier.type": ("", "r", "r", "crwu"),
    "crm.customer.field.rule": ("", "", "r", "rw"),
    "crm.customer.key": ("", "", "", "r"),
    "crm.customer.import": ("", "", "", "crwu"),
    "crm.customer.import.row": ("", "", "", "r"),
    "crm.customer.import.column": ("", "", "", "crwu"),
    "crm.customer.export": ("", "", "", "crwu"),
}
TEMPLATE = "/crm_customer/import/template"


@tagged("post_install", "-at_install")
class TestRightsOfRoles(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.superuser_env
        cls.roles = {
            "portal": new_test_user(env, "buyer_of_tests", "base.group_portal"),
            "internal": new_test_user(env, "stockman_of_tests", "base.group_user"),
            "user": cls.telesale,
            "manager": cls.manager,
        }

    def test_each_role_may_do_what_it_needs_and_no_more(self):
        for model, rights in RIGHTS.items():
            for role, expected in zip(ROLES, rights, strict=True):
                with self.subTest(model=model, role=role):
                    Model = self.env[model].with_user(self.roles[role])
                    allowed = [name for name in OPERATIONS if Model.has_access(name)]
                    self.assertEqual("".join(name[0] for name in allowed), expected)

    def test_every_model_of_the_addon_is_in_the_table(self):
        models = self.superuser_env["ir.model"].search([("model", "=like", "crm.%")])
        ours = {
            model.model
            for model in models
            if "crm_customer" in model.modules.split(", ")
            and not self.env[model.model]._abstract
            and model.modules.split(", ")[0] == "crm_customer"
        }
        self.assertFalse(ours - RIGHTS.keys())

    def test_manager_is_a_user(self):
        self.assertTrue(self.manager.has_group(USER))
        self.assertTrue(self.manager.has_group("base.group_allow_export"))

    def test_user_may_not_export(self):
        self.assertFalse(self.telesale.has_group("base.group_allow_export"))

    def test_menus_follow_the_roles(self):
        menus = {
            "menu_root": ("user", "manager"),
            "menu_customer_import": ("manager",),
            "menu_configuration": ("manager",),
        }
        for role in ("internal", "user", "manager"):
            visible = (
                self.env["ir.ui.menu"].with_user(self.roles[role])._visible_menu_ids()
            )
            for name, expected in menus.items():
                with self.subTest(role=role, menu=name):
                    menu = self.superuser_env.ref(f"crm_customer.{name}")
                    self.assertEqual(menu.id in visible, role in expected)

    def test_columns_of_another_company_and_exports_of_others_are_invisible(self):
        other = self.superuser_env["res.company"].create({"name": "Other shop"})
        manager = self.manager.with_env(self.superuser_env)
        stranger = manager.copy(
            {
                "login": "other_manager_of_tests",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
            }
        )
        record = self.env["crm.customer.import"].with_user(manager).create({})
        column = self.env["crm.customer.import.column"].with_user(manager)
        column = column.create({"import_id": record.id, "position": 0})
        export = self.env["crm.customer.export"].with_user(manager).create({})
        for theirs in (column, export):
            with self.subTest(theirs._name):
                self.assertTrue(theirs.search([("id", "=", theirs.id)]))
                hidden = theirs.with_user(stranger).with_context(
                    allowed_company_ids=other.ids
                )
                self.assertFalse(hidden.search([("id", "=", theirs.id)]))
                with self.assertRaises(AccessError):
                    hidden.read(["create_date"])

    def test_import_history_of_a_customer_is_for_managers(self):
        fields = self.env["res.partner"].with_user(self.telesale).fields_get()
        self.assertNotIn("import_row_ids", fields)
        self.assertIn(
            "import_row_ids",
            self.env["res.partner"].with_user(self.manager).fields_get(),
        )


@tagged("post_install", "-at_install")
class TestTemplateDownload(HttpCase):
    def get(self, role, groups):
        login = f"{role}_of_tests"
        new_test_user(self.env, login, groups, lang="en_US", password=login)
        self.authenticate(login, login)
        return self.url_open(TEMPLATE)

    def test_manager_gets_the_template(self):
        response = self.get("shop_manager", MANAGER)
        self.assertEqual(response.status_code, 200)
        self.assertIn("spreadsheetml", response.headers["Content-Type"])
        self.assertTrue(response.content.startswith(b"PK"))

    def test_others_are_refused(self):
        for role, groups in (
            ("telesale", USER),
            ("stockman", "base.group_user"),
            ("buyer", "base.group_portal"),
        ):
            with self.subTest(role), mute_logger("odoo.http"):
                self.assertEqual(self.get(role, groups).status_code, 403)

    def test_stranger_must_log_in(self):
        response = self.url_open(TEMPLATE, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])
