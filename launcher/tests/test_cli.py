"""The command line: its verbs, their defaults, and how problems are told."""

import argparse
import contextlib
import io
from pathlib import Path
from unittest import mock

from launcher import cli, static_checks, verbs
from launcher.console import Stop
from launcher.tests.common import FolderCase

VERBS = (
    *("run", "stop", "shell", "install", "update", "test", "lint", "i18n"),
    *("bench", "screenshots", "backup", "restore", "reset"),
)


class TestParser(FolderCase):
    def parse(self, *words: str) -> argparse.Namespace:
        return cli.parser().parse_args(words)

    def test_each_verb_has_help(self):
        for verb in VERBS:
            with self.subTest(verb), contextlib.redirect_stdout(io.StringIO()) as text:
                with self.assertRaises(SystemExit) as caught:
                    self.parse(verb, "--help")
                self.assertEqual(caught.exception.code, 0)
                self.assertIn(
                    getattr(verbs, verb).__doc__.split("\n")[0], text.getvalue()
                )

    def test_every_verb_is_known(self):
        with contextlib.redirect_stdout(io.StringIO()) as text:
            with self.assertRaises(SystemExit):
                self.parse("--help")
        for verb in VERBS:
            self.assertRegex(text.getvalue(), rf"(?m)^ +{verb}\s")

    def test_defaults(self):
        run = self.parse("run")
        self.assertEqual((run.db, run.port, run.no_demo), ("crm", 8069, False))
        self.assertEqual(self.parse("test").addons, [])
        self.assertFalse(self.parse("reset").all)
        self.assertEqual(self.parse("backup", "a.zip").file, Path("a.zip"))

    def test_names_that_are_no_database_names_are_refused(self):
        self.assertEqual(self.parse("run", "--db", "shop-2.test_x").db, "shop-2.test_x")
        for name in ("", "x", "-x", "a b", "a'; DROP", "đ-shop", "x" * 47):
            with self.subTest(name), self.assertRaises(SystemExit):
                self.parse("run", f"--db={name}")

    def test_verbs_on_the_same_things_wait_for_each_other(self):
        locks = {
            verb: self.parse(
                verb, *(["x"] if verb in ("backup", "restore") else [])
            ).lock
            for verb in VERBS
        }
        for verb in ("run", "install", "update", "restore", "reset"):
            self.assertEqual(locks[verb], "shop", verb)
        for verb in ("test", "i18n", "bench", "screenshots"):
            self.assertEqual(locks[verb], "test", verb)
        for verb in ("stop", "shell", "backup"):
            self.assertEqual(locks[verb], "", verb)


class TestMain(FolderCase):
    def setUp(self):
        super().setUp()
        self.patch(cli, "layout_of", lambda *_args: self.layout)
        self.patch(cli.os, "geteuid", lambda: 1000)
        self.patch(cli, "CHECKOUT", self.layout.root)
        self.environ = {}
        self.patch(cli.os, "environ", self.environ)

    def main(self, verb, *words: str) -> int:
        with mock.patch.object(verbs, "stop", verb):
            verb.__name__, verb.__doc__ = "stop", "Help."
            return cli.main(["stop", *words])

    def raising(self, problem):
        def verb(_layout, _options):
            raise problem

        return verb

    def test_status_is_the_verbs(self):
        self.assertEqual(self.main(lambda *_args: None), 0)
        self.assertEqual(self.main(lambda *_args: 3), 3)

    def test_problems_are_told_without_a_traceback(self):
        cases = (
            (Stop("No disk.", "Buy one."), 1, "No disk.\n  Buy one."),
            (OSError(28, "No space left on device", "/x"), 1, "No space left"),
            (KeyboardInterrupt(), 130, "call the same command again"),
        )
        for problem, status, text in cases:
            with self.subTest(problem):
                self.assertEqual(self.main(self.raising(problem)), status)
                self.assertIn(text, self.printed.getvalue())
                self.assertNotIn("Traceback", self.printed.getvalue())

    def test_what_a_verb_made_comes_home(self):
        def verb(layout, _options):
            self.write("out/docs/new.md", "new", below=layout.state)

        self.main(verb)
        self.assertEqual((self.layout.root / "docs/new.md").read_text("utf-8"), "new")

    def test_file_is_the_users_and_looked_at_first(self):
        missing = str(self.folder / "missing.zip")
        self.assertEqual(cli.main(["restore", missing]), 1)
        self.assertIn("no readable file", self.printed.getvalue())

    def test_root_prepares_the_machine_and_leaves_the_work_to_the_account(self):
        self.patch(cli.os, "geteuid", lambda: 0)
        self.patch(cli.os, "umask")
        self.patch(cli, "_prepare_machine")
        verb = self.patch(verbs, "write_backup")
        account = self.patch(cli, "account")
        account.place.return_value = self.layout
        account.run_as.return_value = 7
        file = self.folder / "crm.zip"
        self.assertEqual(cli.main(["backup", str(file)]), 7)
        account.stand_in.assert_called_once_with(
            file, "write", self.layout.state, account.provide()
        )
        self.assertEqual(account.run_as.call_args.args[2], ["backup", str(file)])
        account.bring_home.assert_called_once_with(self.layout, self.layout.root)
        verb.assert_not_called()

    def test_service_takes_the_file_that_root_prepared(self):
        self.environ |= {"CRM_AS_SERVICE": "1", "CRM_FILE": "/state/tmp/crm.zip"}
        write = self.patch(verbs, "write_backup")
        self.patch(verbs, "prepare")
        self.assertEqual(cli.main(["backup", "crm.zip"]), 0)
        self.assertEqual(write.call_args.args[1:], ("crm", Path("/state/tmp/crm.zip")))


class TestVerbs(FolderCase):
    def chosen(self, *addons: str) -> list[str]:
        return verbs._chosen(self.layout, argparse.Namespace(addons=list(addons)))

    def test_addons_chosen_or_all(self):
        for addon in ("crm_b", "crm_a"):
            self.write(f"addons/{addon}/__manifest__.py")
        self.assertEqual(self.chosen(), ["crm_a", "crm_b"])
        self.assertEqual(self.chosen("crm_b"), ["crm_b"])
        with self.assertRaisesRegex(Stop, "(?s)no addon crm_c.*crm_a, crm_b"):
            self.chosen("crm_b", "crm_c")

    def test_nothing_is_removed_without_a_yes(self):
        stdin = self.patch(verbs.sys, "stdin")
        for terminal, answer, goes_on in (
            (False, "y", False),
            (True, "", False),
            (True, "no", False),
            (True, " Yes ", True),
        ):
            stdin.isatty.return_value = terminal
            with (
                self.subTest(answer),
                mock.patch("builtins.input", return_value=answer),
            ):
                if goes_on:
                    verbs._confirm("Remove?")
                else:
                    self.assertRaises(Stop, verbs._confirm, "Remove?")

    def test_shop_is_opened_again_when_the_work_fails(self):
        server = self.patch(verbs, "server")
        server.running.return_value = (1, "crm", 8069)
        with self.assertRaises(Stop), verbs._server_stopped("odoo"):
            raise Stop("Updating addons failed.")
        server.start.assert_called_once_with("odoo", "crm", 8069)

    def test_repairs_carry_over_only_what_they_changed(self):
        before, after, out = (self.folder / name for name in ("a", "b", "out"))
        for folder in (before, after):
            self.write("same.py", "same", below=folder)
            self.write("x/changed.py", folder.name, below=folder)
        self.write("x/new.md", "new", below=after)
        static_checks.collect_changes(before, after, out)
        found = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
        self.assertEqual(found, ["x/changed.py", "x/new.md"])
