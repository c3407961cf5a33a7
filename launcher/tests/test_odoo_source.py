"""Which Odoo is taken: one that is given, or the package of which suite."""

from pathlib import Path

from launcher import odoo_source
from launcher.console import Stop
from launcher.tests.common import FolderCase, completed

SITE = "http://mirror.example/debian"


class TestLocate(FolderCase):
    def odoo(self, folder: str, version: str = "19, 0") -> Path:
        text = f"version_info = ({version}, 0, 'final', 0, '')\n"
        self.write(f"{folder}/odoo/release.py", text)
        return self.layout.root / folder

    def test_checkout_package_and_the_package_folder_itself(self):
        folder = self.odoo("usr/lib/python3/dist-packages")
        for given in (self.layout.root, folder, folder / "odoo"):
            with self.subTest(given):
                self.assertEqual(odoo_source.locate(given), folder)

    def test_other_series_is_refused(self):
        with self.assertRaisesRegex(Stop, "isn't Odoo 19.0"):
            odoo_source.locate(self.odoo("old", "18, 0"))

    def test_folder_without_odoo_is_explained(self):
        with self.assertRaisesRegex(Stop, "odoo/release.py"):
            odoo_source.locate(self.layout.root / "nothing")

    def test_given_odoo_is_taken_and_nothing_downloaded(self):
        download = self.patch(odoo_source, "_download_and_unpack")
        folder = self.odoo("mine")
        environ = {"CRM_ODOO": str(folder)}
        self.assertEqual(odoo_source.provide(self.layout, environ), folder)
        download.assert_not_called()

    def test_odoo_that_the_account_can_not_read_is_explained(self):
        folder = self.odoo("mine")
        self.patch(Path, "exists").side_effect = PermissionError
        with self.assertRaisesRegex(Stop, "can't read CRM_ODOO=.*mine"):
            odoo_source.provide(self.layout, {"CRM_ODOO": str(folder)})

    def test_a_checkouts_own_addons_are_added_a_packages_are_not(self):
        self.assertEqual(odoo_source.extra_addons(self.layout.root), [])
        self.write("addons/web/__manifest__.py")
        extra = odoo_source.extra_addons(self.layout.root)
        self.assertEqual(extra, [self.layout.root / "addons"])
        self.write("odoo/addons/web/__manifest__.py")
        self.assertEqual(odoo_source.extra_addons(self.layout.root), [])


class TestSuite(FolderCase):
    def setUp(self):
        super().setUp()
        self.patch(odoo_source.shutil, "which", lambda name: f"/usr/bin/{name}")

    def machine(self, system: str, codename: str, targets: str):
        release = {"ID": system, "VERSION_CODENAME": codename}
        self.patch(odoo_source.platform, "freedesktop_os_release", lambda: release)
        answer = completed(targets)
        self.patch(odoo_source.subprocess, "run", lambda *_args, **_options: answer)

    def test_mirror_is_that_of_the_release(self):
        cases = (
            ("own", f"{SITE} bookworm", SITE),
            (
                "updates are not it",
                f"http://u/ bookworm-updates\n{SITE} bookworm",
                SITE,
            ),
            (
                "third party first",
                f"https://tool.example stable\n{SITE} bookworm",
                SITE,
            ),
            ("third party only", "https://tool.example stable", None),
            ("a source without release", f"http://flat/\n\n{SITE} bookworm", SITE),
            ("nothing", "", None),
        )
        for name, targets, expected in cases:
            with self.subTest(name):
                self.assertEqual(odoo_source.mirror(targets, "bookworm"), expected)

    def test_source_line_of_debian_and_ubuntu(self):
        cases = (
            ("debian", "bookworm", "sid main"),
            ("ubuntu", "noble", "devel main universe"),
        )
        for system, codename, suite in cases:
            with self.subTest(system):
                self.machine(system, codename, f"https://x/ other\n{SITE} {codename}\n")
                self.assertEqual(odoo_source._source_line(), f"deb {SITE} {suite}\n")

    def test_unknown_distribution_is_told_the_other_ways(self):
        self.machine("linuxmint", "wilma", f"{SITE} wilma\n")
        with self.assertRaisesRegex(Stop, "(?s)linuxmint.*CRM_ODOO.*docker compose"):
            odoo_source._source_line()

    def test_machine_without_apt_is_told_the_other_ways(self):
        self.patch(odoo_source.shutil, "which", lambda _name: None)
        with self.assertRaisesRegex(Stop, "(?s)no apt-get.*CRM_ODOO.*docker compose"):
            odoo_source._source_line()

    def test_machine_without_sources_is_told_to_update(self):
        self.machine("debian", "bookworm", "https://tool.example stable\n")
        with self.assertRaisesRegex(Stop, "apt-get update"):
            odoo_source._source_line()


class TestDownload(FolderCase):
    def setUp(self):
        super().setUp()
        line = f"deb {SITE} sid main\n"
        self.patch(odoo_source, "_source_line", lambda: line)
        self.patch(odoo_source, "_offers", lambda _options: True)
        self.commands = []
        self.interrupted_at = ""
        self.patch(odoo_source, "run", self.fake_run)

    def fake_run(self, command, *, cwd=None, **_options):
        self.commands.append(command)
        if self.interrupted_at in command and self.interrupted_at:
            raise KeyboardInterrupt
        if "download" in command:
            self.write("odoo.deb", below=cwd)
        if command[0] == "dpkg-deb":
            self.write("odoo/usr/lib/python3/dist-packages/x", below=self.layout.state)

    def test_package_gone_from_the_suite_names_the_other_ways(self):
        self.patch(odoo_source, "_offers", lambda _options: False)
        expected = "(?s)suite sid has no package odoo-19.*CRM_ODOO.*docker compose"
        with self.assertRaisesRegex(Stop, expected):
            odoo_source.provide(self.layout, {})

    def test_interrupted_download_and_unpacking_go_on(self):
        for word in ("download", "-x"):
            self.interrupted_at = word
            with self.assertRaises(KeyboardInterrupt):
                odoo_source.provide(self.layout, {})
        self.interrupted_at = ""
        packages = odoo_source.provide(self.layout, {})
        self.assertTrue((packages / "x").exists())
        self.assertTrue((packages / odoo_source.LEFT_OUT).exists())
        before = len(self.commands)
        odoo_source.provide(self.layout, {})
        self.assertEqual(len(self.commands), before)

    def test_apt_works_below_the_state_folder_only(self):
        odoo_source.provide(self.layout, {})
        update = self.commands[0]
        for key in ("Dir::State::lists", "Dir::Cache", "Dir::Etc::SourceList"):
            self.assertIn(f"{key}={self.layout.state}", " ".join(map(str, update)))
