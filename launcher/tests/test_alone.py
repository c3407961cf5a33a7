"""What each addon is installed on, and what is told when that goes wrong."""

from pathlib import Path

from launcher import alone, database
from launcher.console import Stop
from launcher.odoo import Odoo
from launcher.postgres import Server
from launcher.tests.common import FolderCase


class TestAlone(FolderCase):
    def setUp(self):
        super().setUp()
        self.layout.prepare()
        nowhere, conf = Server("", "", ""), self.layout.state / "test.conf"
        self.odoo = Odoo(self.layout, Path("/odoo"), nowhere, conf)
        self.manifest("crm_promotion", "crm_customer", "crm_loyalty", "sale")
        self.manifest("crm_loyalty", "crm_customer")
        self.manifest("crm_customer", "mail")
        self.manifest("crm_connector")

    def manifest(self, addon, *depends):
        self.write(f"addons/{addon}/__manifest__.py", repr({"depends": list(depends)}))

    def run_with(self, call, left=()):
        """The outcome with a fake Odoo; and what was copied from what."""
        copied = {}
        self.patch(alone.templates, "base", lambda _odoo: "base")
        self.patch(alone.templates, "database_name", lambda _layout, kind: kind)
        self.patch(database, "copy", lambda _odoo, old, new: copied.update({new: old}))
        self.patch(database, "drop")
        self.patch(database, "not_installed", lambda _odoo, _name, addons: addons)
        self.patch(Odoo, "sql", lambda *_args: list(left))
        self.patch(Odoo, "call", call)
        return alone.run(self.odoo), copied

    def written(self, text=""):
        def call(_odoo, *_words, log, what):
            file = self.layout.logs / f"{log}.log"
            with file.open("a", encoding="utf-8") as output:
                print(what, text, sep="\n", file=output)

        return call

    def test_addon_is_installed_on_the_highest_of_those_below_it(self):
        found = alone.foundations(self.layout)
        self.assertEqual(
            found,
            {
                "crm_connector": "",
                "crm_customer": "",
                "crm_loyalty": "crm_customer",
                "crm_promotion": "crm_loyalty",
            },
        )
        order = list(found)
        self.assertLess(order.index("crm_customer"), order.index("crm_loyalty"))
        self.assertLess(order.index("crm_loyalty"), order.index("crm_promotion"))

    def test_all_pass_on_what_is_below_them(self):
        outcome, copied = self.run_with(self.written())
        self.assertEqual((outcome.passed, outcome.failures), (4, ()))
        self.assertEqual(copied["alone_crm_customer"], "base")
        self.assertEqual(copied["alone_crm_loyalty"], "alone_crm_customer")
        self.assertEqual(copied["alone_crm_loyalty_gone"], "alone_crm_loyalty")

    def test_warning_and_what_is_left_are_failures(self):
        line = "2026-11-22 10:00:00,1 7 WARNING db odoo.a: two fields of one name"
        outcome, _copied = self.run_with(self.written(line), left=["crm.thing"])
        self.assertEqual(outcome.passed, 0)
        said = [text for text in outcome.failures if text.startswith("crm_loyalty ")]
        self.assertIn("two fields of one name", said[0])
        self.assertEqual(said[-1], "crm_loyalty alone: uninstalling leaves crm.thing")

    def test_what_builds_on_a_failure_fails_with_its_reason(self):
        write = self.written()

        def call(odoo, *words, log, what):
            if what == "Installing crm_loyalty alone":
                raise Stop("Installing crm_loyalty alone failed.")
            write(odoo, *words, log=log, what=what)

        outcome, _copied = self.run_with(call)
        self.assertEqual(outcome.passed, 2)
        reason = "Installing crm_loyalty alone failed."
        self.assertEqual(
            sorted(outcome.failures),
            [f"{name} alone: {reason}" for name in ("crm_loyalty", "crm_promotion")],
        )
