"""Databases: created or restored beside their name, and renamed when complete.

A database is its rows and its folder of files, which can't be changed in one step. What
an interrupted call leaves of them is told by which of the two exist under the names
``NAME``, ``NAME__building`` and ``NAME__old``; `settle` finishes or undoes it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .console import step
from .odoo import Odoo

#: Shop set-up after installation; it takes ADMIN_PASSWORD from its environment.
SET_UP_SHOP = (Path(__file__).parent / "scripts" / "set_up_shop.py").read_text("utf-8")

#: Demo data of our addons alone: a Vietnamese shop, without Odoo's American one.
LOAD_DEMO = """
from odoo.modules.loading import load_demo
from odoo.modules.module_graph import ModuleGraph
names = {names!r}
quiet = {{"tracking_disable": True, "mail_auto_subscribe_no_notify": True}}
env = env(context=dict(env.context, **quiet))
graph = ModuleGraph(env.cr, mode="update")
installed = env["ir.module.module"].search([("state", "=", "installed")])
graph.extend(installed.mapped("name"))
for package in graph:
    if package.name in names and not package.demo:
        if not load_demo(env, package, {{}}, "init"):
            raise RuntimeError("the demo data of %s can't be loaded" % package.name)
        env["ir.module.module"].search([("name", "=", package.name)]).demo = True
env.cr.commit()
"""


def exists(odoo: Odoo, name: str) -> bool:
    return bool(odoo.sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def drop(odoo: Odoo, name: str) -> None:
    """Drop a database with its files; nothing happens when there is none."""
    odoo.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(odoo.filestore / name, ignore_errors=True)


def copy(odoo: Odoo, source: str, target: str) -> None:
    """Copy a database of tests with its files; an existing target is replaced.

    Odoo's own way would give the copy an identity of its own; it loads Odoo for that,
    which takes longer than all the rest. Files are never changed, so links do.
    """
    drop(odoo, target)
    _disconnect(odoo, source)
    odoo.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"{_by_files(odoo)}')
    files = odoo.filestore / source
    if files.is_dir():
        shutil.copytree(files, odoo.filestore / target, copy_function=link)


def _by_files(odoo: Odoo) -> str:
    """Copy whole files: it is faster than the usual way since PostgreSQL 15.

    That way, through the log, lets sequences fall behind their rows when the server is
    killed soon afterwards.
    """
    version = odoo.sql("SHOW server_version_num")[0]
    return " STRATEGY FILE_COPY" if int(version) >= 150_000 else ""


def link(source: Path | str, target: Path | str) -> None:
    """Give a file that never changes a second name."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # this file system has no hard links
        shutil.copy2(source, target)


def building(name: str) -> str:
    return f"{name}__building"


def old(name: str) -> str:
    return f"{name}__old"


def replace(odoo: Odoo, name: str) -> None:
    """Give the database that was built the name of another one, which goes."""
    if exists(odoo, name):
        drop(odoo, old(name))
        _rename(odoo, name, old(name))
    else:
        shutil.rmtree(odoo.filestore / name, ignore_errors=True)
    _rename(odoo, building(name), name)
    drop(odoo, old(name))


def settle(odoo: Odoo, name: str) -> None:
    """Finish or undo what an interrupted call has left of a database's replacement.

    Nobody else may be replacing it: the caller holds the lock.
    """
    if exists(odoo, name):
        # Renamed, but its files weren't yet.
        if not exists(odoo, building(name)):
            _move_files(odoo, building(name), name)
        drop(odoo, old(name))
    elif exists(odoo, old(name)):
        _move_files(odoo, old(name), name)
        _rename_rows(odoo, old(name), name)


def _rename(odoo: Odoo, source: str, target: str) -> None:
    _rename_rows(odoo, source, target)
    _move_files(odoo, source, target)


def _rename_rows(odoo: Odoo, source: str, target: str) -> None:
    _disconnect(odoo, source)
    odoo.sql(f'ALTER DATABASE "{source}" RENAME TO "{target}"')


def _disconnect(odoo: Odoo, name: str) -> None:
    odoo.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}'"
    )


def _move_files(odoo: Odoo, source: str, target: str) -> None:
    """Move the files of a database unless the target has some."""
    before, after = odoo.filestore / source, odoo.filestore / target
    if before.is_dir() and not after.exists():
        before.rename(after)


def create(
    odoo: Odoo, name: str, addons: list[str], *, password: str, demo: bool = False
) -> None:
    """A new Vietnamese shop with the addons installed.

    :param password: of the user ``admin``.
    :param demo: the addons' demo data are loaded too.
    """
    new = building(name)
    drop(odoo, new)
    place = ("--country", "VN", "--language", "vi_VN", "--username", "admin")
    words = ("db", "-c", str(odoo.conf), "init", new, *place)
    with step(f"Creating the database {name}"):
        odoo.call(*words, log="database", what="Creating the database")
    if addons:
        install(odoo, new, addons)
    set_up = "Setting up the shop"
    odoo.script(new, SET_UP_SHOP, what=set_up, ADMIN_PASSWORD=password)
    if demo:
        load_demo(odoo, new, addons)
    replace(odoo, name)


def install(odoo: Odoo, name: str, addons: list[str], *, update: bool = False) -> None:
    """Install (or update) addons and what they depend on."""
    verb = "Updating" if update else "Installing"
    option = "-u" if update else "-i"
    words = ("server", "-c", str(odoo.conf), "-d", name, option, ",".join(addons))
    alone = ("--stop-after-init", "--no-http", "--load-language", "vi_VN")
    with step(f"{verb} {', '.join(addons)}"):
        odoo.call(*words, *alone, log="install", what=f"{verb} addons")


def load_demo(odoo: Odoo, name: str, addons: list[str]) -> None:
    with step("Filling the demo shop"):
        odoo.script(name, LOAD_DEMO.format(names=addons), what="Loading demo data")


def demo_logins(odoo: Odoo, name: str, addons: list[str]) -> list[tuple[str, str]]:
    """(login, name) of a demo shop's users; their passwords are their logins.

    Empty when no demo data of the addons were loaded: then there are real users only.
    """
    names = ", ".join(f"'{addon}'" for addon in addons)
    query = f"""
        SELECT u.login, p.name
          FROM res_users u
          JOIN res_partner p ON p.id = u.partner_id
          JOIN ir_model_data d ON d.model = 'res.users' AND d.res_id = u.id
         WHERE u.active AND NOT u.share
           AND (d.module IN ({names}) OR (d.module, d.name) = ('base', 'user_admin'))
           AND EXISTS (SELECT FROM ir_module_module
                        WHERE demo AND name IN ({names}))
         ORDER BY u.id
    """
    return [tuple(row.split("|", 1)) for row in odoo.sql(query, name)]


def not_installed(odoo: Odoo, name: str, addons: list[str]) -> list[str]:
    installed = odoo.sql(
        "SELECT name FROM ir_module_module WHERE state = 'installed'", name
    )
    return [addon for addon in addons if addon not in installed]
