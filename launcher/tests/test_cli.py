"""The command line: its verbs, their defaults, and how problems are told."""

import argparse
import contextlib
import io
import os
import re
import stat
import subprocess
from pathlib import Path
from unittest import mock

from launcher import cli, layout, static_checks, verbs
from launcher.console import Stop
from launcher.tests.common import FolderCase

VERBS = (
    *("run", "stop", "shell", "install", "update", "test", "lint", "i18n"),
    *("bench", "compare", "screenshots", "backup", "restore", "reset"),
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
        for name in (
            *("", "x", "-x", "a b", "a'; DROP", "đ-shop", "x" * 47),
            "crmtest_1234_shop",
        ):
            with self.subTest(name), self.assertRaises(SystemExit):
                self.parse("run", f"--db={name}")

    def test_ports_are_numbers_that_ports_have(self):
        self.assertEqual(self.parse("run", "--port", "65535").port, 65535)
        for port in ("0", "65536", "99999", "-1", "http"):
            with self.subTest(port), self.assertRaises(SystemExit):
                self.parse("run", f"--port={port}")

    def test_verbs_on_the_same_things_wait_for_each_other(self):
        locks = {
            verb: self.parse(
                verb, *(["x"] if verb in ("backup", "restore") else [])
            ).lock
            for verb in VERBS
        }
        for verb in ("run", "install", "update", "restore", "reset"):
            self.assertEqual(locks[verb], "shop", verb)
        for verb in ("test", "i18n", "bench", "compare", "screenshots"):
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

    def test_tests_that_cannot_begin_have_their_closing_line(self):
        self.patch(cli, "_prepare_machine")
        self.patch(verbs, "prepare", mock.Mock(side_effect=Stop("No disk.")))
        self.assertEqual(cli.main(["test"]), 1)
        self.assertTrue(self.printed.getvalue().endswith("0 passed, 1 failed\n"))

    def test_what_a_verb_made_comes_home_if_it_is_what_the_verb_is_for(self):
        def verb(_layout, options):
            self.write("docs/images/new.png", "new", below=options.out)
            self.write("launcher/cli.py", "bad", below=options.out)

        self.patch(cli, "_prepare_machine")
        verb.__name__, verb.__doc__ = "screenshots", "Help."
        self.patch(verbs, "screenshots", verb)
        cli.main(["screenshots"])
        root = self.layout.root
        self.assertEqual((root / "docs/images/new.png").read_text("utf-8"), "new")
        self.assertFalse((root / "launcher").exists())

    def test_patterns_never_fit_what_root_runs(self):
        allowed = (cli.CATALOGUES, cli.PICTURES, cli.SOURCES)
        for name in ("crm", "launcher/cli.py", ".ci/run", "addons/a/x.sh"):
            for pattern in allowed:
                self.assertIsNone(re.fullmatch(pattern, name), name)
        self.assertTrue(re.fullmatch(cli.CATALOGUES, "addons/a/i18n/vi.po"))
        self.assertTrue(re.fullmatch(cli.CATALOGUES, "addons/a/i18n/a.pot"))
        self.assertTrue(re.fullmatch(cli.SOURCES, "addons/a/static/src/x.js"))

    def test_only_asked_for_changes_come_home(self):
        for words, brings in (
            (["install"], False),
            (["install", "--lock"], True),
            (["lint"], False),
            (["lint", "--fix"], True),
            (["i18n"], True),
            (["run"], False),
        ):
            options = cli.parser().parse_args(words)
            self.assertEqual(bool(cli._brings(options)), brings, words)

    def test_install_reaches_the_addons_and_the_lock_only_when_asked_for(self):
        self.patch(cli, "_prepare_machine")
        change = self.patch(verbs, "_change_addons")
        lock = self.patch(verbs, "_lock")
        self.assertEqual(cli.main(["install", "crm_a", "--db", "dev"]), 0)
        self.assertEqual(change.call_args.args[1].addons, ["crm_a"])
        lock.assert_not_called()
        change.reset_mock()
        self.assertEqual(cli.main(["install", "--lock"]), 0)
        change.assert_not_called()
        lock.assert_called_once()

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
        account.place.return_value = (self.layout, "retailcrm")
        account.run_as.return_value = 7
        file = self.folder / "crm.zip"
        self.assertEqual(cli.main(["backup", str(file)]), 7)
        service, layout, words, stream = account.run_as.call_args.args
        self.assertEqual((service, layout), ("retailcrm", self.layout))
        self.assertEqual(words, ["backup", str(file)])
        self.assertTrue(stream.closed)  # inherited by then
        verb.assert_not_called()

    def test_service_takes_the_file_that_root_has_opened(self):
        file = self.write("crm.zip", below=self.folder)
        number = os.open(file, os.O_WRONLY)
        self.environ |= {"CRM_AS_SERVICE": "1", "CRM_STREAM": str(number)}
        write = self.patch(verbs, "write_backup")
        write.side_effect = lambda _odoo, _name, stream: stream.write(b"data")
        self.patch(verbs, "prepare")
        self.assertEqual(cli.main(["backup", "elsewhere.zip"]), 0)
        self.assertEqual(file.read_text("utf-8"), "data")


class TestDoor(FolderCase):
    def test_nothing_of_the_folder_that_we_are_called_in_is_run(self):
        for name in ("argparse.py", "launcher.py", "runpy.py", "sitecustomize.py"):
            self.write(name, "raise SystemExit('not ours')", below=self.folder)
        done = subprocess.run(
            ["/bin/sh", layout.CHECKOUT / "crm", "--help"],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Runs the retail CRM", done.stdout)


class TestVerbs(FolderCase):
    def test_shell_takes_our_place_if_there_is_such_a_database(self):
        odoo = mock.Mock(conf="shop.conf")
        odoo.command.return_value = ["/venv/python", "odoo"]
        self.patch(verbs, "prepare", lambda *_args: odoo)
        self.patch(verbs.os, "chdir")
        execve = self.patch(verbs.os, "execve")
        exists = self.patch(verbs.database, "exists")
        exists.return_value = False
        options = argparse.Namespace(db="none")
        with self.assertRaisesRegex(Stop, "no database none"):
            verbs.shell(self.layout, options)
        execve.assert_not_called()
        exists.return_value = True
        verbs.shell(self.layout, options)
        self.assertEqual(execve.call_args.args[0], "/venv/python")

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
        self.patch(verbs.database, "exists", lambda *_args: True)
        server = self.patch(verbs, "server")
        server.running.return_value = (1, "crm", 8069)
        with self.assertRaises(Stop), verbs._server_stopped("odoo"):
            raise Stop("Updating addons failed.")
        server.start.assert_called_once_with("odoo", "crm", 8069)

    def test_shop_that_is_gone_is_not_opened(self):
        self.patch(verbs.database, "exists", lambda *_args: False)
        server = self.patch(verbs, "server")
        server.running.return_value = (1, "crm", 8069)
        with self.assertRaises(Stop), verbs._server_stopped("odoo"):
            raise Stop("Restoring failed.")
        server.start.assert_not_called()

    def test_password_of_an_interrupted_run_is_shown_by_the_next(self):
        self.layout.prepare()
        odoo = mock.Mock(layout=self.layout)
        odoo.conf.stem = "shop"
        options = argparse.Namespace(db="crm", no_demo=True, port=8069)
        self.patch(verbs.database, "exists", lambda *_args: False)
        self.patch(verbs.database, "demo_logins", lambda *_args: [])
        create = self.patch(verbs.database, "create")
        create.side_effect = KeyboardInterrupt
        with self.assertRaises(KeyboardInterrupt):
            verbs._provide_shop(odoo, options)
        password = create.call_args.kwargs["password"]
        file = self.layout.state / "crm.password"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        verbs._greet(odoo, options)
        self.assertIn(password, self.printed.getvalue())
        self.assertFalse(file.exists())

    def test_repairs_carry_over_only_what_they_changed(self):
        before, after, out = (self.folder / name for name in ("a", "b", "out"))
        for folder in (before, after):
            self.write("same.py", "same", below=folder)
            self.write("x/changed.py", folder.name, below=folder)
        self.write("x/new.md", "new", below=after)
        static_checks.collect_changes(before, after, out)
        found = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
        self.assertEqual(found, ["x/changed.py", "x/new.md"])
