"""The running shop: started in the background, found again, stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .console import Stop, step
from .odoo import Odoo

START_SECONDS = 120
STOP_SECONDS = 30
RUNNER_SECONDS = 20
#: Whether queue_job's runner works for a database: it holds this lock.
RUNNER = """
SELECT 1 FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
 WHERE d.datname = '{database}' AND l.locktype = 'advisory' AND l.granted
   AND (l.classid::bigint << 32 | l.objid::bigint) = 2293787760715711918
"""


def start(odoo: Odoo, database: str, port: int) -> None:
    """Start the server in the background and wait until its login page answers.

    :raise Stop: when it ends or doesn't answer in time.
    """
    log = odoo.layout.logs / f"{odoo.conf.stem}.log"
    with (
        step(f"Starting Odoo on port {port}"),
        log.open("a", encoding="utf-8") as output,
    ):
        process = subprocess.Popen(
            odoo.command(
                "server", "-c", str(odoo.conf), "-d", database, "-p", str(port)
            ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=odoo.environment(),
            cwd=odoo.layout.root,
            start_new_session=True,
        )
        try:
            _pid_file(odoo).write_text(f"{process.pid} {database} {port}\n", "utf-8")
            _wait_until_ready(process, port, log)
            _wait_for_runner(odoo, database)
        except BaseException:  # interrupted too: the next call starts anew
            process.kill()
            process.wait()
            _pid_file(odoo).unlink(missing_ok=True)
            raise


def running(odoo: Odoo) -> tuple[int, str, int] | None:
    """(process id, database, port) of the server that this configuration started."""
    try:
        pid, database, port = _pid_file(odoo).read_text("utf-8").split()
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    if os.fsencode(odoo.conf) not in command:
        return None  # the number was given to somebody else's process
    return int(pid), database, int(port)


def stop(odoo: Odoo) -> bool:
    """Stop the server; tells whether one was running."""
    found = running(odoo)
    if not found:
        return False
    with step("Stopping Odoo"):
        deadline = time.monotonic() + STOP_SECONDS
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.kill(found[0], signal.SIGTERM)
            while running(odoo):
                if time.monotonic() > deadline:
                    os.kill(found[0], signal.SIGKILL)
                time.sleep(0.1)
        _pid_file(odoo).unlink(missing_ok=True)
    return True


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int, path: str = "/web/login") -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}{path}", timeout=30
        ) as reply:
            return reply.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _pid_file(odoo: Odoo) -> Path:
    return odoo.layout.state / f"{odoo.conf.stem}.pid"


def _wait_for_runner(odoo: Odoo, database: str) -> None:
    """Wait until jobs run as well: their runner begins five seconds after the server.

    Whatever follows from the first orders would wait for it otherwise. A server without
    a runner is served nevertheless.
    """
    deadline = time.monotonic() + RUNNER_SECONDS
    while time.monotonic() < deadline:
        if odoo.sql(RUNNER.format(database=database)):
            return
        time.sleep(0.2)


def _wait_until_ready(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            end = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
            raise Stop(f"Odoo ended at once (exit status {process.returncode}).", end)
        if answers(port, "/web/health") and answers(port):
            return
        time.sleep(0.2)
    raise Stop(
        f"Odoo doesn't answer on port {port} after {START_SECONDS} s.", f"See {log}."
    )
