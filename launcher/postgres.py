"""PostgreSQL: a private cluster per purpose, or the one that ``PGHOST`` names.

The shop's cluster is durable. Tests have one of their own without ``fsync``: it is
faster, and nothing in it is worth keeping. Both listen on a Unix socket only.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass

from .console import Stop, run, step
from .layout import Layout
from .machine import postgres_bin

SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "120",
    "shared_buffers": "'512MB'",
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'256MB'",
    "effective_cache_size": "'2GB'",
    "random_page_cost": "1.1",
    "max_wal_size": "'4GB'",
    "jit": "off",  # costs more than it brings on Odoo's many small queries
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PORTS = {"shop": 5432, "test": 5433}  # only names of socket files


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server to connect to."""

    host: str
    port: str
    user: str

    def environment(self) -> dict[str, str]:
        """Variables by which Odoo and PostgreSQL's tools find the server."""
        values = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        return {key: value for key, value in values.items() if value}


def is_external(environ: dict[str, str]) -> bool:
    return bool(environ.get("PGHOST"))


def provide(layout: Layout, purpose: str, environ: dict[str, str]) -> Server:
    """A running server for ``shop`` or ``test``.

    :raise Stop: when the server can't be started or reached.
    """
    if is_external(environ):
        server = Server(
            environ["PGHOST"], environ.get("PGPORT", ""), environ.get("PGUSER", "")
        )
        _check_external(server)
        return server
    user = pwd.getpwuid(os.getuid()).pw_name
    server = Server(str(layout.socket_dir), str(PORTS[purpose]), user)
    if not is_running(layout, purpose):
        with step(f"Starting PostgreSQL ({purpose})"):
            _start(layout, purpose)
    return server


def is_running(layout: Layout, purpose: str) -> bool:
    data = layout.pgdata / purpose
    folder = postgres_bin()
    if not folder or not (data / "PG_VERSION").exists():
        return False
    done = subprocess.run(
        [folder / "pg_ctl", "-D", data, "status"], capture_output=True, check=False
    )
    return done.returncode == 0


def stop(layout: Layout, purpose: str) -> bool:
    """Stop a private cluster; tells whether one was running."""
    if not is_running(layout, purpose):
        return False
    with step(f"Stopping PostgreSQL ({purpose})"):
        run(
            [
                postgres_bin() / "pg_ctl",
                "-D",
                layout.pgdata / purpose,
                "-m",
                "fast",
                "-w",
                "stop",
            ],
            log=layout.logs / f"postgres-{purpose}.log",
            what="Stopping PostgreSQL",
        )
    return True


def _start(layout: Layout, purpose: str) -> None:
    folder, data = postgres_bin(), layout.pgdata / purpose
    log = layout.logs / f"postgres-{purpose}.log"
    if not (data / ".complete").exists():
        _create(layout, purpose)
    version = (data / "PG_VERSION").read_text("utf-8").strip()
    if folder.parent.name.isdigit() and folder.parent.name != version:
        older = folder.parent.parent / version / "bin"
        if not older.exists():
            raise Stop(
                f"The data in {data} belong to PostgreSQL {version}, which isn't installed.",
                f"Install postgresql-{version}, or take a backup there and restore it here.",
            )
        folder = older
    advice = f"See {log}."
    run(
        [folder / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "start"],
        log=layout.logs / "postgres-start.log",
        what="Starting PostgreSQL",
        advice=advice,
    )


def _create(layout: Layout, purpose: str) -> None:
    folder, data = postgres_bin(), layout.pgdata / purpose
    log = layout.logs / f"postgres-{purpose}.log"
    if data.exists():  # an interrupted initdb: nothing in it yet
        run(["rm", "-rf", data], log=log)
    layout.pgdata.mkdir(parents=True, exist_ok=True)
    run(
        [
            folder / "initdb",
            "-D",
            data,
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=reject",
            "--no-instructions",
        ],
        log=log,
        what="initdb",
    )
    settings = SETTINGS | {
        "port": str(PORTS[purpose]),
        "unix_socket_directories": f"'{layout.socket_dir}'",
    }
    if purpose == "test":
        settings |= NOT_DURABLE
    with (data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.writelines(f"{key} = {value}\n" for key, value in settings.items())
    (data / ".complete").touch()


def _check_external(server: Server) -> None:
    query = "SELECT count(*) FROM pg_available_extensions WHERE name IN ('unaccent','pg_trgm')"
    done = subprocess.run(
        ["psql", "-XAtd", "postgres", "-c", query],
        env=os.environ | server.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"PostgreSQL at {server.host} can't be used.", done.stderr.strip())
    if done.stdout.strip() != "2":
        raise Stop(
            f"PostgreSQL at {server.host} lacks the extensions unaccent and pg_trgm.",
            "Install its contrib package: names are searched without accents.",
        )
