"""Dividing the Odoo tests of addons among processes, each with its own database.

A class of tests is never divided: what it sets up, it sets up once. The first share is
whatever the others don't name, so that no test can be forgotten.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

#: Seconds that a test takes that hasn't been measured yet, and one in a browser.
USUAL, IN_BROWSER = 0.3, 6.0
#: Odoo's logger of what each class took, and a line of its report.
REPORT = "odoo.tests.stats:DEBUG"
LINE = re.compile(
    r"^\t(\w+)\.(?:\w+\.)+(Test\w+): (-?[\d.]+)s (\d+) queries$", re.MULTILINE
)
#: What a query takes, about, with what is done around it.
QUERY = 0.001
#: A class that takes longer than this has set the clock.
LONGEST = 600


def weights(addons: Path, names: Iterable[str], known: dict[str, float]) -> Counter:
    """How many seconds each class of tests takes, about: ``addon:Class`` -> seconds.

    :param known: what was measured before.
    """
    found: Counter = Counter()
    for name in names:
        for path in sorted((addons / name / "tests").glob("test_*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                    found[f"{name}:{node.name}"] += _guess(node)
    return Counter({key: known.get(key, guess) for key, guess in found.items()})


def _guess(node: ast.ClassDef) -> float:
    """An estimate from a class's source."""
    tests = [
        part
        for part in node.body
        if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")
    ]
    tours = [part for part in tests if "start_tour" in ast.unparse(part)]
    return USUAL * (1 + len(tests)) + IN_BROWSER * len(tours)


def divide(seconds: Counter, count: int) -> list[list[str]]:
    """About equal shares of the classes, at most so many, none of them empty."""
    shares: list[list[str]] = [[] for _number in range(count)]
    loads = [0.0] * count
    for key, weight in sorted(seconds.items(), key=lambda item: (-item[1], item[0])):
        least = loads.index(min(loads))
        shares[least].append(key)
        loads[least] += weight
    return [sorted(share) for share in shares if share]


def tags(addons: list[str], shares: list[list[str]]) -> list[str]:
    """Odoo's ``--test-tags`` for each share."""
    named = [f"/{key}" for share in shares[1:] for key in share]
    rest = [f"/{addon}" for addon in addons] + [f"-{tag}" for tag in named]
    others = [[f"/{key}" for key in share] for share in shares[1:]]
    return [",".join(share) for share in (rest, *others)]


def measured(log: str) -> Counter:
    """Seconds that each class took, what it set up included, by a log with `REPORT`.

    Where a class has set the clock, its queries say how long it took.
    """
    found: Counter = Counter()
    for addon, name, seconds, queries in LINE.findall(log):
        took = float(seconds)
        if not 0 <= took < LONGEST:
            took = int(queries) * QUERY
        found[f"{addon}:{name}"] += took
    return found


def remembered(file: Path) -> dict[str, float]:
    """What earlier runs have measured."""
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def remember(file: Path, seconds: Counter) -> None:
    """Keep what was measured; half of it stays as before, as one run may mislead."""
    known = remembered(file)
    smooth = {key: (known.get(key, now) + now) / 2 for key, now in seconds.items()}
    file.write_text(json.dumps(known | smooth, indent=1), "utf-8")
