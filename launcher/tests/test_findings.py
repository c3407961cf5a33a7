"""What a log or a report counts as."""

from pathlib import Path

from launcher import findings
from launcher.findings import Outcome
from launcher.tests.common import FolderCase

ODOO = Path("/s/odoo/usr/lib/python3/dist-packages")
TIME = "2026-11-22 10:00:00,123 77"
RESULT = f"{TIME} INFO db odoo.tests.result: 0 failed, 0 error(s) of 12 tests when"


def line(level: str, logger: str, text: str) -> str:
    return f"{TIME} {level} db {logger}: {text}"


class TestLines(FolderCase):
    def test_warnings_and_errors_are_unwanted(self):
        for level, expected in (
            ("INFO", 0),
            ("WARNING", 1),
            ("ERROR", 1),
            ("CRITICAL", 1),
        ):
            with self.subTest(level):
                found = findings.unwanted_lines(line(level, "odoo.http", "text"), ODOO)
                self.assertEqual(len(found), expected)

    def test_only_deprecations_of_others_are_accepted(self):
        site = "/s/venv/lib/python3.11/site-packages"
        odoo = f"{ODOO}/odoo"
        cases = (
            ("py.warnings", f"{site}/docutils/x.py:1: DeprecationWarning: old", 0),
            ("py.warnings", f"{odoo}/addons/web/x.py:1: DeprecationWarning: old", 0),
            ("py.warnings", "/shop/addons/crm_customer/x.py:1: DeprecationWarning", 1),
            ("py.warnings", "/my/odoo/addons/crm_customer/x.py:1: Deprecation", 1),
            ("odoo.http", f"{site}/docutils/x.py:1: DeprecationWarning: old", 1),
            ("odoo.sql_db", """bad query: b'UPDATE "queue_job" SET "state" = 1""", 0),
            (
                "odoo.sql_db",
                r"""bad query: b' UPDATE "queue_job"\n  SET "state" = 1""",
                0,
            ),
            ("odoo.sql_db", """bad query: b'UPDATE "res_partner" SET "ref" = 1""", 1),
            (
                "odoo.addons.queue_job.controllers.main",
                "was requested to run job 1a-2b, but it does not exist, or is not in "
                "state enqueued, or is being handled by another worker",
                0,
            ),
            ("odoo.addons.queue_job.controllers.main", "job 1a-2b failed", 1),
        )
        for logger, text, expected in cases:
            with self.subTest(text):
                found = findings.unwanted_lines(line("WARNING", logger, text), ODOO)
                self.assertEqual(len(found), expected)

    def test_lines_that_are_not_log_lines_are_passed_over(self):
        self.assertEqual(findings.unwanted_lines("Traceback\n  ERROR: x\n\n", ODOO), [])


class TestOdoo(FolderCase):
    def of(self, *lines: str) -> tuple[int, int]:
        outcome = findings.of_odoo("\n".join(lines), "odoo", ODOO)
        return outcome.passed, outcome.failed

    def test_all_pass(self):
        self.assertEqual(self.of(RESULT), (12, 0))

    def test_a_failure_counts_once_and_its_sums_do_not(self):
        sums = (
            line(
                "ERROR", "odoo.modules.loading", "Module a: 1 failures, 0 errors of 3"
            ),
            line("ERROR", "odoo.tests.result", "1 failed, 0 error(s) of 3 tests when"),
        )
        fail = line("ERROR", "odoo.addons.a.tests.test_b", "FAIL: TestB.test_c")
        self.assertEqual(self.of(fail, *sums), (2, 1))
        self.assertEqual(self.of(*sums), (2, 1))

    def test_more_failures_than_tests_are_not_less_than_none(self):
        result = RESULT.replace("0 failed", "13 failed")
        self.assertEqual(self.of(result), (0, 1))

    def test_warning_fails_although_all_tests_pass(self):
        warning = line("WARNING", "odoo.models", "field without label")
        self.assertEqual(self.of(warning, RESULT), (12, 1))

    def test_no_test_and_no_result_fail(self):
        none = RESULT.replace("of 12", "of 0")
        self.assertEqual(self.of(none), (0, 1))
        self.assertEqual(self.of(line("INFO", "odoo", "Modules loaded.")), (0, 1))


class TestJunit(FolderCase):
    REPORT = """<testsuites><testsuite>
        <testcase classname="a.B" name="passes"/>
        <testcase classname="a.B" name="also"><system-out>x</system-out></testcase>
        <testcase classname="a.B" name="fails"><failure/></testcase>
        <testcase classname="a.B" name="errs"><error/></testcase>
        <testcase classname="a.B" name="waits"><skipped message="no data"/></testcase>
    </testsuite></testsuites>"""

    def test_passed_failed_and_skipped(self):
        report = self.write("junit.xml", self.REPORT)
        outcome = findings.of_junit(report, "plain")
        self.assertEqual(outcome.passed, 2)
        self.assertEqual(outcome.failures, ("plain: a.B.fails", "plain: a.B.errs"))
        self.assertEqual(outcome.skipped, ("plain: a.B.waits: no data",))

    def test_no_report_fails(self):
        outcome = findings.of_junit(self.folder / "none.xml", "plain")
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))


class TestOutcome(FolderCase):
    def test_sum_and_closing_line(self):
        total = Outcome(3, (), ("c",)) + Outcome(1, ("a: b",), ("d",))
        self.assertEqual(total.skipped, ("c", "d"))
        self.assertEqual(total.summary(), "4 passed, 1 failed")

    def test_bad_exit_status_needs_a_failure(self):
        self.assertEqual(Outcome(3).with_status(0, "a").failed, 0)
        self.assertEqual(Outcome(3).with_status(5, "a").failures, ("a: exit status 5",))
        self.assertEqual(Outcome(3, ("b",)).with_status(1, "a").failures, ("b",))
