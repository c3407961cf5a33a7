"""The checks of `lint` in this checkout: run, or run with repairs."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import lint, lock
from .console import run, step
from .layout import Layout


def provide_formatter(layout: Layout) -> None:
    """Install prettier below the state folder, when there is npm."""
    npm = shutil.which("npm")
    target = layout.state / "node"
    wanted = (layout.root / "package-lock.json").read_text("utf-8")
    mark = target / ".complete"
    if not npm or (mark.exists() and mark.read_text("utf-8") == wanted):
        return
    target.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(layout.root / name, target / name)
    title = "Installing the formatter of XML and JavaScript"
    with lock.held(layout.state, "formatter", "another ./crm"), step(title):
        log = layout.logs / "npm.log"
        run([npm, "ci", "--silent"], cwd=target, log=log, what="npm ci")
    mark.write_text(wanted, "utf-8")


def check(layout: Layout) -> bool:
    """Check every file; tells whether all is well."""
    return not lint.run(layout.venv / "bin", layout.root, layout.state)


def repair(layout: Layout, out: Path) -> bool:
    """Repair what can be repaired; tells whether all is well then.

    The work is done on a copy, which belongs to us as the checkout may not. Only files
    that a repair has changed go to ``out``: the checkout may be edited meanwhile.
    """
    copy, before = layout.state / "lint", layout.state / "lint-before"
    for folder in (copy, before):
        shutil.rmtree(folder, ignore_errors=True)
        skipped = shutil.ignore_patterns(*lint.SKIPPED_FOLDERS, ".env", "*.zip")
        shutil.copytree(layout.root, folder, ignore=skipped)
    well = not lint.run(layout.venv / "bin", copy, layout.state, fix=True)
    collect_changes(before, copy, out)
    for folder in (copy, before):
        shutil.rmtree(folder)
    return well


def collect_changes(before: Path, after: Path, out: Path) -> None:
    """Copy the files to ``out`` that are new or different after a repair."""
    for path in after.rglob("*"):
        name = path.relative_to(after)
        old = before / name
        if not path.is_file() or ".ruff_cache" in name.parts:
            continue
        if not old.is_file() or old.read_bytes() != path.read_bytes():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, out / name)
