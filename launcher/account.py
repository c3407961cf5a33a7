"""The unprivileged account: Odoo and PostgreSQL never run as root.

As root we find a place that the account can use and run the same command again as the
account. The account may not be trusted: root opens nothing by a path below a folder
that belongs to it. What must pass between the two (a backup, files that the command
made for the checkout) goes through an open file that the command inherits.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import BinaryIO

from .console import Stop, note
from .layout import CHECKOUT, Layout

SERVICE_USER = "retailcrm"
#: Root's own: mirrored checkouts, their state folders, and the log of installations.
HOME = Path("/var/lib") / SERVICE_USER
#: What the account needs of a checkout; patterns of names in its top folder.
PARTS = (
    *("crm", "launcher", "addons", "bench", "config", "docs", "tests", ".ci"),
    *("requirements*.txt", "constraints.txt", "package*.json", "prettier.config.cjs"),
    *(".ruff.toml", ".pylintrc-mandatory", ".oca_hooks.cfg", "*.md", "LICENSE"),
    *("Dockerfile", "*.yml", ".*.yaml", ".*ignore", ".editorconfig"),
)
#: What it has no business with, wherever it is.
NOT_FOR_SERVICE = (".env", "node_modules", "__pycache__", ".*_cache", "*.zip", "*.part")
#: Real data that a test reads when it is there; CRM_DATA names another folder.
DATA_FOLDER = CHECKOUT.parent / "shared" / "data"
DATA_FILE = "online_retail_lines.csv"


def own_folder() -> Path:
    """Root's folder, made when there is none; others may only pass through it."""
    HOME.mkdir(parents=True, exist_ok=True)
    os.chown(HOME, 0, 0)
    HOME.chmod(0o711)
    return HOME


def provide() -> pwd.struct_passwd:
    """The service account, created when there is none.

    :raise Stop: when it can't be created.
    """
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        pass
    note(f"* Creating the account {SERVICE_USER}")
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


def place(layout: Layout) -> tuple[Layout, pwd.struct_passwd]:
    """A layout that an unprivileged account can use, and this account.

    It reads the checkout and owns the state folder. That is the service account, or
    whoever owns the state folder already (it was made by a call without ``sudo``). A
    state folder that it can't enter (the checkout is below ``/root``) is exchanged for
    one below `HOME`; a checkout that it can't read is mirrored there.

    :raise Stop: when ``CRM_STATE`` names a folder that it can't use.
    """
    home = HOME / f"{layout.root.name}-{_digest(layout.root)}"
    state = layout.state.resolve()
    account = _owner(state) or provide()
    if not _can(account, "test", "-x", _nearest_folder(state.parent)):
        if layout.state_is_given:
            raise Stop(
                f"The account {account.pw_name} can't enter the folder of {state}.",
                "Point CRM_STATE to a folder that every account can enter.",
            )
        state = home / "state"
    result = Layout(layout.root, state, layout.state_is_given)
    result.check_state()
    _hand_over(result, account)
    if not _reads(account, layout.root):
        result = Layout(home / "checkout", state, layout.state_is_given)
        note(f"* {account.pw_name} can't read all of {layout.root}: working on a copy")
        note(f"  {result.root}")
        mirror(layout.root, result.root, account.pw_gid)
    return result, account


