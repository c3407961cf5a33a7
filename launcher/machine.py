"""What this machine has, what it lacks, and as whom we work.

Only this module needs privileges. As root it installs Debian packages, makes an
unprivileged account and goes on as that account: Odoo and PostgreSQL never run as
root. An ordinary user installs packages through ``sudo`` and goes on as himself.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .console import Stop, run, say, step
from .layout import CHECKOUT, Layout

SERVICE_USER = "retailcrm"
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
    """Folder of ``initdb`` and ``postgres`` (the newest), with the contrib extensions."""
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
    result = [
        Need("Python's venv", has_venv, ("python3-venv",)),
        Need(
            "compiler and headers",
            has_build_tools,
            ("gcc", "libc6-dev", "python3-dev", "libpq-dev"),
        ),
        Need(
            "PostgreSQL client",
            lambda: bool(shutil.which("psql")),
            ("postgresql-client",),
        ),
        Need(
            "wkhtmltopdf",
            lambda: bool(shutil.which("wkhtmltopdf")),
            ("wkhtmltopdf",),
            optional="reports can't be printed as PDF",
        ),
    ]
    if own_postgres:
        result.append(
            Need(
                "PostgreSQL with contrib",
                has_unaccent,
                ("postgresql", "postgresql-contrib"),
            )
        )
    if browser:
        result.append(
            Need("Chromium", lambda: bool(chromium()), ("chromium", "fonts-noto-core"))
        )
    return result


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


def provide(wanted: list[Need], log: Path) -> None:
    """Install what is missing.

    :raise Stop: when we may not install; names the packages to ask for.
    """
    lacking = missing(wanted)
    required = [need for need in lacking if not need.optional]
    if not lacking:
        return
    words = installer()
    if words is None:
        if required:
            packages = " ".join(p for need in required for p in need.packages)
            raise Stop(
                f"This machine lacks: {', '.join(need.name for need in required)}.",
                f"Ask an administrator to run:  apt-get install {packages}\n"
                "then call this command again.",
            )
        return
    with step(f"Installing {', '.join(need.name for need in lacking)}"):
        _apt_install(words, lacking, log)
    for need in missing(required):
        raise Stop(
            f"{need.name} is still missing after installing {' '.join(need.packages)}.",
            f"See {log}.",
        )


def _apt_install(words: list[str], lacking: list[Need], log: Path) -> None:
    apt = [*words, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    advice = "Check the machine's network and its package sources (apt-get update)."
    run([*apt, "update"], log=log, what="apt-get update", advice=advice)
    for need in lacking:
        if need.optional and not _has_candidate(need.packages):
            say(f"  {need.name} isn't offered by this distribution: {need.optional}.")
            continue
        run(
            [*apt, "install", "-y", "--no-install-recommends", *need.packages],
            log=log,
            what=f"Installing {' '.join(need.packages)}",
            advice=advice,
        )


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
            "Set CRM_PYTHON to another interpreter, or use the containers: docker compose up",
        )


# ------------------------------------------------------------- the unprivileged account


def leave_root(layout: Layout, arguments: list[str]) -> int | None:
    """As root: hand the state folder to the service account and go on as it.

    A checkout that the account can't enter (for example one below ``/root``) is mirrored
    to a place that it can. What the command makes for the checkout (`Layout.out`) is
    copied there afterwards, with root's rights.

    :return: the command's exit status; None when we aren't root and the caller goes on.
    """
    if os.geteuid() != 0:
        return None
    account = _service_account(layout)
    if not _reachable(layout.root, account):
        layout = _mirrored(layout)
    _own(layout.state, account)
    done = subprocess.run(
        [sys.executable, "-m", "launcher", *arguments],
        cwd=layout.root,
        env=_environment_of(account, layout),
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        umask=0o022,
        check=False,
    )
    bring_home(layout, CHECKOUT)
    return done.returncode


def bring_home(layout: Layout, root: Path) -> None:
    """Move what a verb made for the checkout to its place in it."""
    if layout.out.is_dir():
        shutil.copytree(
            layout.out, root, dirs_exist_ok=True, copy_function=shutil.copyfile
        )
        shutil.rmtree(layout.out)


def _service_account(layout: Layout) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        layout.state.mkdir(parents=True, exist_ok=True)
        run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--home-dir",
                "/nonexistent",
                "--shell",
                "/usr/sbin/nologin",
                SERVICE_USER,
            ],
            log=layout.state / "useradd.log",
            what=f"Creating the account {SERVICE_USER}",
            advice="Odoo and PostgreSQL refuse to run as root and need an account.",
        )
        return pwd.getpwnam(SERVICE_USER)


def _reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether the account can read the folder (tried as that account)."""
    done = subprocess.run(
        ["test", "-r", str(path / "crm")],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        check=False,
    )
    return done.returncode == 0


def _mirrored(layout: Layout) -> Layout:
    """A copy of the checkout that everybody can read, renewed at each call."""
    home = Path("/var/lib") / SERVICE_USER / layout.root.name
    mirror = Layout(home / "checkout", home / "state")
    if os.environ.get("CRM_STATE"):
        mirror = Layout(mirror.root, layout.state)
    say(
        f"* {SERVICE_USER} can't read {layout.root}: working on a copy in {mirror.root}"
    )
    shutil.rmtree(mirror.root, ignore_errors=True)
    shutil.copytree(
        layout.root,
        mirror.root,
        ignore=shutil.ignore_patterns(".git", ".state", "__pycache__"),
    )
    for folder in (home.parent, home, mirror.root):
        folder.chmod(0o755)
    return mirror


def _own(folder: Path, account: pwd.struct_passwd) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != account.pw_uid:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _environment_of(account: pwd.struct_passwd, layout: Layout) -> dict[str, str]:
    dropped = ("SUDO_", "XDG_")
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(dropped)
    }
    return kept | {
        "HOME": str(layout.state / "home"),
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "PYTHONPATH": str(layout.root),
        "CRM_STATE": str(layout.state),
        "CRM_AS_SERVICE": "1",
    }
