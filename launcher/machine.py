"""What this machine has and what it lacks.

What is lacking is installed: as root, or by an ordinary user through ``sudo``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .console import Stop, note, run, step
from .odoo_source import NO_APT, OTHER_WAYS

MIN_PYTHON = (3, 11)
MAX_PYTHON = (3, 13)
#: Things that are done at once: more than that wait for PostgreSQL.
MOST_PROCESSES = 4
#: The first one has no window to draw and takes half the time.
BROWSERS = (
    "chromium-headless-shell",
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
)


@dataclass(frozen=True)
class Need:
    """Something the machine must have, and the Debian packages that bring it."""

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]
    optional: str = ""  # what is lost without it; empty when nothing works without it
    otherwise: str = ""  # what to do when the distribution has no such packages


def processes() -> int:
    """How many things that keep a core busy are done at once."""
    return min(os.cpu_count() or 1, MOST_PROCESSES)


def postgres_bin() -> Path | None:
    """Folder of ``initdb`` and ``postgres``, the newest."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parts[-3]),
        reverse=True,
    )
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def has_unaccent() -> bool:
    """Whether the PostgreSQL server can create the extension ``unaccent``."""
    folder = postgres_bin()
    if not folder:
        return False
    shares = [
        Path(f"/usr/share/postgresql/{folder.parent.name}"),  # Debian
        folder.parent / "share",  # built from source
        folder.parent / "share" / "postgresql",
    ]
    return any((share / "extension" / "unaccent.control").exists() for share in shares)


def has_venv() -> bool:
    return _python_runs("import venv, ensurepip")


def has_build_tools() -> bool:
    """Compiler, Python's and libpq's headers: psycopg2 is compiled."""
    header = "import os, sysconfig as s; os.stat(s.get_path('include') + '/Python.h')"
    return bool(shutil.which("gcc") and has_libpq_headers() and _python_runs(header))


def has_libpq_headers() -> bool:
    program = shutil.which("pg_config")
    if not program:
        return False
    done = subprocess.run(
        [program, "--includedir"], capture_output=True, text=True, check=False
    )
    return Path(done.stdout.strip(), "libpq-fe.h").is_file()


def chromium() -> str | None:
    """The browser of the tests: the one that CRM_CHROMIUM names, or the first found.

    A snap is none: it runs for people with a home folder only.
    """
    if given := os.environ.get("CRM_CHROMIUM"):
        return shutil.which(given)
    for name in BROWSERS:
        found = shutil.which(name)
        if found and os.path.basename(os.path.realpath(found)) != "snap":
            return found
    return None


def has_chromium() -> bool:
    return chromium() is not None


def _python_runs(code: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, check=False
    )
    return done.returncode == 0


def needs(*, database: bool, own_postgres: bool, browser: bool) -> list[Need]:
    """Everything the launcher needs from the machine.

    :param database: Odoo will run, on some PostgreSQL.
    :param own_postgres: that is a private cluster (no ``PGHOST`` given).
    :param browser: somebody visits the shop (tests and screenshots): in Chromium, and
        with the examples of ``docs/api.md``.
    """
    compiler = ("gcc", "libc6-dev", "python3-dev", "libpq-dev")
    postgres = ("postgresql",)  # since PostgreSQL 10 with contrib
    result = [
        Need("Python's venv", has_venv, ("python3-venv",)),
        Need("compiler and headers", has_build_tools, compiler),
    ]
    if database:
        result += [
            Need("PostgreSQL client", _has_program("psql"), ("postgresql-client",)),
            Need(
                "wkhtmltopdf",
                _has_program("wkhtmltopdf"),
                ("wkhtmltopdf",),
                optional="reports can't be printed as PDF",
            ),
        ]
    if database and own_postgres:
        result.append(Need("PostgreSQL with contrib", has_unaccent, postgres))
    if browser:
        other = "Install Google Chrome, or point CRM_CHROMIUM to a Chromium (no snap)."
        packages = ("chromium-headless-shell", "fonts-noto-core")
        result.append(Need("Chromium", has_chromium, packages, otherwise=other))
        result.append(Need("curl", _has_program("curl"), ("curl",)))
    return result


