"""PostgreSQL: a private cluster per purpose, or the one that ``PGHOST`` names.

The shop's cluster is durable. Tests have one of their own without ``fsync``: it is
faster, and nothing in it is worth keeping: after a fall, of the machine perhaps, it is
made anew. Both listen on a Unix socket only.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from .console import Stop, note, run, step
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
    # Several processes read far more than the first page that a list asks for.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",  # costs more than it brings on Odoo's many small queries
}
#: Beside PostgreSQL's own file; what somebody adds to that one counts more.
CONFIGURATION = "crm.conf"
INCLUDE = f"include = '{CONFIGURATION}'\n"
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
#: What there is on a given server, and what we may do there.
ABOUT = """
SELECT (SELECT count(*) FROM pg_available_extensions
         WHERE name IN ('unaccent', 'pg_trgm')) = 2,
       rolcreatedb OR rolsuper,
       rolsuper,
       rolname
  FROM pg_roles
 WHERE rolname = current_user
"""
START_SECONDS = 60
PORTS = {"shop": 5432, "test": 5433}  # only names of socket files


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server to connect to."""

    host: str
    port: str
    user: str
    is_superuser: bool = True  # always so on a private cluster

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
        return replace(server, is_superuser=_check_external(server))
    user = pwd.getpwuid(os.getuid()).pw_name
    server = Server(str(layout.socket_dir), str(PORTS[purpose]), user)
    if not _answers(server):
        with step(f"Starting PostgreSQL ({purpose})"):
            _start(layout, purpose)
            _wait_until_ready(server, _log(layout, purpose))
    return server


def is_running(layout: Layout, purpose: str) -> bool:
    """Whether the cluster's process lives; it may still be recovering."""
    data = layout.pgdata / purpose
    try:
        pid = (data / "postmaster.pid").read_text("utf-8").split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, IndexError):
        return False
    return os.fsencode(data) in command  # else the number is somebody else's now


def _answers(server: Server) -> bool:
    words = ["pg_isready", "-q", "-h", server.host, "-p", server.port]
    return subprocess.run(words, check=False).returncode == 0


def _wait_until_ready(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(server):
        if time.monotonic() > deadline:
            raise Stop(
                f"PostgreSQL doesn't answer after {START_SECONDS} s.", f"See {log}."
            )
        time.sleep(0.2)


def stop(layout: Layout, purpose: str) -> bool:
    """Stop a private cluster; tells whether one was running."""
    if not is_running(layout, purpose):
        return False
    data = layout.pgdata / purpose
    with step(f"Stopping PostgreSQL ({purpose})"):
        run(
            [postgres_bin() / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"],
            log=_log(layout, purpose),
            what="Stopping PostgreSQL",
        )
    return True


def _log(layout: Layout, purpose: str) -> Path:
    return layout.logs / f"postgres-{purpose}.log"


def _start(layout: Layout, purpose: str) -> None:
    data, log = layout.pgdata / purpose, _log(layout, purpose)
    if is_running(layout, purpose):
        return
    if purpose == "test" and (data / "postmaster.pid").exists():
        note("  The tests' databases are made anew: PostgreSQL had fallen.")
        (data / ".complete").unlink(missing_ok=True)
        shutil.rmtree(layout.state / "data" / purpose, ignore_errors=True)
    if not (data / ".complete").exists():
        _create(layout, purpose)
    _configure(layout, purpose)
    (data / "postmaster.pid").unlink(missing_ok=True)
    words = ["-D", data, "-l", log, "-w", "-t", str(START_SECONDS), "start"]
    run(
        [_programs_for(data) / "pg_ctl", *words],
        log=layout.logs / "postgres-start.log",
        what="Starting PostgreSQL",
        advice=f"See {log}.",
    )


def _programs_for(data: Path) -> Path:
    """The folder of PostgreSQL's programs of the version that made the data.

    :raise Stop: when that version isn't installed.
    """
    newest = postgres_bin()
    version = (data / "PG_VERSION").read_text("utf-8").strip()
    if newest.parent.name == version or not newest.parent.name.isdigit():
        return newest
    older = newest.parent.parent / version / "bin"
    if not older.exists():
        raise Stop(
            f"The data in {data} are of PostgreSQL {version}, which isn't installed.",
            f"Install postgresql-{version}, or take a backup where it is and restore it"
            " here.",
        )
    return older


def _create(layout: Layout, purpose: str) -> None:
    data = layout.pgdata / purpose
    if data.exists():  # an interrupted initdb, or tests that fell
        shutil.rmtree(data)
    layout.pgdata.mkdir(parents=True, exist_ok=True)
    words = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    words += ["--auth-local=trust", "--auth-host=reject"]
    run(
        [postgres_bin() / "initdb", "-D", data, *words],
        log=_log(layout, purpose),
        what="initdb",
    )
    with (data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(INCLUDE)
    (data / ".complete").touch()


def _configure(layout: Layout, purpose: str) -> None:
    """Write our settings; each start does, as they change from version to version."""
    settings = SETTINGS | {
        "port": str(PORTS[purpose]),
        "unix_socket_directories": f"'{layout.socket_dir}'",
    }
    if purpose == "test":
        settings |= NOT_DURABLE
    text = "".join(f"{key} = {value}\n" for key, value in settings.items())
    data = layout.pgdata / purpose
    (data / CONFIGURATION).write_text(text, "utf-8")
    own = data / "postgresql.conf"
    if INCLUDE not in own.read_text("utf-8"):  # of a cluster that was made before
        with own.open("a", encoding="utf-8") as conf:
            conf.write(INCLUDE)


def rows(server: Server, query: str, database: str = "postgres") -> list[str]:
    """Rows of a query as unaligned text.

    Never asks for a password: it would at each query.

    :raise Stop: when PostgreSQL refuses it.
    """
    done = subprocess.run(
        ["psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
        env=os.environ | server.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(
            f"PostgreSQL at {server.host} refuses a query on {database}.",
            done.stderr.strip(),
        )
    return done.stdout.splitlines()


def _check_external(server: Server) -> bool:
    """Whether the role of a given server is a superuser.

    :raise Stop: when the server or the role doesn't do.
    """
    extensions, may_create, superuser, role = rows(server, ABOUT)[0].split("|", 3)
    if extensions != "t":
        raise Stop(
            f"PostgreSQL at {server.host} lacks the extensions unaccent and pg_trgm.",
            "Install its contrib package: names are searched without accents.",
        )
    if may_create != "t":
        raise Stop(
            f"The role {role} may not create databases in PostgreSQL at {server.host}.",
            f'Ask its administrator to run:  ALTER ROLE "{role}" CREATEDB',
        )
    return superuser == "t"
