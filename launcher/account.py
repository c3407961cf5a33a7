"""The unprivileged account: Odoo and PostgreSQL never run as root.

As root we find a place that the account can use, run the same command again as the
account, and carry over what it can't reach itself: the file to back up to or to restore
from, and what the command made for the checkout.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import Stop, say
from .layout import Layout

SERVICE_USER = "retailcrm"
#: Home of mirrored checkouts and of their state folders.
HOME = Path("/var/lib") / SERVICE_USER
#: Parts of a checkout that the account has no business with.
NOT_FOR_SERVICE = (
    ".git",
    ".state",
    ".env",
    "node_modules",
    "__pycache__",
    ".*_cache",
    "*.zip",
    "*.part",
)


def provide() -> pwd.struct_passwd:
    """The service account, created when there is none.

    :raise Stop: when it can't be created.
    """
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        pass
    say(f"* Creating the account {SERVICE_USER}")
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    done = subprocess.run(
        [*command, SERVICE_USER], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(
            f"The account {SERVICE_USER} can't be created.",
            f"{done.stderr.strip()}\n"
            "Odoo and PostgreSQL refuse to run as root and need an account.",
        )
    return pwd.getpwnam(SERVICE_USER)


def place(layout: Layout, account: pwd.struct_passwd) -> Layout:
    """A layout that the account can use.

    It reads the checkout and owns the state folder. A state folder that it can't enter
    (the checkout is below ``/root``) is exchanged for one below `HOME`; a checkout that
    it can't read is mirrored there.

    :raise Stop: when ``CRM_STATE`` names a folder that it can't use.
    """
    home = HOME / f"{layout.root.name}-{_digest(layout.root)}"
    state = layout.state
    if not _can(account, "test", "-x", _nearest_folder(state.parent)):
        if layout.state_is_given:
            raise Stop(
                f"The account {SERVICE_USER} can't enter the folder of {state}.",
                "Point CRM_STATE to a folder that every account can enter.",
            )
        state = home / "state"
    result = Layout(layout.root, state, layout.state_is_given)
    result.check_state()
    _own(state, account)
    if not _reads(account, layout.root):
        result = Layout(home / "checkout", state, layout.state_is_given)
        say(f"* {SERVICE_USER} can't read all of {layout.root}: working on a copy")
        say(f"  {result.root}")
        mirror(layout.root, result.root, account.pw_gid)
    return result


def run_as(
    account: pwd.struct_passwd, layout: Layout, words: list[str], file: Path | None
) -> int:
    """Run ``./crm`` with these words as the account; returns its exit status.

    :param file: what its option ``file`` means instead of the word given.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "launcher", *words],
        cwd=layout.root,
        env=_environment_of(account, layout, file),
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        umask=0o022,
    )
    # Ctrl-C reaches the child too: it cleans up, we only wait for it.
    handlers = {
        signal.SIGINT: lambda *_: None,
        signal.SIGTERM: lambda *_: process.terminate(),
    }
    before = {number: signal.signal(number, handlers[number]) for number in handlers}
    try:
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stand_in(
    file: Path, access: str, state: Path, account: pwd.struct_passwd
) -> Iterator[Path]:
    """A file in the state folder in the place of one that only root may reach.

    :param access: ``read``: the stand-in is a copy; ``write``: the file is written from
        the stand-in afterwards, if there is one then.
    """
    with tempfile.TemporaryDirectory(dir=state) as folder:
        copy = Path(folder, file.name)
        if access == "read":
            shutil.copyfile(file, copy)
            os.chown(copy, account.pw_uid, account.pw_gid)
        os.chown(folder, account.pw_uid, account.pw_gid)
        yield copy
        if access == "write" and _is_file(copy):
            _write_whole(copy, file)


def bring_home(layout: Layout, root: Path) -> None:
    """Move what a verb made for the checkout to its place in it, and nowhere else."""
    if not layout.out.is_dir():
        return
    home = root.resolve()
    for source in sorted(path for path in layout.out.rglob("*") if _is_file(path)):
        target = home / source.relative_to(layout.out)
        if not target.resolve().is_relative_to(home):
            raise Stop(f"{target} leads out of the checkout.", "Remove that link.")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    shutil.rmtree(layout.out)


def mirror(source: Path, target: Path, group: int) -> None:
    """Make ``target`` a copy of a checkout that a group can read.

    A shop may be running from it: only what has changed is touched.
    """
    shutil.copytree(
        source,
        target,
        symlinks=True,
        ignore=shutil.ignore_patterns(*NOT_FOR_SERVICE),
        copy_function=_copy_if_changed,
        dirs_exist_ok=True,
    )
    for path in sorted(target.rglob("*"), reverse=True):
        if not os.path.lexists(source / path.relative_to(target)):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    target.parent.chmod(0o755)
    target.parent.parent.chmod(0o755)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            os.chown(path, -1, group)
            path.chmod(0o750 if executable else 0o640)


def _copy_if_changed(source: str, target: str) -> None:
    before = os.stat(source)
    if os.path.exists(target):
        now = os.stat(target)
        if (now.st_size, now.st_mtime_ns) == (before.st_size, before.st_mtime_ns):
            return
    shutil.copy2(source, target)


def _is_file(path: Path) -> bool:
    """A file itself: root doesn't follow links that the account has made."""
    return path.is_file() and not path.is_symlink()


def _write_whole(source: Path, target: Path) -> None:
    """Copy a file in such a way that the target is never half there."""
    part = target.with_name(target.name + ".part")
    try:
        with source.open("rb") as data, open(part, "wb", opener=private) as output:
            shutil.copyfileobj(data, output)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def private(path: str, flags: int) -> int:
    """Opener of files that only their owner may read."""
    return os.open(path, flags, 0o600)


def _can(account: pwd.struct_passwd, *words: str | Path) -> bool:
    """Whether a command succeeds and says nothing, run as the account."""
    done = subprocess.run(
        words,
        cwd="/",
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0 and not done.stdout


def _reads(account: pwd.struct_passwd, root: Path) -> bool:
    """Whether the account can read all of the checkout that it needs."""
    names = [word for name in NOT_FOR_SERVICE for word in ("-o", "-name", name)][1:]
    unreadable = ["!", "-readable", "-print", "-quit"]
    return _can(account, "find", root, "(", *names, ")", "-prune", "-o", *unreadable)


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def _own(folder: Path, account: pwd.struct_passwd) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != account.pw_uid:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def _environment_of(
    account: pwd.struct_passwd, layout: Layout, file: Path | None
) -> dict[str, str]:
    dropped = ("SUDO_", "XDG_", "TMPDIR", "CRM_FILE")
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(dropped)
    }
    for key in ("CRM_ODOO", "CRM_DATA"):  # relative to where the user is
        if kept.get(key):
            kept[key] = os.path.abspath(kept[key])
    if file:
        kept["CRM_FILE"] = str(file)
    return kept | {
        "HOME": str(layout.state / "home"),
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "PYTHONPATH": str(layout.root),
        "CRM_STATE": str(layout.state),
        "CRM_AS_SERVICE": "1",
    }
