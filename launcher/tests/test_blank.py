"""What a plain role of a given PostgreSQL gets its databases from."""

import os
import unittest
from unittest import mock

from launcher import blank
from launcher.console import Stop
from launcher.postgres import Server, rows
from launcher.tests.common import FolderCase

PLAIN = Server("db.example", "", "shopkeeper", is_superuser=False)
HOST = os.environ.get("PGHOST", "")
ROLE = f"crmtest_plain_{os.getpid()}"


class TestBlank(FolderCase):
    def fake(self, fails_at: str = "never"):
        """PostgreSQL with a set of databases; a query with a certain word fails."""
        self.databases = set()

        def query(_server, text, database="postgres"):
            if fails_at in text:
                raise Stop("gone", "")
            name = text.split('"')[1] if '"' in text else ""
            if text.startswith("CREATE DATABASE"):
                self.databases.add(name)
            elif text.startswith("DROP"):
                self.databases.discard(name)
            elif text.startswith("ALTER"):
                self.databases.remove(name)
                self.databases.add(text.split('"')[3])
            elif text.startswith("SELECT"):
                return ["1"] if text.split("'")[1] in self.databases else []
            else:
                self.assertIn(database, self.databases)
            return []

        return self.patch(blank, "rows", mock.Mock(side_effect=query))

    def test_superuser_needs_none(self):
        query = self.fake()
        found = blank.provide(self.layout, Server("db.example", "", "postgres"))
        self.assertEqual(found, "template0")
        query.assert_not_called()

    def test_plain_roles_is_made_once(self):
        query = self.fake()
        name = blank.provide(self.layout, PLAIN)
        self.assertEqual(self.databases, {name})
        self.assertLessEqual(len(f"{name}__building"), 63)
        query.reset_mock()
        self.assertEqual(blank.provide(self.layout, PLAIN), name)
        query.assert_called_once()

    def test_interrupted_one_is_made_anew(self):
        self.fake(fails_at="CREATE EXTENSION")
        with self.assertRaises(Stop):
            blank.provide(self.layout, PLAIN)
        left = self.databases
        self.fake()
        self.databases |= left
        self.assertNotIn(blank.provide(self.layout, PLAIN), left)
        self.assertEqual(len(self.databases), 1)


@unittest.skipUnless(HOST, "no PostgreSQL is named by PGHOST")
class TestRealBlank(FolderCase):
    def test_odoo_can_build_on_it(self):
        us = Server(HOST, os.environ.get("PGPORT", ""), os.environ.get("PGUSER", ""))
        plain = Server(us.host, us.port, us.user, is_superuser=False)
        if rows(us, "SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper"):
            rows(us, f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            self.addCleanup(rows, us, f"DROP ROLE {ROLE}")
            plain = Server(us.host, us.port, ROLE, is_superuser=False)
        name = blank.provide(self.layout, plain)
        self.addCleanup(rows, us, f'DROP DATABASE "{name}"')
        # What Odoo does with a new database, and what its indexes need.
        query = """
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
            CREATE EXTENSION IF NOT EXISTS unaccent;
            ALTER FUNCTION unaccent(text) IMMUTABLE;
            CREATE TABLE t AS SELECT 'Nguyễn Văn Đức' AS name;
            CREATE INDEX ON t USING gin (unaccent(name) gin_trgm_ops);
            SET search_path = '';
            SELECT public.unaccent(name) FROM public.t;
        """
        self.assertEqual(rows(plain, query, name), ["Nguyen Van Duc"])
