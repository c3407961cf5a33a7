"""The database of a bench: an Odoo environment, a server with job workers, a table."""

from __future__ import annotations

import configparser
import functools
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

DATABASE = os.environ.get("CRM_TEST_DB", "")
CONF = os.environ.get("CRM_TEST_CONF", "")
URL = os.environ.get("CRM_TEST_URL", "")


@contextmanager
def environment(lang: str = "vi_VN") -> Iterator:
    """An administrator's environment; committed at the end."""
    _load_odoo()
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(
            cr, SUPERUSER_ID, {"lang": lang, "tz": "Asia/Ho_Chi_Minh"}
        )
        yield env(user=env.ref("base.user_admin"))


@functools.cache
def _load_odoo() -> None:
    import odoo.init  # noqa: F401  (before any other import from odoo)
    from odoo.modules.module import initialize_sys_path
    from odoo.tools import config

    config.parse_config(
        ["-c", CONF, "-d", DATABASE, "--no-http", "--log-level=warn"],
        setup_logging=True,
    )
    initialize_sys_path()


@contextmanager
def server(jobs: int) -> Iterator[None]:
    """Odoo with worker processes and a runner for so many jobs at once."""
    port = int(URL.rpartition(":")[2])
    parser = configparser.RawConfigParser()
    parser.read(CONF, "utf-8")
    parser.set("queue_job", "channels", f"root:{jobs}")
    for key, value in {
        "workers": jobs + 1,
        "http_port": port,
        "gevent_port": port + 1,
    }.items():
        parser.set("options", key, str(value))
    with (
        tempfile.NamedTemporaryFile("w", suffix=".conf") as conf,
        tempfile.TemporaryFile() as log,
    ):
        parser.write(conf)
        conf.flush()
        process = subprocess.Popen(
            [
                sys.executable,
                Path(sys.executable).with_name("odoo"),
                "server",
                "-c",
                conf.name,
                "-d",
                DATABASE,
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port)
            _warm_up(port, jobs + 1)
            _wait_for_runner()
            yield
        except BaseException:
            log.seek(0)
            end = log.read().decode("utf-8", "replace").splitlines()[-30:]
            print("\n".join(end), file=sys.stderr)
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _wait(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port}/web/health", timeout=5
            ):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the server has ended or doesn't answer")


def _wait_for_runner() -> None:
    """The runner of jobs begins five seconds after the server: nor is that measured."""
    from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with environment() as env:
            env.cr.execute(
                """
                SELECT 1 FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
                 WHERE d.datname = current_database() AND l.locktype = 'advisory'
                   AND l.granted AND (l.classid::bigint << 32 | l.objid::bigint) = %s
                """,
                [PG_ADVISORY_LOCK_ID],
            )
            if env.cr.fetchone():
                return
        time.sleep(0.2)
    raise TimeoutError("nobody runs the jobs")


def _warm_up(port: int, workers: int) -> None:
    """Each worker loads its registry at its first request: before the clock runs."""
    url = f"http://127.0.0.1:{port}/web/login"
    with ThreadPoolExecutor(workers) as pool:
        for _round in range(3):
            list(
                pool.map(
                    lambda _worker: urllib.request.urlopen(url).read(), range(workers)
                )
            )


def in_fresh_process(function: Callable, *arguments) -> tuple:
    """Call a function in a new process.

    :return: its result, and the most memory that the process had, in MB.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_with_peak, (function, arguments))


def _with_peak(function: Callable, arguments: tuple) -> tuple:
    result = function(*arguments)
    # Not getrusage: that maximum is inherited from the process we come from.
    status = Path("/proc/self/status").read_text("utf-8")
    return result, int(status.partition("VmHWM:")[2].split()[0]) / 1024


def table(title: str, rows: Sequence[tuple[str, float, str]]) -> None:
    """Print figures, each with its ratio to the first row's."""
    print(f"\n{title}")
    base = rows[0][1]
    for label, value, unit in rows:
        print(f"  {label:<52} {value:>12,.1f} {unit:<8} x{value / base:.2f}")


def folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="bench-"))
