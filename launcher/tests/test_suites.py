"""That a suite's end isn't the end, and what is told of it."""

from unittest import mock
from xml.etree import ElementTree

from launcher import odoo_tests, suites
from launcher.console import Stop
from launcher.findings import Outcome
from launcher.odoo import Odoo
from launcher.postgres import Server
from launcher.tests.common import FolderCase


class TestSuites(FolderCase):
    def odoo(self, imports: str = "/odoo") -> Odoo:
        nowhere = Server("", "", "")
        folder = self.folder.__class__(imports)
        return Odoo(self.layout, folder, nowhere, self.layout.state / "test.conf")

    def test_suite_that_cannot_go_on_is_a_failure_with_its_reason(self):
        def suite():
            raise Stop("Installing a failed.", "See the log.")

        outcome = suites.attempt("a alone", suite)
        self.assertEqual(outcome.failures, ("a alone: Installing a failed.",))
        self.assertIn("See the log.", self.printed.getvalue())
        self.assertEqual(suites.attempt("b", lambda: Outcome(2)), Outcome(2))
        for problem in (OSError("No space left"), ElementTree.ParseError("cut off")):
            outcome = suites.attempt("c", mock.Mock(side_effect=problem))
            self.assertEqual(outcome.failed, 1)
            self.assertIn(str(problem), outcome.failures[0])

    def test_untranslated_terms_fail_and_leave_nothing(self):
        self.layout.prepare()
        found = {"crm_a": ["Save"], "crm_b": []}
        refresh = self.patch(suites.translations, "refresh")
        refresh.return_value = found
        outcome = suites.translated(self.odoo(), ["crm_a", "crm_b"])
        self.assertEqual(outcome.passed, 1)
        self.assertEqual(outcome.failures, ("crm_a: without Vietnamese: 'Save'",))
        self.assertEqual(list(self.layout.tmp.iterdir()), [])

    def test_lint_that_could_not_run_is_told_as_skipped(self):
        check = suites.lint.Check("prettier", "", skip="needs Node.js")
        self.patch(suites.lint, "checks", lambda *_args: [check])
        self.patch(suites.static_checks, "provide_formatter")
        suites.static_checks.provide_formatter.side_effect = Stop("npm ci failed.")
        outcome = suites.lint_suite(self.layout)
        self.assertEqual(outcome.skipped, ("lint: prettier: needs Node.js",))
        self.assertEqual(outcome.failures, ("prettier: npm ci failed.",))
        self.assertEqual(outcome.passed, 0)

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
        report = odoo_tests.failure_report(log, self.folder)
        self.assertIn("Traceback", report)
        self.assertNotIn("fine", report)
        self.assertNotIn("more of it", report)

    def test_unknown_bench_is_named_before_anything_is_made(self):
        self.write("bench/search.py")
        self.write("bench/_common.py")
        with self.assertRaisesRegex(Stop, "(?s)no bench walk.*There are: search"):
            suites.benches(self.layout, self.odoo(), ["walk"], small=True)
