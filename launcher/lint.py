"""The checks of ``./crm lint``: what each runs, why, and how it repairs itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import machine

#: Prettier's share: what Python's tools don't format.
FORMATTED = ("addons/**/*.{xml,js,scss}", "!**/static/lib/**")
SKIPPED_FOLDERS = {".git", ".state", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Check:
    """One check: an outside ``command``, or ``inspect``, which returns the problems."""

    name: str
    why: str
    command: tuple[str, ...] = ()
    fix: tuple[str, ...] = ()
    inspect: Callable[[], list[str]] | None = None
    skip: str = ""

    def run(self, root: Path, state: Path, fix: bool) -> tuple[bool, str]:
        """Whether it passes, after its repair if asked for, and what it has to say."""
        if self.inspect:
            problems = self.inspect()
            return not problems, "\n".join(problems)
        if fix and self.fix:
            _call(self.fix, root, state)
        done = _call(self.command, root, state)
        return not done.returncode, done.stdout.strip()


def checks(bin_dir: Path, root: Path, state: Path) -> tuple[Check, ...]:
    """All checks in gate order, the fast ones first.

    :param bin_dir: ``bin`` of the environment with ``requirements-dev.txt``.
    :param state: folder below which Node's packages are (``node/node_modules``).
    """
    addons = [f"addons/{path.parent.name}" for path in _manifests(root)]
    catalogues = [
        str(path.relative_to(root)) for path in root.glob("addons/*/i18n/*.po*")
    ]
    ruff = str(bin_dir / "ruff")
    ruff_check = (ruff, "check", "--quiet", "--output-format=concise", ".")
    readme = (str(bin_dir / "python"), "-m", "launcher.readme")
    oca_module = (str(bin_dir / "oca-checks-odoo-module"), *addons)
    no_addon = "" if addons else "no addon yet"
    return (
        Check(
            "forbidden files",
            "leftovers of a merge, and translations of English into English",
            inspect=lambda: forbidden_files(root),
        ),
        Check(
            "ruff format",
            "one format for all Python files",
            (ruff, "format", "--check", "."),
            (ruff, "format", "--quiet", "."),
        ),
        Check(
            "ruff",
            "mistakes, import order, complexity, and who may speak HTTP",
            ruff_check,
            (*ruff_check, "--fix"),
        ),
        Check(
            "addon readmes",
            "README.md and the Apps screen say what readme/ and the manifest say",
            (*readme, "--check"),
            readme,
        ),
        Check(
            "OCA module checks",
            "data files: ids, attributes, deprecated nodes",
            oca_module,
            (*oca_module, "--fix"),
            skip=no_addon,
        ),
        Check(
            "OCA translation checks",
            "translations keep the variables and the syntax of their source",
            (str(bin_dir / "oca-checks-po"), *sorted(catalogues)),
            skip="" if catalogues else "no translation yet",
        ),
        _prettier(state),
        *(
            Check(
                f"pylint-odoo: {addon}",
                "Odoo's traps: SQL injection, missing super, translations, manifests",
                (str(bin_dir / "pylint"), "--rcfile=.pylintrc-mandatory", addon),
            )
            for addon in addons
        ),
    )


def forbidden_files(root: Path) -> list[str]:
    """Files that must not exist in the checkout."""
    problems = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in files:
            path = Path(folder, name).relative_to(root)
            if path.suffix in (".rej", ".orig"):
                problems.append(f"{path}: left by a merge; look at it, then remove it")
            elif path.parts[-2:] == ("i18n", "en.po"):
                problems.append(f"{path}: English is the source, it isn't translated")
    return sorted(problems)


def run(bin_dir: Path, root: Path, state: Path, fix: bool = False) -> list[str]:
    """Run all checks, print one line each, and return the names of those that fail.

    Some run at once, but for repairs: those change the same files.

    :param fix: repair what can be repaired, then say what is left.
    """
    found = checks(bin_dir, root, state)
    failed = []
    with ThreadPoolExecutor(1 if fix else machine.processes()) as pool:
        reports = pool.map(lambda check: _report(check, root, state, fix), found)
        for check, (passed, text) in zip(found, reports, strict=True):
            print(text, flush=True)
            if not passed:
                failed.append(check.name)
    return failed


def _report(check: Check, root: Path, state: Path, fix: bool) -> tuple[bool, str]:
    """Whether a check passes, and what to print of it."""
    if check.skip:
        return True, f"- {check.name}: skipped ({check.skip})"
    start = time.monotonic()
    passed, output = check.run(root, state, fix)
    took = f"{time.monotonic() - start:.1f} s"
    if passed:
        return True, f"- {check.name}: ok ({took})"
    guards = f"  It guards: {check.why}.\n{output}\n"
    return False, f"- {check.name}: FAILED ({took})\n{guards}"


def _call(
    command: tuple[str, ...], root: Path, state: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=root,
        env=os.environ
        | {
            "PYTHONPATH": str(root),
            "NODE_PATH": str(state / "node" / "node_modules"),
            "RUFF_NO_CACHE": "true",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _manifests(root: Path) -> list[Path]:
    return sorted(root.glob("addons/*/__manifest__.py"))


def _prettier(state: Path) -> Check:
    prettier = state / "node" / "node_modules" / ".bin" / "prettier"
    command = (str(prettier), "--log-level=warn", "--no-error-on-unmatched-pattern")
    if not shutil.which("node"):
        skip = "needs Node.js, which this machine hasn't"
    elif not prettier.exists():
        skip = "npm installed no prettier"
    else:
        skip = ""
    return Check(
        "prettier",
        "one format for XML, JavaScript and SCSS",
        (*command, "--check", *FORMATTED),
        (*command, "--write", *FORMATTED),
        skip=skip,
    )
