"""Where everything is: the checkout and the state folder."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .console import Stop

#: A Unix socket's path may have at most 107 characters (`man 7 unix`).
MAX_SOCKET_PATH = 107

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Layout:
    """Paths of one checkout and of its state folder."""

    root: Path
    state: Path
    state_is_given: bool = False  # by ``CRM_STATE``

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
    def mark(self) -> Path:
        """File that tells a state folder from any other folder."""
        return self.state / ".crm-state"

    @property
    def tmp(self) -> Path:
        return self.state / "tmp"

    @property
    def digest(self) -> str:
        """Tells this state folder's databases from those of others on one server."""
        return hashlib.sha256(os.fsencode(self.state)).hexdigest()[:8]

    @property
    def socket_dir(self) -> Path:
        """Folder of PostgreSQL's socket; elsewhere when the state path is too long.

        Also when it has characters that would need quoting in PostgreSQL's settings.
        """
        here = self.state / "run"
        socket = os.fsencode(here / ".s.PGSQL.54320.lock")
        plain = re.fullmatch(rb"[\w/.+-]+", socket)
        if plain and len(socket) <= MAX_SOCKET_PATH:
            return here
        return Path("/tmp") / f"crm-{hashlib.sha256(socket).hexdigest()[:16]}"

    def addon_names(self) -> list[str]:
        """Names of the project's addons, sorted."""
        return sorted(
            path.parent.name for path in self.addons.glob("*/__manifest__.py")
        )

    def manifests(self) -> dict[str, dict]:
        """What the project's addons say of themselves, sorted by name."""
        return {
            name: ast.literal_eval(
                (self.addons / name / "__manifest__.py").read_text("utf-8")
            )
            for name in self.addon_names()
        }

    def shop_addons(self) -> list[str]:
        """Those that every shop has: all but glue, which comes with what it glues."""
        return [
            name
            for name, manifest in self.manifests().items()
            if not manifest.get("auto_install")
        ]

    def needed(self, addons: Iterable[str]) -> list[str]:
        """Addons of ours and those of ours that they build on, sorted.

        :raise KeyError: for one that isn't ours.
        """
        manifests = self.manifests()
        found: set[str] = set()
        waiting = list(addons)
        while waiting:
            name = waiting.pop()
            found.add(name)
            below = manifests.keys() & manifests[name].get("depends", ())
            waiting += below - found
        return sorted(found)

    def test_groups(self) -> list[list[str]]:
        """Addons that are tested together: a shop's, and each glue addon apart."""
        shop = self.shop_addons()
        return [shop, *([name] for name in self.addon_names() if name not in shop)]

    def check_state(self) -> None:
        """:raise Stop: when the state folder is somebody else's folder."""
        default = self.root / ".state"
        if self.state == default or not self.state.exists() or self.mark.exists():
            return
        if any(self.state.iterdir()):
            raise Stop(
                f"{self.state} isn't a state folder of ./crm: it holds other files.",
                "Point CRM_STATE to a new or empty folder.",
            )

    def prepare(self) -> None:
        """Create the state folder's sub-folders.

        :raise Stop: when the folders belong to somebody else.
        """
        self.check_state()
        self.state.mkdir(parents=True, exist_ok=True)
        _check_owner(self.state)
        self.mark.touch()
        self.state.chmod(0o700)  # logs, too, name customers
        folders = (self.cache, self.logs, self.tmp, self.socket_dir)
        for folder in (*folders, self.state / "home", self.state / "data"):
            folder.mkdir(mode=0o700, exist_ok=True)
        _check_owner(self.socket_dir)


def _check_owner(folder: Path) -> None:
    owner = folder.stat().st_uid
    if owner != os.getuid():
        raise Stop(
            f"{folder} belongs to another account (number {owner}).",
            "Call ./crm as you did the first time (as root, with sudo, or without),\n"
            "or use a state folder of your own: CRM_STATE=/path ./crm …",
        )


def layout_of(root: Path, environ: dict[str, str]) -> Layout:
    """The layout for a checkout, ``CRM_STATE`` honoured."""
    if given := environ.get("CRM_STATE"):
        return Layout(root, Path(given).absolute(), state_is_given=True)
    return Layout(root, root / ".state")
