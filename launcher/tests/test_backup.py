"""A backup is whole, private, and consistent while files come and go."""

import json
import os
import stat
import zipfile

from launcher import backup, database
from launcher.console import Stop
from launcher.tests.common import FolderCase


class FakeOdoo:
    def __init__(self, layout):
        self.layout = layout
        self.conf = layout.state / "shop.conf"
        self.filestore = layout.state / "data" / "shop" / "filestore"

    def sql(self, query, _database="postgres"):
        if "ir_module_module" in query:
            return ["base|19.0.1.3", "crm_customer|19.0.1.0.0"]
        return ["150014"]


class TestBackup(FolderCase):
    def setUp(self):
        super().setUp()
        self.layout.prepare()
        self.odoo = FakeOdoo(self.layout)
        self.store = self.odoo.filestore / "crm"
        self.target = self.folder / "crm.zip"
        self.patch(database, "exists", lambda _odoo, name: name == "crm")
        self.during_dump = lambda: None
        self.patch(backup, "_dump", self.fake_dump)

    def fake_dump(self, _odoo, _name, target):
        self.during_dump()
        target.write_text("SELECT 1;", "utf-8")

    def file(self, name: str) -> None:
        self.write(name, name, below=self.store)

    def names(self) -> list[str]:
        with zipfile.ZipFile(self.target) as archive:
            return sorted(archive.namelist())

    def backup(self) -> None:
        with backup.replacing(self.target) as output:
            backup.write_backup(self.odoo, "crm", output)

    def test_content_and_manifest_as_odoo_writes_them(self):
        self.file("ab/abc")
        self.backup()
        self.assertEqual(
            self.names(), ["dump.sql", "filestore/ab/abc", "manifest.json"]
        )
        with zipfile.ZipFile(self.target) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        self.assertEqual(manifest["odoo_dump"], "1")
        self.assertEqual(manifest["pg_version"], "15.14")
        self.assertEqual(manifest["modules"]["crm_customer"], "19.0.1.0.0")

    def test_files_swept_and_added_during_the_dump_are_in_it(self):
        self.file("ab/old")

        def change():
            (self.store / "ab" / "old").unlink()
            self.file("cd/new")

        self.during_dump = change
        self.backup()
        self.assertIn("filestore/ab/old", self.names())
        self.assertIn("filestore/cd/new", self.names())

    def test_file_swept_between_listing_and_linking_is_passed_over(self):
        self.file("ab/gone")
        self.file("ab/kept")
        for error in (None, OSError("no hard links here")):
            with self.subTest(links=error is None):
                self.file("ab/gone")
                self.patch(backup.os, "link", self.sweeping_link(error))
                self.backup()
                self.assertNotIn("filestore/ab/gone", self.names())
                self.assertIn("filestore/ab/kept", self.names())

    def sweeping_link(self, error):
        link = os.link

        def swept(source, target):
            if source.name == "gone":
                source.unlink(missing_ok=True)
            if error:
                raise error
            link(source, target)

        return swept

    def test_only_the_owner_may_read_it(self):
        self.backup()
        self.assertEqual(stat.S_IMODE(self.target.stat().st_mode), 0o600)

    def test_failure_leaves_the_old_backup_and_no_half_one(self):
        self.target.write_text("old", "utf-8")
        self.patch(backup, "_manifest", lambda *_args: 1 / 0)
        with self.assertRaises(ZeroDivisionError):
            self.backup()
        self.assertEqual(self.target.read_text("utf-8"), "old")
        self.assertEqual(list(self.folder.glob("*.part")), [])
        self.assertEqual(list(self.layout.tmp.iterdir()), [])

    def test_what_is_no_whole_backup_replaces_nothing(self):
        self.target.write_text("old", "utf-8")
        with backup.replacing(self.target) as output:
            output.write(b"PK half of it")
        self.assertEqual(self.target.read_text("utf-8"), "old")
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_link_left_in_the_place_of_the_part_is_not_followed(self):
        secret = self.write("secret", "root's", below=self.folder)
        (self.folder / "crm.zip.part").symlink_to(secret)
        self.backup()
        self.assertEqual(secret.read_text("utf-8"), "root's")
        self.assertIn("dump.sql", self.names())

    def test_unknown_database_is_refused(self):
        with self.assertRaisesRegex(Stop, "no database other"):
            backup.write_backup(self.odoo, "other", None)

    def test_restore_refuses_what_is_not_a_zip(self):
        source = self.write("x.zip", "not a zip")
        with source.open("rb") as file, self.assertRaisesRegex(Stop, "isn't a backup"):
            backup.restore_backup(self.odoo, file, "crm", neutralize=False)

    def test_files_are_checked_before_the_work(self):
        folder = self.folder / "nowhere"
        cases = (
            (folder / "crm.zip", "read", "no readable file"),
            (self.folder, "read", "no readable file"),
            (folder / "crm.zip", "write", "Nothing can be written"),
            (self.folder, "write", "is a folder"),
        )
        for file, access, expected in cases:
            with self.subTest(f"{access} {file}"):
                with self.assertRaisesRegex(Stop, expected):
                    backup.check_file(file, access)
        backup.check_file(self.target, "write")
