"""What the tests' databases are made of, and that a suite's end isn't the end."""

from unittest import mock

from launcher import suites
from launcher.console import Stop
from launcher.findings import Outcome
from launcher.odoo import Odoo
from launcher.postgres import Server
from launcher.tests.common import FolderCase


class TestSuites(FolderCase):
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
        found = suites.outside_modules(self.layout.addons)
        self.assertEqual(found, ["contacts", "loyalty", "mail"])

    def test_template_is_named_for_what_it_is_made_of(self):
        self.write("constraints.txt", "a==1")

        def name(kind="modules", modules=("mail",), imports="/odoo"):
            return suites.template_name(self.odoo(imports), kind, list(modules))

        first = name()
        self.assertEqual(first, name())
        others = [name("base"), name(modules=("mail", "sale")), name(imports="/other")]
        self.write("constraints.txt", "a==2")
        others.append(name())
        with mock.patch.object(suites.database, "SET_UP_SHOP", "pass"):
            others.append(name())
        self.assertEqual(len({first, *others}), 6)

    def test_suite_that_cannot_go_on_is_a_failure_with_its_reason(self):
        def suite():
            raise Stop("Installing a failed.", "See the log.")

        outcome = suites.attempt("a alone", suite)
        self.assertEqual(outcome.failures, ("a alone: Installing a failed.",))
        self.assertIn("See the log.", self.printed.getvalue())
        self.assertEqual(suites.attempt("b", lambda: Outcome(2)), Outcome(2))

    def test_failure_report_keeps_tracebacks_and_drops_the_rest(self):
        log = "\n".join(
            (
                "2026-11-22 10:00:00,1 7 INFO db odoo.a: fine",
                "more of it",
                "2026-11-22 10:00:00,1 7 ERROR db odoo.a: FAIL: Test.one",
                "Traceback (most recent call last):",
                "2026-11-22 10:00:00,1 7 INFO db odoo.a: fine again",
            )
        )
        report = suites._failure_report(log)
        self.assertIn("Traceback", report)
        self.assertNotIn("fine", report)
        self.assertNotIn("more of it", report)

    def test_unknown_bench_is_named_before_anything_is_made(self):
        self.write("bench/search.py")
        self.write("bench/_common.py")
        with self.assertRaisesRegex(Stop, "(?s)no bench walk.*There are: search"):
            suites.benches(self.layout, self.odoo(), ["walk"], small=True)
