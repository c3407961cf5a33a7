"""What this machine has and what it lacks.

What is lacking is installed: as root, or by an ordinary user through ``sudo``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .console import Stop, run, say, step

MIN_PYTHON = (3, 10)
MAX_PYTHON = (3, 13)


@dataclass(frozen=True)
class Need:
    """Something the machine must have, and the Debian packages that bring it."""

    name: str
    present: Callable[[], bool]
    packages: tuple[str, ...]
    optional: str = ""  # what is lost without it; empty when nothing works without it


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
    return bool(
        shutil.which("gcc") and shutil.which("pg_config") and _python_runs(header)
    )


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _python_runs(code: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False
    )
    return done.returncode == 0


def needs(*, own_postgres: bool, browser: bool) -> list[Need]:
    """Everything the launcher needs from the machine.

    :param own_postgres: we run a private cluster (no ``PGHOST`` given).
    :param browser: Chromium is needed too (tests and screenshots).
    """
    compiler = ("gcc", "libc6-dev", "python3-dev", "libpq-dev")
    postgres = ("postgresql", "postgresql-contrib")
    result = [
        Need("Python's venv", has_venv, ("python3-venv",)),
        Need("compiler and headers", has_build_tools, compiler),
        Need("PostgreSQL client", _has_program("psql"), ("postgresql-client",)),
        Need(
            "wkhtmltopdf",
            _has_program("wkhtmltopdf"),
            ("wkhtmltopdf",),
            optional="reports can't be printed as PDF",
        ),
    ]
    if own_postgres:
        result.append(Need("PostgreSQL with contrib", has_unaccent, postgres))
    if browser:
        fonts = "fonts-noto-core"
        result.append(Need("Chromium", lambda: bool(chromium()), ("chromium", fonts)))
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


def provide(wanted: list[Need], state: Path) -> None:
    """Install what is missing.

    An optional need that couldn't be met is remembered: it isn't tried again until
    something else has to be installed.

    :param state: folder for the log and for what is remembered.
    :raise Stop: when we may not install; names the packages to ask for.
    """
    lacking = missing(wanted)
    required = [need for need in lacking if not need.optional]
    unmet = _Unmet(state / "not-offered")
    if not required and all(need.name in unmet.names() for need in lacking):
        return
    words = installer()
    if words is None:
        if required:
            raise _lacks(required)
        return
    log = state / "machine.log"
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
    packages = " ".join(package for need in required for package in need.packages)
    return Stop(
        f"This machine lacks: {', '.join(need.name for need in required)}.",
        f"Ask an administrator to run:  apt-get install {packages}\n"
        "then call this command again.",
    )


def _apt_install(words: list[str], lacking: list[Need], log: Path) -> list[Need]:
    """Install the packages; returns the optional needs that can't be met."""
    apt = [*words, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    apt += ["-o", "DPkg::Lock::Timeout=120"]  # the machine may be updating itself
    advice = "Check the machine's network and its package sources (apt-get update)."
    run([*apt, "update"], log=log, what="apt-get update", advice=advice)
    unmet = []
    for need in lacking:
        try:
            if need.optional and not _has_candidate(need.packages):
                raise Stop(f"{need.name} isn't offered by this distribution")
            run(
                [*apt, "install", "-y", "--no-install-recommends", *need.packages],
                log=log,
                what=f"Installing {' '.join(need.packages)}",
                advice=advice,
            )
        except Stop as problem:
            if not need.optional:
                raise
            say(f"  {problem.problem}: {need.optional}.")
            unmet.append(need)
    return unmet


def _has_candidate(packages: tuple[str, ...]) -> bool:
    done = subprocess.run(
        ["apt-cache", "show", *packages], capture_output=True, text=True, check=False
    )
    return done.returncode == 0 and "Package:" in done.stdout


def check_python() -> None:
    """:raise Stop: when this interpreter isn't one that Odoo 19 supports."""
    if not MIN_PYTHON <= sys.version_info[:2] <= MAX_PYTHON:
        raise Stop(
            f"Odoo 19 runs on Python 3.10 to 3.13; {sys.executable} is "
            f"{sys.version_info[0]}.{sys.version_info[1]}.",
            "Set CRM_PYTHON to another interpreter, or use the containers:\n"
            "docker compose up",
        )
