"""Everything that ``./crm test`` runs.

Each suite works in databases of its own, copied from `templates`.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import (
    alone,
    database,
    findings,
    lint,
    machine,
    odoo_tests,
    server,
    static_checks,
    templates,
    translations,
)
from .account import DATA_FOLDER
from .console import Stop, say
from .findings import Outcome
from .layout import Layout
from .odoo import Odoo

PLAIN_TESTS = ("launcher/tests", "tests/repository")
#: Folders of tests against a running shop.
SHOP_TESTS = ("tests/simulators", "tests/e2e", "tests/storms")

#: Odoo's tours look for English words on the screens of users that they make.
SPEAK_ENGLISH = """
env["ir.default"].set("res.partner", "lang", "en_US")
env["res.partner"].with_context(active_test=False).search([]).lang = "en_US"
env.cr.commit()
"""


def run_all(layout: Layout, odoo: Odoo) -> Outcome:
    """All suites, one after the other; also when one before has failed."""
    suites: list[tuple[str, Callable[[], Outcome]]] = [
        ("Lint", lambda: lint_suite(layout)),
        ("Launcher and repository", lambda: pytest(layout, odoo, PLAIN_TESTS, "plain")),
        ("Each addon alone", lambda: alone.run(odoo)),
        *[
            (
                f"Odoo tests of {', '.join(group)}",
                lambda group=group: tested(odoo, group),
            )
            for group in layout.test_groups()
        ],
        ("Odoo's own tests", lambda: stock(layout, odoo, layout.shop_addons())),
        ("Shop tests", lambda: shop_tests(layout, odoo)),
        ("Benches at toy size", lambda: benches(layout, odoo, [], small=True)),
    ]
    total = Outcome(0)
    for title, suite in suites:
        say(f"\n=== {title}")
        start = time.monotonic()
        outcome = attempt(title, suite)
        say(f"  {title}: {outcome.summary()} in {time.monotonic() - start:.0f} s")
        total += outcome
    return total


def attempt(title: str, suite: Callable[[], Outcome]) -> Outcome:
    """The outcome of a suite; one that can't go on counts as one failure."""
    try:
        return suite()
    except Stop as problem:
        say(f"\n{problem}")
        return Outcome(0, (f"{title}: {problem.problem}",))
    except Exception as problem:  # a full disk, a broken report, our own mistake
        traceback.print_exc()
        return Outcome(0, (f"{title}: {problem!r}",))


def lint_suite(layout: Layout) -> Outcome:
    formatter = attempt("prettier", lambda: _formatter(layout))
    checks = lint.checks(layout.venv / "bin", layout.root, layout.state)
    failed = lint.run(layout.venv / "bin", layout.root, layout.state)
    skipped = [f"lint: {check.name}: {check.skip}" for check in checks if check.skip]
    return formatter + Outcome(
        len(checks) - len(skipped) - len(failed),
        tuple(f"lint: {name}" for name in failed),
        tuple(skipped),
    )


def _formatter(layout: Layout) -> Outcome:
    static_checks.provide_formatter(layout)
    return Outcome(0)


def pytest(
    layout: Layout,
    odoo: Odoo,
    folders: tuple[str, ...],
    name: str,
    environment: dict[str, str] | None = None,
) -> Outcome:
    """Run the tests of those folders that exist."""
    present = [folder for folder in folders if (layout.root / folder).is_dir()]
    if not present:
        return Outcome(0)
    report = layout.state / f"junit-{name}.xml"
    report.unlink(missing_ok=True)
    words = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run(
        [layout.python, "-m", "pytest", *words, f"--rootdir={layout.root}", *present],
        cwd=layout.root,
        env=odoo.environment() | (environment or {}) | {"PYTHONPATH": str(layout.root)},
        check=False,
    )
    outcome = findings.of_junit(report, name)
    return outcome.with_status(done.returncode, name)


def tested(odoo: Odoo, addons: list[str]) -> Outcome:
    """The addons' tests, then their translations in the same database."""
    return odoo_tests.run(odoo, addons) + translated(odoo, addons)


def translated(odoo: Odoo, addons: list[str]) -> Outcome:
    """Every term has its Vietnamese; in the database of the tests before."""
    with tempfile.TemporaryDirectory(dir=odoo.layout.tmp) as folder:
        found = translations.refresh(
            odoo, odoo_tests.tested(odoo, addons), addons, Path(folder)
        )
    gaps = tuple(
        f"{addon}: without Vietnamese: {term!r}"
        for addon, terms in found.items()
        for term in terms
    )
    return Outcome(len([terms for terms in found.values() if not terms]), gaps)


