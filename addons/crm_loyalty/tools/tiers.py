"""Tiers of customers: which one is reached, kept, lost or was never deserved.

A ladder is what a shop has set up, from the lowest tier to the highest. Up goes at
once. Down goes only after a review, when the days of grace are over. A tier that was
reached with goods that came back is taken back at once: it was never reached.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

#: Why a tier changes; ``None`` as a cause says that it doesn't.
UP, DOWN, HAND_END, TAKEN_BACK = "up", "down", "hand_end", "taken_back"
#: Months of a period after which tiers are reviewed.
PERIODS = {"month": 1, "quarter": 3, "year": 12}


class Rung(NamedTuple):
    """A tier and what a customer needs for it."""

    grade: int
    minimum: float


class Ladder:
    """Tiers by what is needed for them. No tier at all is below the lowest."""

    def __init__(self, rungs: Iterable[Rung]):
        self.rungs = sorted(rungs, key=lambda rung: rung.minimum)
        self._minimums = [rung.minimum for rung in self.rungs]
        self._ranks = {rung.grade: rank for rank, rung in enumerate(self.rungs)}

    def __bool__(self):
        return bool(self.rungs)

    def knows(self, grade: int | None) -> bool:
        """Whether a tier belongs to this ladder; to have none does."""
        return not grade or grade in self._ranks

    def rank(self, grade: int | None) -> int:
        return self._ranks[grade] if grade else -1

    def deserved(self, total: float) -> int | None:
        """The highest tier that a total is enough for."""
        found = bisect_right(self._minimums, total)
        return self.rungs[found - 1].grade if found else None

    def minimum(self, grade: int | None) -> float:
        return self.rungs[self.rank(grade)].minimum if grade else 0

    def above(self, grade: int | None) -> Rung | None:
        """The next tier up."""
        rank = self.rank(grade) + 1
        return self.rungs[rank] if rank < len(self.rungs) else None

    def higher(self, grade: int | None, other: int | None) -> int | None:
        return max(grade, other, key=self.rank)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands.

    ``until``: the last day of a tier that was set by hand. ``falls_on``: the review
    found too little; on this day the grace is over.
    """

    grade: int | None
    total: float
    until: date | None = None
    falls_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    grade: int | None
    cause: str | None = None
    until: date | None = None
    falls_on: date | None = None

    def changes(self, standing: Standing) -> bool:
        return (self.grade, self.until, self.falls_on) != (
            standing.grade,
            standing.until,
            standing.falls_on,
        )


def decide(
    ladder: Ladder,
    standing: Standing,
    today: date,
    grace: int | None = None,
    *,
    released: bool = False,
) -> Decision:
    """What becomes of a customer's tier today.

    :param grace: days until who has too little falls; given at a review only.
    :param released: a tier that was set by hand holds no longer, whatever its last day.
    """
    if not ladder.knows(standing.grade):  # another company's, or a membership
        return Decision(standing.grade, None, standing.until, standing.falls_on)
    if standing.until and today <= standing.until and not released:
        return Decision(standing.grade, until=standing.until)
    deserved = ladder.deserved(standing.total)
    gain = ladder.rank(deserved) - ladder.rank(standing.grade)
    if standing.until:
        return Decision(deserved, HAND_END if gain else None)
    if gain > 0:
        return Decision(deserved, UP)
    if gain == 0:
        return Decision(deserved)
    falls_on = standing.falls_on
    if falls_on is None and grace is not None:
        falls_on = today + timedelta(days=grace)
    if falls_on and falls_on <= today:
        return Decision(deserved, DOWN)
    return Decision(standing.grade, falls_on=falls_on)


class Fact(NamedTuple):
    """Something that counts, from a moment on; amounts are exact."""

    at: datetime
    value: int | Fraction


class Rise(NamedTuple):
    """The ladder was climbed by what a customer had at that moment."""

    at: datetime
    before: int | None
    minimum: float


def best_since(
    facts: Sequence[Fact],
    since: datetime,
    now: datetime,
    counted_from: Callable[[datetime], datetime | None],
) -> float:
    """The highest total between two moments, by the facts as they are known now.

    :param counted_from: when a total of that moment begins; None for ever.
    """
    moments = {since, now, *(fact.at for fact in facts if since <= fact.at <= now)}
    best = max(_total(facts, counted_from(moment), moment) for moment in moments)
    return float(best)


def _total(facts, first, last):
    return sum(
        fact.value
        for fact in facts
        if fact.at <= last and (first is None or fact.at >= first)
    )


def never_reached(
    ladder: Ladder,
    grade: int | None,
    rises: Sequence[Rise],
    best: Callable[[datetime], float],
) -> tuple[int | None, int]:
    """The tier without rises that the facts, as they are known now, don't justify.

    :param rises: the newest first, down to the latest change of another kind.
    :param best: the highest total since a moment.
    :return: the tier, and how many of the rises never were.
    """
    left, undone = grade, 0
    for rise in rises:
        highest = best(rise.at)
        if highest >= rise.minimum:
            break
        undone += 1
        before = rise.before if ladder.knows(rise.before) else None
        left = ladder.higher(before, ladder.deserved(highest))
        if ladder.rank(left) >= ladder.rank(grade):
            return grade, 0
    return left, undone


def last_review(period: str, day: date) -> date:
    """The day of the latest review: the first of a month, quarter or year."""
    months = PERIODS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def next_review(period: str, day: date) -> date:
    """The day of the first review after a day."""
    latest = last_review(period, day)
    month = latest.month - 1 + PERIODS[period]
    return date(latest.year + month // 12, month % 12 + 1, 1)


def year_before(day: date) -> date:
    """The first day of the twelve months that end with a day."""
    try:
        start = day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        start = day.replace(year=day.year - 1, day=28)
    return start + timedelta(days=1)
