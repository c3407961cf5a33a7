"""Wherever a replacement is interrupted, one whole database is there afterwards."""

import re
import shutil

from launcher import database
from launcher.tests.common import FolderCase


class Interrupted(BaseException):
    pass


class FakeOdoo:
    """Rows are names in a set, files are folders; it ends before the n-th change."""

    def __init__(self, folder):
        self.filestore = folder
        self.rows = {}
        self.changes_left = 100

    def step(self):
        if not self.changes_left:
            raise Interrupted
        self.changes_left -= 1

    def sql(self, query, _database="postgres"):
        names = re.findall(r"[\"']([\w-]+)[\"']", query)
        if query.startswith("SHOW"):
            return ["150013"]
        if query.startswith("SELECT 1"):
            return ["1"] if names[0] in self.rows else []
        if query.startswith("DROP"):
            if names[0] in self.rows:
                self.step()
                del self.rows[names[0]]
        elif query.startswith("ALTER"):
            self.step()
            assert names[1] not in self.rows
            self.rows[names[1]] = self.rows.pop(names[0])
        return []


class TestCopy(FolderCase):
    def test_copy_shares_the_files_and_replaces_what_was_there(self):
        odoo = FakeOdoo(self.folder / "store")
        odoo.rows["new"] = "old"
        file = self.write("template/ab/file", "one", below=odoo.filestore)
        self.write("new/cd/left", below=odoo.filestore)
        database.copy(odoo, "template", "new")
        copied = odoo.filestore / "new" / "ab" / "file"
        self.assertTrue(copied.samefile(file))
        copied.unlink()  # as Odoo sweeps
        self.assertEqual(file.read_text("utf-8"), "one")
        self.assertFalse((odoo.filestore / "new" / "cd").exists())
        database.copy(odoo, "without_files", "new")
        self.assertFalse((odoo.filestore / "new").exists())


class TestReplace(FolderCase):
    def make(self, name: str, content: str) -> None:
        self.odoo.rows[name] = content
        self.write(f"{name}/ab/file", content, below=self.odoo.filestore)

    def content(self, name: str) -> tuple[str, str]:
        file = self.odoo.filestore / name / "ab" / "file"
        return self.odoo.rows[name], file.read_text("utf-8")

    def begin(self, changes: int) -> None:
        store = self.folder / "store"
        shutil.rmtree(store, ignore_errors=True)
        self.odoo = FakeOdoo(store)
        self.make("crm__building", "new")
        self.odoo.changes_left = changes

    def setUp(self):
        super().setUp()
        self.patch(database, "_move_files", self.counted(database._move_files))

    def counted(self, move):
        def moved(odoo, source, target):
            if (odoo.filestore / source).is_dir():
                odoo.step()
            move(odoo, source, target)

        return moved

    def test_new_one_takes_the_place_and_the_old_one_goes(self):
        self.begin(100)
        self.make("crm", "old")
        database.replace(self.odoo, "crm")
        self.assertEqual(self.content("crm"), ("new", "new"))
        self.assertEqual(set(self.odoo.rows), {"crm"})
        self.assertEqual([p.name for p in self.odoo.filestore.iterdir()], ["crm"])

    def test_interrupted_at_any_change_one_whole_database_is_there(self):
        found = []
        for first in range(8):
            for second in range(4):  # the call that settles is interrupted as well
                self.begin(first)
                self.make("crm", "old")
                try:
                    database.replace(self.odoo, "crm")
                except Interrupted:
                    self.odoo.changes_left = second
                    try:
                        database.settle(self.odoo, "crm")
                    except Interrupted:
                        pass
                self.odoo.changes_left = 100
                database.settle(self.odoo, "crm")
                rows, files = self.content("crm")
                self.assertEqual(rows, files, (first, second))
                self.assertNotIn("crm__old", self.odoo.rows)
                found.append(rows)
        self.assertEqual(set(found), {"old", "new"})

    def test_files_left_of_a_dropped_database_are_not_taken_over(self):
        self.begin(100)
        self.write("crm/ab/file", "left over", below=self.odoo.filestore)
        database.settle(self.odoo, "crm")
        database.replace(self.odoo, "crm")
        self.assertEqual(self.content("crm"), ("new", "new"))