def shop_tests(layout: Layout, odoo: Odoo) -> Outcome:
    """Tests that need a served demo shop: journeys in a browser, storms."""
    with served_shop(layout, odoo) as environment:
        outcome = pytest(layout, odoo, SHOP_TESTS, "shop", environment)
    log = (layout.logs / f"{odoo.conf.stem}.log").read_text("utf-8", "replace")
    unwanted = findings.unwanted_lines(log, odoo.imports)
    return outcome + Outcome(0, tuple(f"server log: {line[:300]}" for line in unwanted))


def screenshots(layout: Layout, odoo: Odoo, out: Path) -> int:
    """Take the pictures of the README, below ``out`` as ``docs/images/…``."""
    with served_shop(layout, odoo) as environment:
        target = out / "docs" / "images"
        target.mkdir(parents=True, exist_ok=True)
        return subprocess.call(
            [layout.python, "-m", "tests.e2e.screenshots", target],
            cwd=layout.root,
            env=odoo.environment() | environment | {"PYTHONPATH": str(layout.root)},
        )


@contextmanager
def served_shop(layout: Layout, odoo: Odoo) -> Iterator[dict[str, str]]:
    """A demo shop with all addons, served while inside; gives its environment."""
    name, port = templates.database_name(layout, "shop"), server.free_port()
    addons = layout.shop_addons()
    database.copy(odoo, odoo_tests.ready(odoo, addons), name)
    database.load_demo(odoo, name, addons)
    (layout.logs / f"{odoo.conf.stem}.log").unlink(missing_ok=True)
    server.stop(odoo)
    server.start(odoo, name, port)
    try:
        yield shop_environment(odoo, name, port)
    finally:
        server.stop(odoo)


def stock(
    layout: Layout, odoo: Odoo, addons: list[str], also: Sequence[str] = ()
) -> Outcome:
    """Odoo's own tests say the same with and without our addons.

    :param also: further modules of Odoo, installed on both sides and tested as well.
    """
    sides = [
        templates.database_name(layout, f"stock_{side}") for side in ("without", "ours")
    ]
    sources = (templates.modules(odoo), odoo_tests.ready(odoo, addons))
    for source, side in zip(sources, sides, strict=True):
        database.copy(odoo, source, side)
        if also:
            database.install(odoo, side, list(also))
        odoo.script(side, SPEAK_ENGLISH, what="Changing the language")
    words = ("--without", sides[0], "--with", sides[1], "--modules", *also, "--")
    environment = odoo_tests.with_browser(odoo) | {
        "CRM_TEST_CONF": str(odoo.conf),
        "PYTHONPATH": str(layout.root),
    }
    done = subprocess.run(
        [layout.python, "-m", "tests.stock.compare", *words, *addons],
        cwd=layout.root,
        env=environment,
        check=False,
    )
    for name in sides:
        database.drop(odoo, name)
    failed = "stock: Odoo's own tests say something else with our addons"
    return Outcome(0, (failed,)) if done.returncode else Outcome(1)


def benches(layout: Layout, odoo: Odoo, names: list[str], *, small: bool) -> Outcome:
    """Run benches, each in a fresh database with all addons and no demo data.

    :param names: stems of files of ``bench/``; all when empty.
    :param small: toy sizes, so that no bench can rot.
    """
    found = sorted(path.stem for path in (layout.root / "bench").glob("[!_]*.py"))
    unknown = [name for name in names if name not in found]
    if unknown:
        raise Stop(
            f"There is no bench {', '.join(unknown)}.", f"There are: {', '.join(found)}"
        )
    fresh = templates.database_name(layout, "bench")
    installed = odoo_tests.ready(odoo, layout.shop_addons())
    failures = []
    for name in names or found:
        database.copy(odoo, installed, fresh)
        say(f"\n--- bench {name}{' (toy size)' if small else ''}")
        done = subprocess.run(
            [layout.python, "-m", f"bench.{name}", *(["--small"] if small else [])],
            cwd=layout.root,
            env=odoo.environment()
            | shop_environment(odoo, fresh, server.free_port())
            | {"PYTHONPATH": str(layout.root)},
            check=False,
        )
        if done.returncode:
            failures.append(f"bench {name}: exit status {done.returncode}")
    database.drop(odoo, fresh)
    return Outcome(len(names or found) - len(failures), tuple(failures))


def shop_environment(odoo: Odoo, name: str, port: int) -> dict[str, str]:
    """What tests of a served shop find in their environment."""
    return {
        "CRM_TEST_URL": f"http://127.0.0.1:{port}",
        "CRM_TEST_DB": name,
        "CRM_TEST_CONF": str(odoo.conf),
        "CRM_CHROMIUM": machine.chromium() or "",
        "CRM_DATA": os.environ.get("CRM_DATA", str(DATA_FOLDER)),
    }
