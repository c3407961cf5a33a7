"""A folder of its own for each test, and fake programs."""

import contextlib
import io
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from launcher.layout import Layout


class FolderCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.layout = Layout(self.folder / "shop", self.folder / "shop" / ".state")
        self.layout.root.mkdir()
        self.printed = io.StringIO()
        silence = contextlib.ExitStack()
        self.addCleanup(silence.close)
        silence.enter_context(contextlib.redirect_stdout(self.printed))
        silence.enter_context(contextlib.redirect_stderr(self.printed))

    def patch(self, target, name: str, value=mock.DEFAULT):
        patcher = mock.patch.object(target, name, value)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def write(self, name: str, text: str = "", below: Path | None = None) -> Path:
        path = (below or self.layout.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


def completed(stdout: str = "", status: int = 0) -> subprocess.CompletedProcess:
    """What `subprocess.run` returns of a program that has ended."""
    return subprocess.CompletedProcess([], status, stdout=stdout, stderr="")
