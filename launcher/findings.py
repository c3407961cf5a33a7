"""What a server log and a test report say: counts, and lines that must not be there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (WARNING|ERROR|CRITICAL) \S+ (\S+): (.*)"
)
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
#: Lines that add up failures that have lines of their own.
SUM = re.compile(rf": {RESULT.pattern}|: Module \S+: \d+ failures, \d+ errors of ")

#: Lines that are not about the project: deprecations inside Odoo, named by its folder,
#: and inside its requirements.
ACCEPTED = (
    # Deprecations inside Odoo and its own requirements.
    (
        "py.warnings",
        r"(.*/site-packages/(passlib|vobject|ofxparse|zeep|docutils)/"
        r"|{odoo}/odoo/(addons|http|tools|service|sql_db|modules|tests))",
    ),
    # The last jobs of a graph end at once: both start what follows, queue_job lets the
    # loser try again in vain (its snapshot stays), and asks once more for a done job.
    ("odoo.sql_db", r"""bad query: (b['"])?\s*UPDATE "queue_job"(\s|\\n)+SET"""),
    (
        "odoo.addons.queue_job.controllers.main",
        r"SERIALIZATION_FAILURE, maximum number of tries reached to update dependencies"
        r"|was requested to run job \S+, but it does not exist, or is not in state",
    ),
)


@dataclass(frozen=True)
class Outcome:
    """Result of a suite: how many checks passed, and the failures, one line each."""

    passed: int
    failures: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()  # with the reason

    @property
    def failed(self) -> int:
        return len(self.failures)

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(
            self.passed + other.passed,
            self.failures + other.failures,
            self.skipped + other.skipped,
        )

    def with_status(self, status: int, name: str) -> Outcome:
        """The outcome of a program with an exit status: a bad one needs a failure."""
        if not status or self.failures:
            return self
        return self + Outcome(0, (f"{name}: exit status {status}",))

    def summary(self) -> str:
        """The plain closing line."""
        return f"{self.passed} passed, {self.failed} failed"


def unwanted_lines(log: str, odoo: Path) -> list[str]:
    """Warnings and errors of a server log that aren't accepted.

    :param odoo: the folder that Odoo is imported from.
    """
    accepted = [
        (logger, re.compile(pattern.replace("{odoo}", re.escape(str(odoo)))))
        for logger, pattern in ACCEPTED
    ]
    return [line for line in log.splitlines() if _is_unwanted(line, accepted)]


def _is_unwanted(line: str, accepted: list[tuple[str, re.Pattern[str]]]) -> bool:
    match = LINE.match(line)
    if not match:
        return False
    _level, logger, text = match.groups()
    return not any(logger == name and pattern.match(text) for name, pattern in accepted)


def of_odoo(log: str, name: str, odoo: Path) -> Outcome:
    """Outcome of a run of Odoo's test runner.

    A run without a result line has crashed; one that ran no test counts as failed: a
    wrong tag must not look like success.
    """
    results = [tuple(map(int, found)) for found in RESULT.findall(log)]
    if not results:
        return Outcome(0, (f"{name}: the server ended without a test result",))
    failed = sum(failures + errors for failures, errors, _tests in results)
    ran = sum(tests for _failures, _errors, tests in results)
    if not ran:
        return Outcome(0, (f"{name}: no test ran",))
    lines = [line for line in unwanted_lines(log, odoo) if not SUM.search(line)]
    failures = [f"{name}: {line[:300]}" for line in lines]
    if failed and not failures:
        failures = [f"{name}: {failed} tests failed"]
    return Outcome(max(0, ran - failed), tuple(failures))


def of_junit(report: Path, name: str) -> Outcome:
    """Outcome of a pytest run from its JUnit report."""
    if not report.exists():
        return Outcome(0, (f"{name}: pytest ended without a report",))
    passed, failures, skipped = 0, [], []
    for case in ElementTree.parse(report).iter("testcase"):
        title = f"{name}: {case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failures.append(title)
        elif (skip := case.find("skipped")) is not None:
            skipped.append(f"{title}: {skip.get('message')}")
        else:
            passed += 1
    return Outcome(passed, tuple(failures), tuple(skipped))
