"""Where everything is: the checkout and the state folder."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

#: A Unix socket's path may have at most 107 characters (`man 7 unix`).
MAX_SOCKET_PATH = 107

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Layout:
    """Paths of one checkout and of its state folder."""

    root: Path
    state: Path

    @property
    def addons(self) -> Path:
        return self.root / "addons"

    @property
    def odoo(self) -> Path:
        return self.state / "odoo"

    @property
    def cache(self) -> Path:
        return self.state / "cache"

    @property
    def venv(self) -> Path:
        return self.state / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def pgdata(self) -> Path:
        return self.state / "postgres"

    @property
    def filestore(self) -> Path:
        return self.state / "data" / "filestore"

    @property
    def conf(self) -> Path:
        return self.state / "odoo.conf"

    @property
    def out(self) -> Path:
        """Files that a verb makes for the checkout, at their path below it."""
        return self.state / "out"

    @property
    def socket_dir(self) -> Path:
        """Folder of PostgreSQL's socket; elsewhere when the state path is too long."""
        here = self.state / "run"
        if len(str(here / ".s.PGSQL.54320.lock")) <= MAX_SOCKET_PATH:
            return here
        digest = hashlib.sha256(str(self.state).encode()).hexdigest()[:12]
        return Path("/tmp") / f"crm-{os.getuid()}-{digest}"

    def addon_names(self) -> list[str]:
        """Names of the project's addons, sorted."""
        return sorted(
            path.parent.name for path in self.addons.glob("*/__manifest__.py")
        )

    def prepare(self) -> None:
        """Create the state folder's sub-folders."""
        for folder in (self.state, self.cache, self.logs, self.state / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        self.socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def layout_of(root: Path, environ: dict[str, str]) -> Layout:
    """The layout for a checkout, ``CRM_STATE`` honoured."""
    state = environ.get("CRM_STATE")
    return Layout(root, Path(state).absolute() if state else root / ".state")
