"""What the machine lacks, who may install it, and what happens when nobody may."""

from types import SimpleNamespace

from launcher import machine
from launcher.console import Stop
from launcher.machine import Need
from launcher.tests.common import FolderCase, completed


def need(name: str, present: bool = False, optional: str = "") -> Need:
    return Need(name, lambda: present, (f"{name}-package",), optional)


class TestNeeds(FolderCase):
    def names(self, **options):
        return [one.name for one in machine.needs(**options)]

    def test_postgresql_and_chromium_only_when_used(self):
        self.assertNotIn(
            "PostgreSQL client",
            self.names(database=False, own_postgres=True, browser=False),
        )
        plain = self.names(database=True, own_postgres=False, browser=False)
        self.assertIn("PostgreSQL client", plain)
        self.assertNotIn("PostgreSQL with contrib", plain)
        self.assertFalse({"Chromium", "curl"} & set(plain))
        both = self.names(database=True, own_postgres=True, browser=True)
        self.assertLessEqual({"PostgreSQL with contrib", "Chromium", "curl"}, set(both))

    def test_libpq_headers_are_looked_for_themselves(self):
        self.patch(machine.shutil, "which", lambda name: f"/bin/{name}")
        done = completed(f"{self.folder}\n")
        self.patch(machine.subprocess, "run", lambda *_args, **_options: done)
        self.assertFalse(machine.has_build_tools())
        self.write("libpq-fe.h", below=self.folder)
        self.assertTrue(machine.has_build_tools())

    def test_browser_is_the_one_given_or_the_first_that_is_no_snap(self):
        snap = self.write("snap", below=self.folder)
        (self.folder / "chromium").symlink_to(snap)
        browser = self.write("chromium-browser", below=self.folder)
        for path in (snap, browser):
            path.chmod(0o755)
        self.patch(machine.os, "environ", {"PATH": str(self.folder)})
        self.assertEqual(machine.chromium(), str(browser))
        browser.rename(self.folder / "google-chrome-stable")
        self.assertTrue(machine.chromium().endswith("google-chrome-stable"))
        machine.os.environ["CRM_CHROMIUM"] = str(snap)
        self.assertEqual(machine.chromium(), str(snap))
        machine.os.environ["CRM_CHROMIUM"] = "/nowhere"
        self.assertIsNone(machine.chromium())

    def test_missing_are_those_not_present(self):
        a, b = need("a", present=True), need("b")
        self.assertEqual(machine.missing([a, b]), [b])


class TestInstaller(FolderCase):
    def words(self, programs, *, root=False, sudo_asks=False, terminal=False):
        self.patch(
            machine.shutil, "which", lambda n: f"/bin/{n}" if n in programs else None
        )
        self.patch(machine.os, "geteuid", lambda: 0 if root else 1000)
        done = completed(status=int(sudo_asks))
        self.patch(machine.subprocess, "run", lambda *_args, **_options: done)
        stdin = self.patch(machine.sys, "stdin")
        stdin.isatty.return_value = terminal
        return machine.installer()

    def test_who_may_install(self):
        both = ("apt-get", "sudo")
        sudo = ["/bin/sudo"]
        cases = (
            ("no apt-get", {"programs": ("sudo",), "root": True}, None),
            ("root", {"programs": both, "root": True}, []),
            ("no sudo", {"programs": ("apt-get",)}, None),
            ("sudo without password", {"programs": both}, sudo),
            ("sudo asks nobody", {"programs": both, "sudo_asks": True}, None),
            (
                "sudo asks the user",
                {"programs": both, "sudo_asks": True, "terminal": True},
                sudo,
            ),
        )
        for name, case, expected in cases:
            with self.subTest(name):
                self.assertEqual(self.words(**case), expected)


