"""Calling Odoo: its configuration file, its command line, SQL on its databases."""

from __future__ import annotations

import configparser
import os
from dataclasses import dataclass
from pathlib import Path

from . import odoo_source
from .console import run
from .layout import Layout
from .postgres import Server, rows


@dataclass(frozen=True)
class Odoo:
    """An Odoo ready to be called: source, environment, database server."""

    layout: Layout
    imports: Path
    server: Server
    conf: Path

    @property
    def data(self) -> Path:
        """Odoo's folder for files; the shop's and the tests' are apart."""
        return self.layout.state / "data" / self.conf.stem

    @property
    def filestore(self) -> Path:
        return self.data / "filestore"

    def environment(self) -> dict[str, str]:
        dropped = ("PGDATABASE", "ODOO_RC", "PYTHON")
        inherited = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(dropped)
        }
        ours = {
            "PATH": f"{self.layout.venv / 'bin'}:{inherited.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
            "PYTHONPYCACHEPREFIX": str(self.layout.cache / "python"),
            # It reads the source of all of Odoo for constants to try; once is enough.
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self.layout.cache / "hypothesis"),
        }
        if self.layout.socket_dir.parent == self.layout.state:
            # Backups are large and private. Chromium, too, has a socket in there.
            ours["TMPDIR"] = str(self.layout.tmp)
        return inherited | self.server.environment() | ours

    def command(self, *words: str) -> list[str]:
        """The full command line of a sub-command of Odoo, like ``server`` or ``db``."""
        python = (str(self.layout.python), "-W", "default::DeprecationWarning")
        return [*python, str(self.layout.venv / "bin" / "odoo"), *words]

    def call(
        self,
        *words: str,
        log: str,
        what: str,
        stdin: str | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        """Run an Odoo sub-command to its end.

        :param env: further variables of its environment.
        :raise Stop: when it fails.
        """
        run(
            self.command(*words),
            log=self.layout.logs / f"{log}.log",
            env=self.environment() | (env or {}),
            cwd=self.layout.root,
            stdin=stdin,
            what=what,
        )

    def script(self, database: str, text: str, *, what: str, **env: str) -> None:
        """Run Python text in Odoo's shell; it has ``env`` and must commit itself."""
        words = ("shell", "-c", str(self.conf), "-d", database, "--no-http")
        self.call(*words, log="shell", what=what, stdin=text, env=env)

    def sql(self, query: str, database: str = "postgres") -> list[str]:
        """Rows of a query as unaligned text.

        :raise Stop: when PostgreSQL refuses it.
        """
        return rows(self.server, query, database)


def configure(
    layout: Layout,
    imports: Path,
    server: Server,
    *,
    name: str,
    **overrides: str,
) -> Odoo:
    """Write the configuration of this machine: ``config/odoo.conf`` with our places.

    :param name: file name without ending, in the state folder.
    :param overrides: further options, e.g. ``http_port="8070"``.
    """
    odoo = Odoo(layout, imports, server, layout.state / f"{name}.conf")
    parser = configparser.RawConfigParser()
    parser.read(layout.root / "config" / "odoo.conf", "utf-8")
    addons = [*odoo_source.extra_addons(imports), layout.addons]
    options = {
        "addons_path": ",".join(map(str, addons)),
        "data_dir": str(odoo.data),
        "http_interface": "127.0.0.1",
        "proxy_mode": "False",
        "workers": "0",  # one process serves a laptop, websocket included
        "max_cron_threads": "1",
        "db_host": server.host,
        "db_port": server.port or "None",
        "db_user": server.user or "None",
    }
    for key, value in (options | overrides).items():
        parser.set("options", key, value)
    with odoo.conf.open("w", encoding="utf-8") as output:
        output.write("# Written by ./crm from config/odoo.conf at each call.\n")
        parser.write(output)
    odoo.data.mkdir(mode=0o700, exist_ok=True)
    return odoo
