"""What root carries over for the service account, and what it doesn't."""

import io
import os
import pwd
import stat
import sys
import tarfile
from pathlib import Path

from launcher import account, lock
from launcher.console import Stop
from launcher.layout import Layout
from launcher.tests.common import FolderCase


class TestParcel(FolderCase):
    """What a verb made for the checkout comes from an account that isn't trusted."""

    ALLOWED = r"docs/[\w./-]+\.png"

    def unpack(self, *members: tuple[str, str], kind: bytes = tarfile.REGTYPE) -> None:
        parcel = io.BytesIO()
        with tarfile.open(fileobj=parcel, mode="w") as archive:
            for name, text in members:
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, "/etc/passwd"
                member.size = len(text) if kind == tarfile.REGTYPE else 0
                archive.addfile(member, io.BytesIO(text.encode()))
        account.unpack(parcel, self.ALLOWED, self.layout.root)

    def files(self) -> list[str]:
        root = self.layout.root
        return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())

    def test_files_go_to_their_place_and_replace_what_is_there(self):
        self.write("docs/a.png", "old and longer")
        made = self.folder / "made"
        self.write("docs/a.png", "new", below=made)
        self.write("docs/deep/b.png", "b", below=made)
        with (self.folder / "parcel").open("w+b") as parcel:
            account.pack(made, parcel)
            account.unpack(parcel, self.ALLOWED, self.layout.root)
        self.assertEqual((self.layout.root / "docs/a.png").read_text("utf-8"), "new")
        self.assertEqual(self.files(), ["docs/a.png", "docs/deep/b.png"])

    def test_only_what_the_verb_is_for_is_written(self):
        for name in (
            *("crm", "launcher/cli.py", ".ci/run", "docs/a.md"),
            *("docs/../launcher/a.png", "../a.png", "/tmp/crm-test.png"),
        ):
            with self.subTest(name):
                self.unpack((name, "bad"))
                self.assertEqual(self.files(), [])
                self.assertIn(repr(name), self.printed.getvalue())
        self.assertFalse((self.folder / "a.png").exists())
        self.assertFalse(os.path.exists("/tmp/crm-test.png"))

    def test_links_are_neither_made_nor_followed(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE):
            self.unpack(("docs/a.png", ""), kind=kind)
        self.assertEqual(self.files(), [])
        outside = self.folder / "outside"
        outside.mkdir()
        (self.layout.root / "docs").symlink_to(outside)
        self.unpack(("docs/a.png", "bad"))
        self.assertEqual(list(outside.iterdir()), [])
        (self.layout.root / "docs").unlink()
        secret = self.write("secret", "root's", below=self.folder)
        (self.layout.root / "docs").mkdir()
        (self.layout.root / "docs/a.png").symlink_to(secret)
        with self.assertRaises(OSError):
            self.unpack(("docs/a.png", "bad"))
        self.assertEqual(secret.read_text("utf-8"), "root's")

    def test_verb_that_made_no_parcel_changes_nothing(self):
        account.unpack(io.BytesIO(), self.ALLOWED, self.layout.root)
        self.assertEqual(self.files(), [])


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
        for name in (
            *(".env", ".git/config", ".state/x", "crm.zip", "customers.csv"),
            *("addons/__pycache__/x", "addons/.env"),
        ):
            self.write(name)
        self.write("addons/b.py")
        self.mirror()
        found = [str(p.relative_to(self.copy)) for p in self.copy.rglob("*")]
        self.assertEqual(sorted(found), ["addons", "addons/b.py"])

    def test_links_are_left_out_each_time(self):
        secret = self.write("secret", "root's", below=self.folder)
        self.write("addons/b.py")
        (self.layout.root / "addons/link").symlink_to(secret)
        (self.layout.root / "docs").symlink_to(self.folder)
        for _time in range(2):
            self.mirror()
            found = [str(p.relative_to(self.copy)) for p in self.copy.rglob("*")]
            self.assertEqual(sorted(found), ["addons", "addons/b.py"])

    def test_file_that_became_a_folder_or_a_link_is_replaced(self):
        self.write("addons/a")
        self.write("addons/b")
        self.mirror()
        (self.layout.root / "addons/a").unlink()
        self.write("addons/a/x.py")
        (self.layout.root / "addons/b").unlink()
        (self.layout.root / "addons/b").symlink_to(self.folder)
        self.mirror()
        self.assertTrue((self.copy / "addons/a/x.py").exists())
        self.assertFalse(os.path.lexists(self.copy / "addons/b"))

    def test_renewed_copy_follows_and_leaves_unchanged_files_alone(self):
        self.write("addons/a/same.py", "same")
        self.write("addons/a/changed.py", "one")
        self.write("addons/b/gone.py")
        self.mirror()
        before = (self.copy / "addons/a/same.py").stat()
        self.write("addons/a/changed.py", "changed")
        (self.layout.root / "addons/b/gone.py").unlink()
        (self.layout.root / "addons/b").rmdir()
        self.mirror()
        after = (self.copy / "addons/a/same.py").stat()
        self.assertEqual(
            (before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns)
        )
        changed = self.copy / "addons/a/changed.py"
        self.assertEqual(changed.read_text("utf-8"), "changed")
        self.assertFalse((self.copy / "addons/b").exists())