def run_as(
    account: pwd.struct_passwd,
    layout: Layout,
    words: list[str],
    stream: BinaryIO | None,
) -> int:
    """Run ``./crm`` with these words as the account; returns its exit status.

    :param stream: the open file that the verb reads or writes.
    """
    process = subprocess.Popen(
        ["/bin/sh", layout.root / "crm", *words],
        cwd=layout.root,
        env=_environment_of(account, layout, stream),
        pass_fds=[stream.fileno()] if stream else [],
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


def pack(folder: Path, parcel: BinaryIO) -> None:
    """Write the files that a verb made for the checkout as a parcel."""
    with tarfile.open(fileobj=parcel, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.add(path, path.relative_to(folder), recursive=False)


def unpack(parcel: BinaryIO, allowed: str, root: Path) -> None:
    """Put the files of a parcel in their places in the checkout.

    :param allowed: pattern of the paths that this verb may write; nothing else is.
    """
    if not parcel.seek(0, os.SEEK_END):  # the verb didn't get that far
        return
    parcel.seek(0)
    root = root.resolve()
    with tarfile.open(fileobj=parcel) as archive:
        for member in archive:
            fits = member.isfile() and re.fullmatch(allowed, member.name)
            target = root / member.name if fits else root
            if not fits or target.parent.resolve() != target.parent:  # a link, or ".."
                note(f"  Not written to the checkout: {member.name!r}")
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with open(os.open(target, flags, 0o644), "wb") as output:
                shutil.copyfileobj(archive.extractfile(member), output)


def mirror(source: Path, target: Path, group: int) -> None:
    """Make ``target`` a copy of the parts of a checkout that a group can read.

    A shop may be running from it: only what has changed is touched. Links are left
    out: what they lead to isn't the account's to read.
    """

    def left_out(folder: str, names: list[str]) -> list[str]:
        return [
            name
            for name in names
            if _fits(name, NOT_FOR_SERVICE)
            or os.path.islink(os.path.join(folder, name))
            or (Path(folder) == source and not _fits(name, PARTS))
        ]

    for path in sorted(target.rglob("*"), reverse=True):
        origin = source / path.relative_to(target)
        same = origin.is_dir() if path.is_dir() else origin.is_file()
        if not same or left_out(str(origin.parent), [origin.name]):
            path.rmdir() if path.is_dir() else path.unlink()
    shutil.copytree(
        source,
        target,
        ignore=left_out,
        copy_function=_copy_if_changed,
        dirs_exist_ok=True,
    )
    target.parent.chmod(0o711)
    for path in (target, *target.rglob("*")):
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


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


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
    parts = [path for path in root.iterdir() if _fits(path.name, PARTS)]
    names = [word for name in NOT_FOR_SERVICE for word in ("-o", "-name", name)][1:]
    unreadable = ["!", "-readable", "-print", "-quit"]
    return _can(account, "find", root, *parts, "-maxdepth", "0", *unreadable) and _can(
        account, "find", *parts, "(", *names, ")", "-prune", "-o", *unreadable
    )


def _nearest_folder(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def _owner(folder: Path) -> pwd.struct_passwd | None:
    """Whose a folder is, when it is there and not root's."""
    owner = folder.stat().st_uid if folder.exists() else 0
    return pwd.getpwuid(owner) if owner else None


def _hand_over(layout: Layout, account: pwd.struct_passwd) -> None:
    """Give the account the state folder that we have just made, marked as such."""
    layout.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = os.open(layout.state, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(folder).st_uid == os.getuid():  # else it has been given already
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW
            mark = os.open(layout.mark.name, flags, 0o644, dir_fd=folder)
            os.fchown(mark, account.pw_uid, account.pw_gid)
            os.close(mark)
            os.fchown(folder, account.pw_uid, account.pw_gid)
    finally:
        os.close(folder)


def _data(account: pwd.struct_passwd) -> Path:
    """Folder of the real data; beside the mirror when the account can't read it."""
    folder = Path(os.environ.get("CRM_DATA") or DATA_FOLDER).absolute()
    file = folder / DATA_FILE
    if not file.is_file() or _can(account, "test", "-r", file):
        return folder
    copy = HOME / f"data-{_digest(folder)}"
    copy.mkdir(mode=0o711, exist_ok=True)
    _copy_if_changed(str(file), str(copy / DATA_FILE))
    os.chown(copy / DATA_FILE, -1, account.pw_gid)
    (copy / DATA_FILE).chmod(0o640)
    return copy


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


def _environment_of(
    account: pwd.struct_passwd, layout: Layout, stream: BinaryIO | None
) -> dict[str, str]:
    dropped = ("SUDO_", "XDG_", "TMPDIR", "CRM_STREAM")
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(dropped)
    }
    if kept.get("CRM_ODOO"):  # relative to where the user is
        kept["CRM_ODOO"] = os.path.abspath(kept["CRM_ODOO"])
    if stream:
        kept["CRM_STREAM"] = str(stream.fileno())
    return kept | {
        "HOME": str(layout.state / "home"),
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "CRM_DATA": str(_data(account)),
        "CRM_PYTHON": sys.executable,
        "CRM_STATE": str(layout.state),
        "CRM_AS_SERVICE": "1",
    }
