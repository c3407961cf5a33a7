"""The lint gate: what it finds itself, and how it reports what others find."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from launcher import lint

PASSES = (sys.executable, "-c", "pass")
FAILS = (sys.executable, "-c", "print('line 3'); raise SystemExit(1)")


class TestLint(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def touch(self, name: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def run_checks(self, *checks: lint.Check, fix: bool = False):
        output = io.StringIO()
        with (
            mock.patch.object(lint, "checks", return_value=checks),
            contextlib.redirect_stdout(output),
        ):
            return lint.run(Path("bin"), self.root, self.root, fix), output.getvalue()

    def test_forbidden_files_are_named_and_foreign_folders_left_alone(self):
        for name in (
            "addons/a/models/x.py.orig",
            "addons/a/i18n/en.po",
            "addons/a/i18n/vi.po",
            "docs/en.po",
            "y.rej",
            ".state/odoo/z.orig",
            "node_modules/z.rej",
        ):
            self.touch(name)
        found = [line.partition(":")[0] for line in lint.forbidden_files(self.root)]
        self.assertEqual(
            found, ["addons/a/i18n/en.po", "addons/a/models/x.py.orig", "y.rej"]
        )

    def test_failure_is_named_with_its_output_and_the_rest_still_runs(self):
        failed, output = self.run_checks(
            lint.Check("one", "this", FAILS), lint.Check("two", "that", PASSES)
        )
        self.assertEqual(failed, ["one"])
        self.assertIn("line 3", output)
        self.assertIn("two: ok", output)

    def test_skipped_check_says_why_and_fails_nothing(self):
        failed, output = self.run_checks(
            lint.Check("one", "this", FAILS, skip="no npm")
        )
        self.assertEqual(failed, [])
        self.assertIn("one: skipped (no npm)", output)

    def test_repair_runs_only_when_asked_for_and_the_check_judges_it(self):
        check = lint.Check(
            "one",
            "this",
            (sys.executable, "-c", "open('repaired')"),
            (sys.executable, "-c", "open('repaired', 'w'); raise SystemExit(1)"),
        )
        self.assertEqual(self.run_checks(check)[0], ["one"])
        self.assertEqual(self.run_checks(check, fix=True)[0], [])


if __name__ == "__main__":
    unittest.main()