class TestPlace(FolderCase):
    def setUp(self):
        super().setUp()
        self.enters = self.reads = True
        self.patch(account, "HOME", self.folder / "home")
        self.patch(account, "_can", lambda *_args: self.enters)
        self.patch(account, "_reads", lambda *_args: self.reads)
        self.me = pwd.getpwuid(os.getuid())
        self.patch(account, "provide", lambda: self.me)
        self.patch(account, "_owner", lambda _folder: None)
        self.write("crm")

    def place(self, layout: Layout | None = None) -> Layout:
        return account.place(layout or self.layout)[0]

    def test_state_is_marked_at_once_and_private(self):
        given = Layout(self.layout.root, self.folder / "state", state_is_given=True)
        self.place(given)
        self.assertEqual(stat.S_IMODE(given.state.stat().st_mode), 0o700)
        self.write("machine.log", below=given.state)  # a first call that failed
        self.place(given)

    def test_state_of_a_user_makes_the_user_the_account(self):
        user = pwd.struct_passwd(("an", "", os.getuid(), os.getgid(), "", "/", ""))
        self.patch(account, "provide")
        self.patch(account, "_owner", lambda _folder: user)
        self.assertEqual(account.place(self.layout)[1], user)
        account.provide.assert_not_called()

    def test_link_in_the_place_of_the_state_is_not_handed_over(self):
        self.layout.state.symlink_to(self.folder)
        with self.assertRaises(OSError):
            account._hand_over(self.layout, self.me)

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


class TestEnvironment(FolderCase):
    def environment(self, stream=None) -> dict[str, str]:
        me = pwd.getpwuid(os.getuid())
        self.patch(account, "_can", lambda *_args: self.reads)
        self.patch(account, "HOME", self.folder)
        return account._environment_of(me, self.layout, stream)

    reads = True

    def test_places_are_those_of_the_user_and_the_state_is_passed_on(self):
        environ = {"CRM_ODOO": "odoo", "SUDO_USER": "an", "XDG_CACHE_HOME": "/root/x"}
        self.patch(account.os, "environ", environ | {"PGHOST": "db"})
        with (self.folder / "crm.zip").open("wb") as stream:
            found = self.environment(stream)
            self.assertEqual(found["CRM_STREAM"], str(stream.fileno()))
        self.assertEqual(found["CRM_ODOO"], os.path.abspath("odoo"))
        self.assertEqual(found["CRM_STATE"], str(self.layout.state))
        self.assertEqual(found["PGHOST"], "db")
        self.assertNotIn("SUDO_USER", found)
        self.assertNotIn("XDG_CACHE_HOME", found)

    def test_file_of_an_earlier_call_is_forgotten(self):
        self.patch(account.os, "environ", {"CRM_STREAM": "7"})
        self.assertNotIn("CRM_STREAM", self.environment())

    def test_real_data_are_copied_when_the_account_cannot_read_them(self):
        file = self.write(f"data/{account.DATA_FILE}", "lines", below=self.folder)
        self.patch(account.os, "environ", {"CRM_DATA": str(file.parent)})
        self.assertEqual(self.environment()["CRM_DATA"], str(file.parent))
        self.reads = False
        copy = Path(self.environment()["CRM_DATA"], account.DATA_FILE)
        self.assertNotEqual(copy, file)
        self.assertEqual(copy.read_text("utf-8"), "lines")


class TestLock(FolderCase):
    def test_second_waits_for_the_first_and_names_it(self):
        self.layout.state.mkdir()
        code = (
            "import sys, pathlib; from launcher import lock\n"
            "with lock.held(pathlib.Path(sys.argv[1]), 'shop', './crm update'):\n"
            "    print('in', file=sys.stderr)"
        )
        words = [sys.executable, "-c", code, str(self.layout.state)]
        checkout = str(Path(account.__file__).parent.parent)
        with lock.held(self.layout.state, "shop", "./crm run"):
            process = account.subprocess.Popen(
                words,
                env=os.environ | {"PYTHONPATH": checkout},
                stderr=account.subprocess.PIPE,
                text=True,
            )
            self.addCleanup(process.stderr.close)
            self.assertIn("Waiting for ./crm run", process.stderr.readline())
            self.assertIsNone(process.poll())
        self.assertEqual(process.communicate(timeout=10)[1], "in\n")
