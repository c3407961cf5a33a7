"""What the tests' databases are made of."""

import os
from unittest import mock

from launcher import database, templates
from launcher.layout import Layout
from launcher.odoo import Odoo
from launcher.postgres import Server
from launcher.tests.common import FolderCase


class TestTemplates(FolderCase):
    def manifest(self, addon: str, *depends: str) -> None:
        self.write(f"addons/{addon}/__manifest__.py", repr({"depends": list(depends)}))

    def odoo(self, imports: str = "/odoo") -> Odoo:
        nowhere = Server("", "", "")
        folder = self.folder.__class__(imports)
        return Odoo(self.layout, folder, nowhere, self.layout.state / "test.conf")

    def test_outside_modules_are_what_the_addons_build_on(self):
        self.manifest("crm_customer", "contacts", "mail")
        self.manifest("crm_loyalty", "crm_customer", "loyalty", "mail")
        self.manifest("crm_empty")
        glue = {"depends": ["crm_loyalty", "sale_stock"], "auto_install": True}
        self.write("addons/crm_loyalty_stock/__manifest__.py", repr(glue))
        found = templates.outside_modules(self.layout)
        self.assertEqual(found, ["contacts", "loyalty", "mail"])

    def test_template_is_named_for_what_it_is_made_of(self):
        self.write("constraints.txt", "a==1")

        def name(kind="modules", modules=("mail",), imports="/odoo"):
            return templates.template_name(self.odoo(imports), kind, list(modules))

        first = name()
        self.assertEqual(first, name())
        others = [name("base"), name(modules=("mail", "sale")), name(imports="/other")]
        self.write("constraints.txt", "a==2")
        others.append(name())
        with mock.patch.object(templates.database, "SET_UP_SHOP", "pass"):
            others.append(name())
        checkout = self.folder / "odoo19"
        head = self.write(".git/logs/HEAD", below=checkout)
        pulled = [name(imports=str(checkout))]
        os.utime(head, (1, 1))
        pulled.append(name(imports=str(checkout)))
        self.assertEqual(len({first, *others, *pulled}), 8)

    def test_installed_addons_are_made_again_when_anything_but_tests_changes(self):
        self.patch(templates.database, "settle")
        self.patch(templates.database, "copy")
        self.patch(templates.database, "replace")
        self.patch(templates.database, "drop")
        self.patch(templates.database, "exists", lambda *_args: False)
        self.patch(Odoo, "sql", lambda *_args: [])
        install = mock.Mock()

        def ready():
            return templates.ready(self.odoo(), ["crm_a"], "web", install)

        model = self.write("addons/crm_a/models/a.py")
        self.manifest("crm_a")
        test = self.write("addons/crm_a/tests/test_a.py")
        page = self.write("addons/crm_a/readme/USAGE.md")
        first = ready()
        for path, changes in ((test, False), (page, False), (model, True)):
            os.utime(path, (1, 1))
            with self.subTest(path.name):
                self.assertEqual(ready() != first, changes)
        install.assert_called_with(database.building(ready()))

    def test_databases_of_tests_are_apart_from_shops_and_other_states(self):
        self.write("constraints.txt", "a==1")
        name = templates.template_name(self.odoo(), "base", [])
        self.assertTrue(name.startswith(templates.PREFIX))
        other = Layout(self.layout.root, self.folder / "other")
        self.assertNotEqual(
            templates.database_name(other, "shop"),
            templates.database_name(self.layout, "shop"),
        )
        self.assertLessEqual(len(database.building(name)), 63)
