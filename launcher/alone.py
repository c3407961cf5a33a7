"""Each addon installs with nothing but what its manifest names, and goes away again.

An addon is installed where those of ours that it builds on are installed already: that
is what installing it on a bare Odoo would do first. Its removal is tried in a copy, as
others build on it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from graphlib import TopologicalSorter
from pathlib import Path

from . import database, findings, machine, templates
from .console import Stop, step
from .findings import Outcome
from .layout import Layout
from .odoo import Odoo


def run(odoo: Odoo) -> Outcome:
    """Install and remove each addon; some at once."""
    bare = templates.base(odoo)
    installed: dict[str, Future[str]] = {}
    checked = []
    # Who waits comes after what it waits for in the queue: nobody waits for ever.
    with ThreadPoolExecutor(machine.processes()) as pool:
        for addon, below in foundations(odoo.layout).items():
            source = installed[below].result if below else lambda: bare
            installed[addon] = pool.submit(_install, odoo, addon, source)
            source = installed[addon].result
            checked.append(pool.submit(_check, odoo, addon, source))
        outcome = sum((check.result() for check in checked), Outcome(0))
    for addon in installed:
        database.drop(odoo, _name(odoo, addon))
    return outcome


def foundations(layout: Layout) -> dict[str, str]:
    """Addon -> the highest of our addons below it, or ""; each after its foundation."""
    manifests = layout.manifests()
    own = {
        addon: sorted(manifests.keys() & manifest.get("depends", ()))
        for addon, manifest in manifests.items()
    }
    height = {addon: len(layout.needed([addon])) for addon in own}
    return {
        addon: max(own[addon], key=height.__getitem__, default="")
        for addon in TopologicalSorter(own).static_order()
    }


def _install(odoo: Odoo, addon: str, foundation: Callable[[], str]) -> str:
    """Name of a database with the addon, made of one with what is below it."""
    name, log = _name(odoo, addon), _log(odoo, addon)
    database.copy(odoo, foundation(), name)
    log.unlink(missing_ok=True)
    options = ("-i", addon, "--stop-after-init", "--no-http")
    words = ("server", "-c", str(odoo.conf), "-d", name, *options)
    with step(f"Installing {addon}"):
        odoo.call(*words, log=log.stem, what=f"Installing {addon} alone")
    return name


def _check(odoo: Odoo, addon: str, installed: Callable[[], str]) -> Outcome:
    """Whether the addon was installed without a warning and leaves nothing behind."""
    try:
        left = _remove(odoo, addon, installed())
    except Stop as problem:
        return Outcome(0, (f"{addon} alone: {problem.problem}",))
    lines = findings.unwanted_lines(
        _log(odoo, addon).read_text("utf-8", "replace"), odoo.imports
    )
    problems = [line[:300] for line in lines]
    if left:
        problems.append(f"uninstalling leaves {', '.join(left)}")
    failures = tuple(f"{addon} alone: {problem}" for problem in problems)
    return Outcome(int(not failures), failures)


def _remove(odoo: Odoo, addon: str, source: str) -> list[str]:
    """Uninstall the addon in a copy of a database; returns what is left of it."""
    name = f"{source}_gone"
    database.copy(odoo, source, name)
    words = ("module", "uninstall", "-c", str(odoo.conf), "-d", name, addon)
    with step(f"Uninstalling {addon}"):
        odoo.call(*words, log=_log(odoo, addon).stem, what=f"Uninstalling {addon}")
    left = odoo.sql(
        "SELECT m.model FROM ir_model_data d JOIN ir_model m ON m.id = d.res_id "
        f"WHERE d.model = 'ir.model' AND d.module = '{addon}'",
        name,
    )
    if not database.not_installed(odoo, name, [addon]):
        left.append("it installed")
    database.drop(odoo, name)
    return left


def _name(odoo: Odoo, addon: str) -> str:
    return templates.database_name(odoo.layout, f"alone_{addon}")


def _log(odoo: Odoo, addon: str) -> Path:
    return odoo.layout.logs / f"alone-{addon}.log"
