"""Calling Odoo: its configuration file, its command line, SQL on its databases."""

from __future__ import annotations

import configparser
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import odoo_source
from .console import Stop, run
from .layout import Layout
from .postgres import Server


@dataclass(frozen=True)
class Odoo:
    """An Odoo ready to be called: source, environment, database server."""

    layout: Layout
    imports: Path
    server: Server
    conf: Path

    def environment(self) -> dict[str, str]:
        inherited = {
            key: value
            for key, value in os.environ.items()
            if key not in ("PGDATABASE", "ODOO_RC", "PYTHONDONTWRITEBYTECODE")
        }
        path = f"{self.layout.venv / 'bin'}:{inherited.get('PATH', os.defpath)}"
        return (
            inherited
            | self.server.environment()
            | {
                "PATH": path,
                "PYTHONUNBUFFERED": "1",
                "PYTHONPYCACHEPREFIX": str(self.layout.cache / "python"),
            }
        )

    def command(self, *words: str) -> list[str]:
        """The full command line of a sub-command of Odoo, like ``server`` or ``db``."""
        python = (str(self.layout.python), "-W", "default::DeprecationWarning")
        return [*python, str(self.layout.venv / "bin" / "odoo"), *words]

    def call(self, *words: str, log: str, what: str, stdin: str | None = None) -> None:
        """Run an Odoo sub-command to its end.

        :raise Stop: when it fails.
        """
        run(
            self.command(*words),
            log=self.layout.logs / f"{log}.log",
            env=self.environment(),
            cwd=self.layout.root,
            stdin=stdin,
            what=what,
        )

    def script(self, database: str, text: str, *, what: str) -> None:
        """Run Python text in Odoo's shell; it has ``env`` and must commit itself."""
        words = ("shell", "-c", str(self.conf), "-d", database, "--no-http")
        self.call(*words, log="shell", what=what, stdin=text)

    def sql(self, query: str, database: str = "postgres") -> list[str]:
        """Rows of a query as unaligned text.

        :raise Stop: when PostgreSQL refuses it.
        """
        done = subprocess.run(
            ["psql", "-XAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(f"A query on {database} failed.", done.stderr.strip())
        return done.stdout.splitlines()


def configure(
    layout: Layout,
    imports: Path,
    server: Server,
    *,
    name: str = "odoo",
    **overrides: str,
) -> Odoo:
    """Write the configuration of this machine: ``config/odoo.conf`` with our places.

    :param name: file name without ending, in the state folder.
    :param overrides: further options, e.g. ``http_port="8070"``.
    """
    parser = configparser.RawConfigParser()
    parser.read(layout.root / "config" / "odoo.conf", "utf-8")
    addons = [*odoo_source.extra_addons(imports), layout.addons]
    options = {
        "addons_path": ",".join(map(str, addons)),
        "data_dir": str(layout.state / "data"),
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
    conf = layout.state / f"{name}.conf"
    with conf.open("w", encoding="utf-8") as output:
        output.write("# Written by ./crm from config/odoo.conf at each call.\n")
        parser.write(output)
    return Odoo(layout, imports, server, conf)
