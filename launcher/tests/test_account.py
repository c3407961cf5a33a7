"""What root carries over for the service account, and what it doesn't."""

import os
import pwd
import stat
import sys
from pathlib import Path

from launcher import account, lock
from launcher.console import Stop
from launcher.layout import Layout
from launcher.tests.common import FolderCase


class TestBringHome(FolderCase):
    def bring(self) -> None:
        account.bring_home(self.layout, self.layout.root)

    def out(self, name: str, text: str = "new") -> Path:
        return self.write(name, text, below=self.layout.out)

    def test_files_go_to_their_place_and_nothing_stays(self):
        self.write("a.txt", "old")
        self.out("a.txt")
        self.out("docs/deep/b.txt")
        self.bring()
        self.assertEqual((self.layout.root / "a.txt").read_text("utf-8"), "new")
        self.assertTrue((self.layout.root / "docs/deep/b.txt").exists())
        self.assertFalse(self.layout.out.exists())
        self.bring()

    def test_links_of_the_account_are_not_followed(self):
        secret = self.write("secret", "root's", below=self.folder)
        self.out("a.txt")
        (self.layout.out / "file").symlink_to(secret)
        (self.layout.out / "folder").symlink_to(self.folder)
        self.bring()
        self.assertTrue((self.layout.root / "a.txt").exists())
        self.assertFalse((self.layout.root / "file").exists())
        self.assertFalse((self.layout.root / "folder").exists())

    def test_nothing_is_written_outside_of_the_checkout(self):
        outside = self.folder / "outside"
        outside.mkdir()
        (self.layout.root / "docs").symlink_to(outside)
        self.out("docs/a.txt")
        with self.assertRaisesRegex(Stop, "out of the checkout"):
            self.bring()
        self.assertEqual(list(outside.iterdir()), [])


class TestMirror(FolderCase):
    def setUp(self):
        super().setUp()
        self.copy = self.folder / "home" / "checkout"

    def mirror(self) -> None:
        account.mirror(self.layout.root, self.copy, os.getgid())

    def test_copy_is_readable_for_the_group_whatever_the_umask_was(self):
        file = self.write("addons/a/models/x.py")
        for path in (file, *list(file.parents)[:3]):
            path.chmod(0o700 if path.is_dir() else 0o600)
        self.write("crm").chmod(0o700)
        self.mirror()
        modes = {
            name: stat.S_IMODE((self.copy / name).stat().st_mode)
            for name in ("addons", "addons/a/models/x.py", "crm")
        }
        expected = {"addons": 0o750, "addons/a/models/x.py": 0o640, "crm": 0o750}
        self.assertEqual(modes, expected)

    def test_secrets_and_what_is_not_ours_stay(self):
        for name in (".env", ".git/config", ".state/x", "crm.zip", "a/__pycache__/x"):
            self.write(name)
        self.write("a/b.py")
        self.mirror()
        found = [str(p.relative_to(self.copy)) for p in self.copy.rglob("*")]
        self.assertEqual(sorted(found), ["a", "a/b.py"])

    def test_renewed_copy_follows_and_leaves_unchanged_files_alone(self):
        self.write("a/same.py", "same")
        self.write("a/changed.py", "one")
        self.write("b/gone.py")
        self.mirror()
        before = (self.copy / "a/same.py").stat()
        self.write("a/changed.py", "changed")
        (self.layout.root / "b/gone.py").unlink()
        (self.layout.root / "b").rmdir()
        self.mirror()
        after = (self.copy / "a/same.py").stat()
        self.assertEqual(
            (before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns)
        )
        self.assertEqual((self.copy / "a/changed.py").read_text("utf-8"), "changed")
        self.assertFalse((self.copy / "b").exists())


