"""Backup and restore in Odoo's own format.

That is a zip of ``dump.sql``, ``filestore/`` and ``manifest.json``.

The shop stays open while it is backed up. Attachments are files named after their
content and never change, but may be added and swept away at any time. The folder is
therefore listed by hard links before and after the dump: what the dump refers to is in
one of the two.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from . import database
from .console import Stop, step
from .machine import postgres_bin
from .odoo import Odoo

#: The active modules; for the manifest.
MODULES = """
SELECT name, latest_version FROM ir_module_module WHERE state = 'installed'
"""


def check_file(file: Path, access: str) -> None:
    """:raise Stop: when a file can't be read or written (``access``) by us."""
    if access == "read" and not (file.is_file() and os.access(file, os.R_OK)):
        raise Stop(f"There is no readable file {file}.", "Name a zip of ./crm backup.")
    if access == "write" and not os.access(file.parent, os.W_OK | os.X_OK):
        raise Stop(
            f"Nothing can be written to {file.parent}.",
            "Name a file in a folder that exists and that you may write to.",
        )
    if access == "write" and file.is_dir():
        raise Stop(f"{file} is a folder.", f"Name a file: {file / 'crm.zip'}")


@contextlib.contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """Open a private file to write a backup to; it gets its name when it is whole."""
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        with open(os.open(part, flags, 0o600), "w+b") as output:
            yield output
            if zipfile.is_zipfile(output):
                os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def write_backup(odoo: Odoo, name: str, target: BinaryIO) -> None:
    """Write a consistent backup of a database with its files.

    :raise Stop: when the database can't be dumped.
    """
    if not database.exists(odoo, name):
        raise Stop(f"There is no database {name}.", "Name it with --db.")
    with (
        step(f"Backing up {name}"),
        tempfile.TemporaryDirectory(dir=odoo.layout.tmp) as folder,
    ):
        links = Path(folder, "filestore")
        _link_files(odoo, name, links)
        dump = Path(folder, "dump.sql")
        _dump(odoo, name, dump)
        _link_files(odoo, name, links)
        _zip(target, dump, links, _manifest(odoo, name))


def restore_backup(
    odoo: Odoo, source: BinaryIO, name: str, *, neutralize: bool
) -> None:
    """Put a backup in the place of a database.

    The old database stays until the new one is complete.

    :param neutralize: nothing of it reaches the outside; for a copy to try things on.
    """
    if not zipfile.is_zipfile(source):
        raise Stop("That isn't a backup.", "It should be a file of ./crm backup.")
    new = database.building(name)
    database.drop(odoo, new)
    with (
        step(f"Restoring {name}"),
        tempfile.TemporaryDirectory(dir=odoo.layout.tmp) as folder,
    ):
        file = Path(folder, "backup.zip")  # Odoo may not read the user's
        source.seek(0)
        with file.open("wb") as output:
            shutil.copyfileobj(source, output)
        options = ["--neutralize"] if neutralize else []
        words = ("db", "-c", str(odoo.conf), "load", *options, new, str(file))
        odoo.call(*words, log="restore", what="Restoring")
    database.replace(odoo, name)


def _link_files(odoo: Odoo, name: str, target: Path) -> None:
    source = odoo.filestore / name
    target.mkdir(exist_ok=True)
    for path in source.glob("??/*"):
        copy = target / path.relative_to(source)
        copy.parent.mkdir(exist_ok=True)
        if not copy.exists():
            # Swept away in between: nothing refers to it any more.
            with contextlib.suppress(FileNotFoundError):
                database.link(path, copy)


def _dump(odoo: Odoo, name: str, target: Path) -> None:
    folder = postgres_bin()
    program = str(folder / "pg_dump") if folder else "pg_dump"
    done = subprocess.run(
        [program, "--no-password", "--no-owner", "--file", str(target), name],
        env=odoo.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop("pg_dump failed.", done.stderr.strip())


def _manifest(odoo: Odoo, name: str) -> str:
    modules = dict(row.split("|") for row in odoo.sql(MODULES, name))
    version = odoo.sql("SHOW server_version_num")[0]
    return json.dumps(
        {
            "odoo_dump": "1",
            "db_name": name,
            "version": "19.0",
            "version_info": [19, 0, 0, "final", 0, ""],
            "major_version": "19.0",
            "pg_version": f"{int(version) // 10000}.{int(version) % 10000}",
            "modules": modules,
        },
        indent=4,
    )


def _zip(target: BinaryIO, dump: Path, files: Path, manifest: str) -> None:
    with zipfile.ZipFile(
        target, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False
    ) as archive:
        archive.writestr("manifest.json", manifest)
        archive.write(dump, "dump.sql")
        for path in sorted(files.glob("??/*")):
            archive.write(path, Path("filestore", path.relative_to(files)))
