from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import MANAGER, USER, CustomerCase, make_user

TEMPLATE = "/crm_customer/import/template"


@tagged("post_install", "-at_install")
class TestWhoSeesWhat(CustomerCase):
    def test_columns_of_another_company_and_exports_of_others_are_invisible(self):
        other = self._make_shop("Other shop")
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
        make_user(self.env, login, groups, lang="en_US", password=login)
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