class TestPlace(FolderCase):
    def setUp(self):
        super().setUp()
        self.enters = self.reads = True
        self.patch(account, "HOME", self.folder / "home")
        self.patch(account, "_can", lambda *_args: self.enters)
        self.patch(account, "_reads", lambda *_args: self.reads)
        self.me = pwd.getpwuid(os.getuid())
        self.write("crm")

    def place(self, layout: Layout | None = None) -> Layout:
        return account.place(layout or self.layout, self.me)

    def test_usable_checkout_is_used_as_it_is(self):
        self.assertEqual(self.place(), self.layout)

    def test_unreadable_files_mirror_the_code_but_move_no_data(self):
        self.reads = False
        found = self.place()
        self.assertEqual(found.state, self.layout.state)
        self.assertTrue((found.root / "crm").exists())

    def test_unreachable_checkout_moves_both_to_a_place_of_its_own(self):
        self.enters = self.reads = False
        found = self.place()
        self.assertTrue(found.state.is_relative_to(account.HOME))
        self.assertFalse(self.layout.state.exists())
        other = Layout(
            self.folder / "x" / "shop", self.folder / "x" / "shop" / ".state"
        )
        other.root.mkdir(parents=True)
        self.assertNotEqual(self.place(other).state, found.state)

    def test_state_that_was_asked_for_is_never_exchanged(self):
        self.enters = False
        given = Layout(self.layout.root, self.folder / "state", state_is_given=True)
        with self.assertRaisesRegex(Stop, "CRM_STATE"):
            self.place(given)

    def test_folder_with_other_files_is_not_taken_over(self):
        self.write("letter", below=self.folder / "state")
        given = Layout(self.layout.root, self.folder / "state", state_is_given=True)
        with self.assertRaisesRegex(Stop, "other files"):
            self.place(given)


class TestStandIn(FolderCase):
    def setUp(self):
        super().setUp()
        self.layout.state.mkdir()
        self.me = pwd.getpwuid(os.getuid())

    def stand_in(self, file: Path, access: str):
        return account.stand_in(file, access, self.layout.state, self.me)

    def test_file_to_read_is_copied_and_removed(self):
        file = self.write("crm.zip", "data")
        with self.stand_in(file, "read") as copy:
            self.assertEqual(copy.read_text("utf-8"), "data")
            self.assertEqual(copy.name, "crm.zip")
        self.assertEqual(list(self.layout.state.iterdir()), [])

    def test_file_to_write_is_written_at_the_end_and_private(self):
        file = self.folder / "crm.zip"
        with self.stand_in(file, "write") as copy:
            copy.write_text("data", "utf-8")
            self.assertFalse(file.exists())
        self.assertEqual(file.read_text("utf-8"), "data")
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_nothing_is_written_when_nothing_was_made_or_a_link(self):
        file = self.write("crm.zip", "old", below=self.folder)
        with self.stand_in(file, "write"):
            pass
        with self.stand_in(file, "write") as copy:
            copy.symlink_to("/etc/passwd")
        self.assertEqual(file.read_text("utf-8"), "old")


class TestEnvironment(FolderCase):
    def environment(self, file: Path | None = None) -> dict[str, str]:
        me = pwd.getpwuid(os.getuid())
        return account._environment_of(me, self.layout, file)

    def test_places_are_those_of_the_user_and_the_state_is_passed_on(self):
        environ = {"CRM_ODOO": "odoo", "SUDO_USER": "an", "XDG_CACHE_HOME": "/root/x"}
        self.patch(account.os, "environ", environ | {"PGHOST": "db"})
        found = self.environment(Path("/state/tmp/crm.zip"))
        self.assertEqual(found["CRM_ODOO"], os.path.abspath("odoo"))
        self.assertEqual(found["CRM_STATE"], str(self.layout.state))
        self.assertEqual(found["CRM_FILE"], "/state/tmp/crm.zip")
        self.assertEqual(found["PGHOST"], "db")
        self.assertNotIn("SUDO_USER", found)
        self.assertNotIn("XDG_CACHE_HOME", found)

    def test_file_of_an_earlier_call_is_forgotten(self):
        self.patch(account.os, "environ", {"CRM_FILE": "/old.zip"})
        self.assertNotIn("CRM_FILE", self.environment())


class TestLock(FolderCase):
    def test_second_waits_for_the_first_and_names_it(self):
        self.layout.state.mkdir()
        code = (
            "import sys, pathlib; from launcher import lock; from launcher.layout "
            "import Layout; state = pathlib.Path(sys.argv[1])\n"
            "with lock.held(Layout(state, state), 'shop', './crm update'): print('in')"
        )
        words = [sys.executable, "-c", code, str(self.layout.state)]
        checkout = str(Path(account.__file__).parent.parent)
        with lock.held(self.layout, "shop", "./crm run"):
            process = account.subprocess.Popen(
                words,
                env=os.environ | {"PYTHONPATH": checkout},
                stdout=account.subprocess.PIPE,
                text=True,
            )
            self.addCleanup(process.stdout.close)
            self.assertIn("Waiting for ./crm run", process.stdout.readline())
            self.assertIsNone(process.poll())
        self.assertEqual(process.communicate(timeout=10)[0], "in\n")
