"""Odoo's own tests with our addons installed say what they say without them.

``./crm compare`` makes two databases that differ by our addons alone and runs this over
them: the same tests of Odoo in both, then a table of what differs and why. It fails
when a difference has no reason here.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Our addon -> the modules of Odoo whose tests it could disturb.
MODULES = {
    "crm_loyalty": ("loyalty", "sale_loyalty"),
    "crm_promotion": ("loyalty", "sale_loyalty"),
}

#: Test -> why it says something else with our addons.
REASONS: dict[str, str] = {}

Verdicts = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Difference:
    """One test with two outcomes: ``absent`` is that of a test that didn't run."""

    test: str
    without: str
    with_ours: str
    said: str
    reason: str | None


def modules_of(addons: Iterable[str]) -> list[str]:
    """The modules of Odoo that the addons could disturb, sorted."""
    return sorted({module for addon in addons for module in MODULES.get(addon, ())})


def differences(without: Verdicts, with_ours: Verdicts) -> list[Difference]:
    """Tests whose outcome isn't the same, by name."""
    absent = ("absent", "")
    found = []
    for test in sorted({*without, *with_ours}):
        before, said_before = without.get(test, absent)
        after, said_after = with_ours.get(test, absent)
        if before != after:
            said = said_after or said_before
            found.append(Difference(test, before, after, said, REASONS.get(test)))
    return found


def table(without: Verdicts, with_ours: Verdicts) -> str:
    """Counts on both sides, and a row per difference."""
    lines = []
    for title, verdicts in (("without", without), ("with ours", with_ours)):
        counts = Counter(outcome for outcome, _said in verdicts.values())
        words = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
        lines.append(f"  {title:<10} {words}")
    for row in differences(without, with_ours):
        lines.append(f"  {row.test}: {row.without} -> {row.with_ours}")
        lines.append(f"    {row.reason or 'NO REASON: ' + row.said}")
    return "\n".join(lines)


def main() -> int:
    """Exit status 1 when something differs and nobody knows why."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", required=True, help="database without our addons")
    parser.add_argument("--with", dest="with_ours", required=True, help="and with them")
    parser.add_argument(
        "--modules", nargs="*", default=(), help="of Odoo, further ones"
    )
    parser.add_argument("addons", nargs="+", help="ours")
    options = parser.parse_args()
    modules = sorted({*modules_of(options.addons), *options.modules})
    print(f"  tests of {', '.join(modules)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        runs = [
            _Run(database, modules, Path(folder) / f"{number}.json")
            for number, database in enumerate((options.without, options.with_ours))
        ]
        without, with_ours = (run.verdicts() for run in runs)
    print(table(without, with_ours))
    unknown = [row for row in differences(without, with_ours) if not row.reason]
    passed = sum(outcome == "passed" for outcome, _said in with_ours.values())
    return 1 if unknown or not passed else 0


class _Run:
    """Odoo's tests in one database, in the background."""

    def __init__(self, database: str, modules: list[str], answer: Path):
        self._answer = answer
        odoo = Path(sys.executable).with_name("odoo")
        conf = os.environ["CRM_TEST_CONF"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        words = ("shell", "-c", conf, "-d", database, "-p", port)
        log = Path(conf).parent / "log" / f"stock-{answer.stem}.log"
        script = Path(__file__).with_name("verdicts.py").open()
        with script, log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, odoo, *words],
                stdin=script,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ
                | {
                    "CRM_STOCK_MODULES": ",".join(modules),
                    "CRM_STOCK_ANSWER": str(answer),
                },
            )
        self._log = log

    def verdicts(self) -> Verdicts:
        if self._process.wait():
            raise SystemExit(f"Odoo's tests ended halfway, see {self._log}")
        return json.loads(self._answer.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
