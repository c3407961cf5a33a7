"""One at a time: verbs that change the same things wait for each other."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import note


@contextmanager
def held(folder: Path, name: str, holder: str) -> Iterator[None]:
    """Hold the lock inside; who waits for it is told the holder.

    The lock ends with its process, however that ends.

    :param name: what is locked, a file name in the folder.
    :param holder: what we are, e.g. ``./crm run``.
    """
    with (folder / f"{name}.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read().strip() or "another ./crm"
            note(f"* Waiting for {other} to end (Ctrl-C to give up) ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(f"{holder} (process {os.getpid()})\n")
        file.flush()
        yield
