"""When the virtual environment is made anew, refreshed, or left alone."""

import sys
from unittest import mock

from launcher import python_env
from launcher.tests.common import FolderCase, completed


class TestProvide(FolderCase):
    def setUp(self):
        super().setUp()
        names = (*python_env.REQUIREMENTS, python_env.DEV_REQUIREMENTS)
        for name in (*names, python_env.CONSTRAINTS):
            self.write(name, name)
        self.commands = []
        self.interrupted = False
        self.whole = True
        self.patch(python_env, "run", self.fake_run)
        self.patch(python_env.subprocess, "run", self.fake_python)

    def fake_run(self, command, **_options):
        self.commands.append("venv" if "venv" in command else "pip")
        if self.interrupted:
            raise KeyboardInterrupt
        if "venv" in command:
            self.write("venv/bin/python", below=self.layout.state)
            site = self.layout.venv / "lib" / "python3.11" / "site-packages"
            site.mkdir(parents=True, exist_ok=True)

    def fake_python(self, *_args, **_options):
        return completed(sys.version if self.whole else "")

    def provide(self, **options) -> list[str]:
        self.commands.clear()
        python_env.provide(self.layout, self.folder / "odoo", **options)
        return self.commands

    def test_made_once_and_then_left_alone(self):
        self.assertEqual(self.provide(), ["venv", "pip"])
        self.assertEqual(self.provide(), [])

    def test_refreshed_when_requirements_constraints_or_odoo_change(self):
        self.provide()
        for name in (*python_env.REQUIREMENTS, python_env.CONSTRAINTS):
            with self.subTest(name):
                self.write(name, f"{name} changed")
                self.assertEqual(self.provide(), ["pip"])
        self.commands.clear()
        python_env.provide(self.layout, self.folder / "another")
        self.assertEqual(self.commands, ["pip"])

    def test_tools_are_added_when_asked_for_and_suffice_for_both(self):
        self.provide()
        self.assertEqual(self.provide(dev=True), ["pip"])
        self.assertEqual(self.provide(), [])
        self.write(python_env.DEV_REQUIREMENTS, "changed")
        self.assertEqual(self.provide(), [])
        self.assertEqual(self.provide(dev=True), ["pip"])

    def test_interrupted_pip_is_called_again(self):
        self.provide()
        self.write(python_env.CONSTRAINTS, "changed")
        self.interrupted = True
        with self.assertRaises(KeyboardInterrupt):
            self.provide()
        self.interrupted = False
        self.write(python_env.CONSTRAINTS, python_env.CONSTRAINTS)
        self.assertEqual(self.provide(), ["pip"])

    def test_half_made_environment_is_made_anew(self):
        self.write("venv/bin/python", below=self.layout.state)
        self.whole = False
        self.assertEqual(self.provide(), ["venv", "pip"])

    def test_odoo_is_found_whatever_its_path_and_the_locale_are(self):
        for name in ("odoo", "my crm é", "it's"):
            with self.subTest(name):
                python_env.provide(self.layout, self.folder / name)
                pth = next(self.layout.venv.glob("lib/*/site-packages/odoo-path.pth"))
                with mock.patch.object(sys, "path", []):
                    exec(pth.read_text("ascii"))
                    self.assertEqual(sys.path, [str(self.folder / name)])

    def test_distribution_is_made_up_for_a_checkout_only(self):
        self.provide()
        site = next(self.layout.venv.glob("lib/*/site-packages"))
        stub = site / "odoo-19.0.dist-info"
        self.assertTrue(stub.is_dir())
        package = self.folder / "package"
        (package / "odoo-19.0.egg-info").mkdir(parents=True)
        python_env.provide(self.layout, package)
        self.assertFalse(stub.exists())