def _has_program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def missing(wanted: Iterable[Need]) -> list[Need]:
    return [need for need in wanted if not need.present()]


def installer() -> list[str] | None:
    """The words that run a command with rights to install, or None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if not sudo:
        return None
    quiet = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
    return [sudo] if quiet.returncode == 0 or sys.stdin.isatty() else None


def provide(wanted: list[Need], folder: Path) -> None:
    """Install what is missing.

    An optional need that couldn't be met is remembered: it isn't tried again until
    something else has to be installed.

    :param folder: for the log and for what is remembered.
    :raise Stop: when we may not install; names the packages to ask for.
    """
    lacking = missing(wanted)
    required = [need for need in lacking if not need.optional]
    unmet = _Unmet(folder / "not-offered")
    if not required and all(need.name in unmet.names() for need in lacking):
        return
    words = installer()
    if words is None:
        if required:
            raise _lacks(required)
        return
    log = folder / "machine.log"
    with step(f"Installing {', '.join(need.name for need in lacking)}"):
        unmet.remember(_apt_install(words, lacking, log))
    for need in missing(required):
        raise Stop(
            f"{need.name} is still missing after installing {' '.join(need.packages)}.",
            f"See {log}.",
        )


@dataclass(frozen=True)
class _Unmet:
    """Names of optional needs that this machine's distribution doesn't meet."""

    path: Path

    def names(self) -> list[str]:
        return self.path.read_text("utf-8").splitlines() if self.path.exists() else []

    def remember(self, needs: list[Need]) -> None:
        self.path.write_text("".join(f"{need.name}\n" for need in needs), "utf-8")


def _lacks(required: list[Need]) -> Stop:
    problem = f"This machine lacks: {', '.join(need.name for need in required)}."
    if not shutil.which("apt-get"):
        return Stop(
            f"{problem} {NO_APT}",
            f"Install them in this system's way, then try again.\n{OTHER_WAYS}",
        )
    packages = " ".join(package for need in required for package in need.packages)
    return Stop(
        problem,
        f"Ask an administrator to run:  apt-get install {packages}\n"
        "then call this command again.",
    )


def _apt_install(words: list[str], lacking: list[Need], log: Path) -> list[Need]:
    """Install the packages; returns the optional needs that can't be met.

    An interrupted installation isn't cut off, but waited for.
    """
    quiet = [*words, "env", "DEBIAN_FRONTEND=noninteractive"]
    # The machine may be updating itself.
    apt = [*quiet, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    for command, what in (
        ([*quiet, "dpkg", "--configure", "-a"], "Finishing earlier installations"),
        ([*apt, "update"], "apt-get update"),
    ):
        try:
            run(command, log=log, what=what, patient=True)
        except Stop as problem:  # what there is may do
            note(f"  Warning: {problem.problem}")
    unmet = []
    for need in lacking:
        try:
            if not _has_candidate(need.packages):
                problem = f"{need.name} isn't offered by this distribution"
                raise Stop(f"{problem}.", need.otherwise or OTHER_WAYS)
            run(
                [*apt, "install", "-y", "--no-install-recommends", *need.packages],
                log=log,
                what=f"Installing {' '.join(need.packages)}",
                advice="Check the machine's network and its package sources.",
                patient=True,
            )
        except Stop as problem:
            if not need.optional:
                raise
            note(f"  {problem.problem} So {need.optional}.")
            unmet.append(need)
    return unmet


def _has_candidate(packages: tuple[str, ...]) -> bool:
    done = subprocess.run(
        ["apt-cache", "policy", *packages],
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "C"},
        check=False,
    )
    candidates = re.findall(r"Candidate: (.*)", done.stdout)
    return len(candidates) == len(packages) and "(none)" not in candidates


def check_python() -> None:
    """:raise Stop: when this interpreter isn't one that Odoo 19 supports."""
    if not MIN_PYTHON <= sys.version_info[:2] <= MAX_PYTHON:
        raise Stop(
            f"Python 3.11 to 3.13 is needed; {sys.executable} is "
            f"{sys.version_info[0]}.{sys.version_info[1]}.",
            "Set CRM_PYTHON to another interpreter, or use the containers:\n"
            "docker compose up",
        )
