"""Servers are told from other processes that got their number."""

import os
import subprocess
import sys

from launcher import postgres, server
from launcher.console import Stop
from launcher.odoo import Odoo
from launcher.postgres import Server
from launcher.tests.common import FolderCase


class ProcessCase(FolderCase):
    def process_with(self, *words) -> subprocess.Popen:
        code = "import time; print(flush=True); time.sleep(60)"
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, words)], stdout=subprocess.PIPE
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        process.stdout.readline()
        return process


class TestOdooServer(ProcessCase):
    def setUp(self):
        super().setUp()
        nowhere, conf = Server("", "", ""), self.layout.state / "shop.conf"
        self.odoo = Odoo(self.layout, self.folder, nowhere, conf)

    def write_pid(self, pid: int) -> None:
        self.write("shop.pid", f"{pid} crm 8069\n", below=self.layout.state)

    def test_ours_is_found_and_stopped(self):
        process = self.process_with("-c", self.odoo.conf)
        self.write_pid(process.pid)
        self.assertEqual(server.running(self.odoo), (process.pid, "crm", 8069))
        self.assertTrue(server.stop(self.odoo))
        self.assertIsNone(server.running(self.odoo))

    def test_somebody_elses_process_is_left_alone(self):
        process = self.process_with("-c", "/another/shop.conf")
        self.write_pid(process.pid)
        self.assertIsNone(server.running(self.odoo))
        self.assertFalse(server.stop(self.odoo))
        self.assertIsNone(process.poll())

    def test_no_file_broken_file_and_no_process(self):
        self.assertIsNone(server.running(self.odoo))
        self.write("shop.pid", "12", below=self.layout.state)
        self.assertIsNone(server.running(self.odoo))
        process = self.process_with("-c", self.odoo.conf)
        process.kill()
        process.wait()
        self.write_pid(process.pid)
        self.assertIsNone(server.running(self.odoo))

    def test_shop_is_open_once_its_jobs_run(self):
        answers = [[], [], ["1"]]
        self.patch(Odoo, "sql", lambda _odoo, query: answers.pop(0))
        self.patch(server.time, "sleep")
        server._wait_for_runner(self.odoo, "crm")
        self.assertEqual(answers, [])

    def test_shop_without_a_runner_opens_as_well(self):
        asked = []
        self.patch(Odoo, "sql", lambda _odoo, query: asked.append(query) or [])
        self.patch(server, "RUNNER_SECONDS", 0.5)
        server._wait_for_runner(self.odoo, "crm")
        self.assertIn("'crm'", asked[0])

    def test_server_that_does_not_come_up_is_not_left_behind(self):
        self.write("log/x", below=self.layout.state)
        words = [sys.executable, "-c", "print('no database'); raise SystemExit(3)"]
        self.patch(Odoo, "command", lambda *_words: words)
        with self.assertRaisesRegex(Stop, "(?s)exit status 3.*no database"):
            server.start(self.odoo, "crm", server.free_port())
        self.assertFalse((self.layout.state / "shop.pid").exists())


class TestPostgres(ProcessCase):
    def write_pid(self, pid: int) -> None:
        name = "postgres/shop/postmaster.pid"
        self.write(name, f"{pid}\n/more\n", below=self.layout.state)

    def test_cluster_is_told_from_a_process_with_its_old_number(self):
        self.assertFalse(postgres.is_running(self.layout, "shop"))
        self.write_pid(os.getpid())
        self.assertFalse(postgres.is_running(self.layout, "shop"))
        process = self.process_with("-D", self.layout.pgdata / "shop")
        self.write_pid(process.pid)
        self.assertTrue(postgres.is_running(self.layout, "shop"))

    def test_data_are_served_by_the_version_that_made_them(self):
        newest = self.folder / "lib" / "17" / "bin"
        self.patch(postgres, "postgres_bin", lambda: newest)
        data = self.write("data/PG_VERSION", "15\n").parent
        with self.assertRaisesRegex(Stop, "PostgreSQL 15, which isn't installed"):
            postgres._programs_for(data)
        older = self.folder / "lib" / "15" / "bin"
        older.mkdir(parents=True)
        self.assertEqual(postgres._programs_for(data), older)
        self.write("data/PG_VERSION", "17\n")
        self.assertEqual(postgres._programs_for(data), newest)

    def test_interrupted_initdb_is_begun_again(self):
        self.write("postgres/shop/half", below=self.layout.state)
        data = self.layout.pgdata / "shop"

        def initdb(_command, **_options):
            self.assertFalse(data.exists())
            data.mkdir()

        self.patch(postgres, "postgres_bin", lambda: self.folder)
        self.patch(postgres, "run", initdb)
        postgres._create(self.layout, "shop")
        self.assertTrue((data / ".complete").exists())

    def test_cluster_of_tests_that_fell_is_made_anew_and_the_shop_kept(self):
        made = self.patch(postgres, "_create")
        for name in ("_configure", "run", "_programs_for"):
            self.patch(postgres, name)
        for purpose, times in (("shop", 0), ("test", 1)):
            with self.subTest(purpose):
                for name in (".complete", "postmaster.pid"):
                    self.write(f"postgres/{purpose}/{name}", "1\n", self.layout.state)
                postgres._start(self.layout, purpose)
                self.assertEqual(made.call_count, times)
                self.write(f"postgres/{purpose}/.complete", "", self.layout.state)
                postgres._start(self.layout, purpose)  # stopped as it should be
                self.assertEqual(made.call_count, times)
        self.write("postgres/test/postmaster.pid", "1\n", self.layout.state)
        self.patch(postgres, "is_running", lambda *_words: True)
        postgres._start(self.layout, "test")
        self.assertEqual(made.call_count, 1)

    def test_settings_reach_clusters_that_are_there_and_come_before_their_own(self):
        data = self.layout.pgdata / "shop"
        own = self.write("postgres/shop/postgresql.conf", "x = 1\n", self.layout.state)
        for _start in range(2):
            postgres._configure(self.layout, "shop")
        self.assertEqual(own.read_text("utf-8"), "x = 1\ninclude = 'crm.conf'\n")
        settings = (data / "crm.conf").read_text("utf-8")
        self.assertIn("listen_addresses = ''", settings)
        self.assertNotIn("fsync", settings)

    def test_given_server_is_used_and_must_do(self):
        environ = {"PGHOST": "db.example", "PGUSER": "shop"}
        answer = self.patch(postgres.subprocess, "run").return_value
        answer.returncode, answer.stdout = 0, "t|t|t|shop\n"
        found = postgres.provide(self.layout, "shop", environ)
        self.assertEqual(found, Server("db.example", "", "shop"))
        answer.stdout = "t|t|f|shop\n"
        self.assertFalse(postgres.provide(self.layout, "shop", environ).is_superuser)
        for text, expected in (
            ("f|t|t|shop", "unaccent and pg_trgm"),
            ("t|f|f|shop", '(?s)may not create.*ALTER ROLE "shop" CREATEDB'),
        ):
            with self.subTest(text), self.assertRaisesRegex(Stop, expected):
                answer.stdout = f"{text}\n"
                postgres.provide(self.layout, "shop", environ)
        answer.returncode, answer.stderr = 2, "password authentication failed"
        with self.assertRaisesRegex(Stop, "(?s)at db.example.*authentication failed"):
            postgres.provide(self.layout, "shop", environ)
