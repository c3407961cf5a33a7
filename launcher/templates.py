"""Databases of tests, and the templates that they are copied from.

There is one with Odoo's base, one with all modules of Odoo that the addons build on,
and copies of that with the web client's assets. A template's name carries a digest of
what went into it, so it is made again exactly when that changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from . import database
from .console import step
from .layout import Layout
from .odoo import Odoo
from .python_env import CONSTRAINTS

#: Of the names of all databases of tests, so that none can be a shop's.
PREFIX = "crmtest_"
#: Odoo's tests begin with this, and each tour would make the lazy ones. Which addons
#: are installed decides about the order of all files in each bundle, so it is done as
#: if ours were.
PREGENERATE_ASSETS = """
import os
env.registry._init_modules.update(os.environ["CRM_ADDONS"].split(","))
env["ir.qweb"]._pregenerate_assets_bundles()
for lazy in ("bus.websocket_worker_assets", "web.assets_emoji"):
    env["ir.qweb"]._get_asset_bundle(lazy, css=False, js=True).js()
env.cr.commit()
"""


def database_name(layout: Layout, kind: str) -> str:
    """A name for a database of tests, on a server that others use, too."""
    return f"{PREFIX}{layout.digest}_{kind}"


def modules(odoo: Odoo) -> str:
    """A database with all modules that the addons need from elsewhere."""
    derived = ("template_web", "template_ready")
    return _provide(odoo, "modules", outside_modules(odoo.layout), derived)


def web(odoo: Odoo, addons: list[str]) -> str:
    """The same with the web client's assets as they will be with some addons."""
    source, installed = modules(odoo), odoo.layout.needed(addons)
    files = (path for addon in installed for path in _asset_files(odoo.layout, addon))

    def generate(new: str) -> None:
        with step("Generating the web client's assets"):
            what, names = "Generating the assets", ",".join(installed)
            odoo.script(new, PREGENERATE_ASSETS, what=what, CRM_ADDONS=names)

    marks = [PREGENERATE_ASSETS, *_marks(files)]
    return _derive(odoo, f"template_web_{digest(addons)}", source, marks, generate)


def ready(
    odoo: Odoo, addons: list[str], source: str, install: Callable[[str], None]
) -> str:
    """Another template with the addons installed, to be tested in copies.

    :param install: installs them in a database, or raises.
    """
    files = (
        path
        for addon in odoo.layout.addon_names()  # those below may have changed, too
        for path in _installed_files(odoo.layout, addon)
    )
    kind = f"template_ready_{digest(addons)}"
    return _derive(odoo, kind, source, _marks(files), install)


def _derive(
    odoo: Odoo,
    kind: str,
    source: str,
    marks: list[str],
    build: Callable[[str], None],
) -> str:
    """A copy of another template with something built in it."""
    name = database_name(odoo.layout, f"{kind}_{digest([source, *marks])}")
    database.settle(odoo, name)
    if not database.exists(odoo, name):
        _drop_all(odoo, kind)
        new = database.building(name)
        database.copy(odoo, source, new)
        build(new)
        database.replace(odoo, name)
    return name


def _marks(files: Iterable[Path]) -> list[str]:
    """What changes with the content of files."""
    return [f"{path} {path.stat().st_mtime_ns}" for path in sorted(files)]


def _installed_files(layout: Layout, addon: str) -> Iterator[Path]:
    """What the installation of an addon depends on: all but tests and pages."""
    folder = layout.addons / addon
    for path in folder.glob("**/*"):
        top = path.relative_to(folder).parts[0]
        if path.is_file() and top not in ("readme", "static", "tests"):
            if path.suffix not in (".md", ".pyc"):
                yield path


def _asset_files(layout: Layout, addon: str) -> Iterator[Path]:
    """What an addon's assets are made of."""
    folder = layout.addons / addon
    yield folder / "__manifest__.py"
    yield from (path for path in folder.glob("static/**/*") if path.is_file())


def base(odoo: Odoo) -> str:
    """A database with nothing but Odoo's base."""
    return _provide(odoo, "base", [])


def outside_modules(layout: Layout) -> list[str]:
    """Dependencies of the shop's addons that aren't the project's own, sorted.

    Those of glue aren't in: a shop has them or not.
    """
    manifests = layout.manifests()
    wanted = {
        name
        for addon in layout.shop_addons()
        for name in manifests[addon].get("depends", ())
    }
    return sorted(wanted - manifests.keys())


def _provide(
    odoo: Odoo, kind: str, addons: list[str], derived: Sequence[str] = ()
) -> str:
    name = template_name(odoo, kind, addons)
    database.settle(odoo, name)
    if not database.exists(odoo, name):
        for former in (f"template_{kind}", *derived):
            _drop_all(odoo, former)
        database.create(odoo, name, addons, password="admin")
    return name


def _drop_all(odoo: Odoo, kind: str) -> None:
    """Drop the former templates of a kind."""
    prefix = database_name(odoo.layout, f"{kind}_")
    for old in odoo.sql("SELECT datname FROM pg_database"):
        if old.startswith(prefix):
            database.drop(odoo, old)


def template_name(odoo: Odoo, kind: str, addons: list[str]) -> str:
    """The template's name, another one when anything that goes into it changes."""
    # A checkout's log of heads changes with each pull, a package's release with each
    # version.
    marks = [odoo.imports / name for name in ("odoo/release.py", ".git/logs/HEAD")]
    content = [
        *addons,
        str(odoo.imports),
        *[str(mark.stat().st_mtime_ns) for mark in marks if mark.exists()],
        database.SET_UP_SHOP,
        (odoo.layout.root / CONSTRAINTS).read_text("utf-8"),
    ]
    return database_name(odoo.layout, f"template_{kind}_{digest(content)}")


def digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