class TestProvide(FolderCase):
    def setUp(self):
        super().setUp()
        self.commands = []
        self.installed = set()
        self.failing = ()
        self.offer(True)
        self.patch(machine.shutil, "which", lambda name: f"/bin/{name}")
        self.patch(machine, "run", self.fake_run)
        self.patch(machine, "installer", lambda: [])

    def fake_run(self, command, *, what, **_options):
        self.commands.append(command)
        if any(name in command for name in self.failing):
            raise Stop(f"{what} failed.")
        self.installed.update(command)

    def need(self, name: str, optional: str = "") -> Need:
        package = f"{name}-package"
        return Need(name, lambda: package in self.installed, (package,), optional)

    def provide(self, *wanted: Need):
        machine.provide(list(wanted), self.folder)

    def offer(self, offered: bool):
        self.patch(machine, "_has_candidate", lambda _packages: offered)

    def test_nothing_is_called_when_all_is_there(self):
        self.provide(need("a", present=True))
        self.assertEqual(self.commands, [])

    def test_without_rights_the_exact_packages_are_named(self):
        self.patch(machine, "installer", lambda: None)
        with self.assertRaises(Stop) as caught:
            self.provide(
                need("a"), need("b", present=True), need("c"), need("d", "", "x")
            )
        self.assertIn("apt-get install a-package c-package\n", str(caught.exception))

    def test_without_apt_no_administrator_is_sent_to_apt(self):
        self.patch(machine, "installer", lambda: None)
        self.patch(machine.shutil, "which", lambda _name: None)
        with self.assertRaises(Stop) as caught:
            self.provide(need("a"))
        text = str(caught.exception)
        self.assertIn("lacks: a. This machine isn't Debian's kin", text)
        self.assertIn("CRM_ODOO", text)
        self.assertNotIn("apt-get install", text)

    def test_failing_update_or_configure_is_a_warning(self):
        self.failing = ("update", "dpkg")
        self.provide(self.need("a"))
        self.assertIn("a-package", self.installed)
        self.assertIn("Warning: apt-get update failed", self.printed.getvalue())

    def test_need_that_is_not_offered_says_what_to_do(self):
        self.offer(False)
        wanted = Need("Chromium", lambda: False, ("c",), otherwise="Set CRM_CHROMIUM.")
        with self.assertRaises(Stop) as caught:
            self.provide(wanted)
        self.assertIn("isn't offered", str(caught.exception))
        self.assertIn("Set CRM_CHROMIUM.", str(caught.exception))

    def test_without_rights_an_optional_need_stops_nothing(self):
        self.patch(machine, "installer", lambda: None)
        self.provide(need("a", optional="no PDF"))

    def test_required_needs_are_installed_and_looked_for_again(self):
        self.provide(self.need("a"))
        self.assertEqual(self.commands[-1][-1], "a-package")
        with self.assertRaisesRegex(Stop, "b is still missing"):
            self.provide(need("b"))

    def test_sudo_comes_first_in_each_command(self):
        self.patch(machine, "installer", lambda: ["/bin/sudo"])
        self.provide(self.need("a"))
        self.assertEqual({command[0] for command in self.commands}, {"/bin/sudo"})

    def test_optional_need_that_is_not_offered_is_tried_once(self):
        self.offer(False)
        self.provide(self.need("a", optional="no PDF"))
        self.assertIn("no PDF", self.printed.getvalue())
        before = len(self.commands)
        self.provide(self.need("a", optional="no PDF"))
        self.assertEqual(len(self.commands), before)

    def test_optional_need_that_cannot_be_installed_stops_nothing(self):
        self.offer(True)
        self.failing = ("a-package",)
        self.provide(self.need("a", optional="no PDF"), self.need("b"))
        self.assertIn("b-package", self.installed)

    def test_optional_need_is_tried_again_with_a_required_one(self):
        self.offer(False)
        self.provide(self.need("a", optional="no PDF"))
        self.offer(True)
        self.provide(self.need("a", optional="no PDF"), self.need("b"))
        self.assertIn("a-package", self.installed)


class TestPython(FolderCase):
    def test_versions_that_odoo_supports(self):
        cases = {(3, 10): False, (3, 11): True, (3, 13): True, (3, 14): False}
        for version, fits in cases.items():
            with self.subTest(version):
                python = SimpleNamespace(version_info=(*version, 1), executable="py")
                self.patch(machine, "sys", python)
                if fits:
                    machine.check_python()
                    continue
                with self.assertRaisesRegex(Stop, "CRM_PYTHON"):
                    machine.check_python()
