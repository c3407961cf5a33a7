"""Odoo's own tests of our addons, browser tours included, in some processes at once.

The addons are installed once, in a template that stays until they change; each process
tests in a copy of it.
"""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from . import database, findings, machine, server, shares, templates
from .console import Stop, say, step
from .findings import Outcome
from .odoo import Odoo


def run(odoo: Odoo, addons: list[str], tags: str = "") -> Outcome:
    """Odoo's own test runner over the addons, browser tours included.

    All tests of the addons are divided among some processes.

    :param tags: Odoo's ``--test-tags``; the addons' tests when empty.
    """
    layout, source = odoo.layout, ready(odoo, addons)
    file = layout.state / "test-seconds.json"
    seconds = shares.weights(layout.addons, addons, shares.remembered(file))
    divided = shares.divide(seconds, machine.processes())
    all_tags = [tags] if tags else shares.tags(addons, divided)
    names = [tested(odoo, addons)]
    names += [f"{names[0]}_{number}" for number in range(2, len(all_tags) + 1)]
    environment = with_browser(odoo)
    parts = f" in {len(names)} processes" if len(names) > 1 else ""
    with step(f"Testing {', '.join(addons)}{parts}"), ThreadPoolExecutor() as pool:
        numbers = range(1, len(names) + 1)
        results = list(
            pool.map(
                partial(_run_share, odoo, environment, source), names, all_tags, numbers
            )
        )
    if not tags:
        for _outcome, log in results:
            shares.remember(file, shares.measured(log))
    return sum((outcome for outcome, _log in results), Outcome(0))


def ready(odoo: Odoo, addons: list[str]) -> str:
    """Name of a template in which the addons are installed; it is made when needed.

    Glue is added to a whole shop.
    """
    shop = odoo.layout.shop_addons()
    if set(addons) <= set(shop):
        source = templates.web(odoo, addons)
    else:
        source = ready(odoo, shop)
    return templates.ready(
        odoo, addons, source, lambda new: _install(odoo, new, addons)
    )


def _install(odoo: Odoo, name: str, addons: list[str]) -> None:
    """Install the addons; what the log warns of is a failure as in the tests."""
    log = odoo.layout.logs / "test-install.log"
    log.unlink(missing_ok=True)
    words = ("-c", str(odoo.conf), "-d", name, "-i", ",".join(addons))
    with step(f"Installing {', '.join(addons)}"):
        odoo.call(
            "server",
            *words,
            "--stop-after-init",
            "--no-http",
            log=log.stem,
            what=f"Installing {', '.join(addons)}",
        )
    text = log.read_text("utf-8", "replace")
    if findings.unwanted_lines(text, odoo.imports):
        report = failure_report(text, odoo.imports)
        raise Stop(f"Installing {', '.join(addons)} has warnings.", report)


def _run_share(
    odoo: Odoo,
    environment: dict[str, str],
    source: str,
    name: str,
    tags: str,
    number: int,
) -> tuple[Outcome, str]:
    """One process of tests in a copy of ``source``; gives its outcome and its log.

    The copy of the first share stays, to look at what failed.
    """
    try:
        database.copy(odoo, source, name)
        return _test(odoo, environment, name, tags, number)
    finally:
        if number > 1:
            database.drop(odoo, name)


def _test(
    odoo: Odoo, environment: dict[str, str], name: str, tags: str, number: int
) -> tuple[Outcome, str]:
    """Run the tests in a database; gives their outcome and the log."""
    log = odoo.layout.logs / f"test-odoo{number if number > 1 else ''}.log"
    words = ("-c", str(odoo.conf), "-d", name, "--test-tags", tags)
    screenshots = str(odoo.layout.state / "screenshots")
    command = odoo.command(
        "server",
        *words,
        "--stop-after-init",
        "-p",
        str(server.free_port()),
        "--screenshots",
        screenshots,
        "--log-handler",
        shares.REPORT,
    )
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=odoo.layout.root,
            check=False,
        )
    text = log.read_text("utf-8", "replace")
    outcome = findings.of_odoo(text, "odoo", odoo.imports)
    outcome = outcome.with_status(done.returncode, "odoo")
    if outcome.failed:
        say(failure_report(text, odoo.imports))
        say(f"  The whole log: {log}")
    return outcome, text


def tested(odoo: Odoo, addons: list[str]) -> str:
    """Name of the database that addons are tested in."""
    return templates.database_name(odoo.layout, f"test_{templates.digest(addons)}")


def with_browser(odoo: Odoo) -> dict[str, str]:
    """An environment in which Odoo's tours find our browser under a name they know."""
    folder = odoo.layout.state / "browser"
    link = folder / "google-chrome"
    folder.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(machine.chromium() or "/nonexistent")
    environment = odoo.environment()
    return environment | {"PATH": f"{folder}:{environment['PATH']}"}


def failure_report(log: str, odoo: Path) -> str:
    """The tracebacks of a test log: from each ERROR or FAIL to the next dated line."""
    kept, inside = [], False
    for line in log.splitlines():
        dated = line[:4].isdigit() and line[4:5] == "-"
        if dated:
            inside = bool(findings.unwanted_lines(line, odoo))
        if inside:
            kept.append(line)
    return "\n".join(kept[-200:])
