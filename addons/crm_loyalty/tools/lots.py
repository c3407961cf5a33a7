"""Which points were spent: lots, first expired first spent, at any time anew.

Everything here follows from three kinds of facts: points that were earned (lots, less
what was returned), points that were spent (less what was given back) and debts that
were pardoned. ``replay`` lets them happen again in their order, so a fact that changes
afterwards leaves the account exactly as if it had been that way from the beginning.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

#: Id and rank of what a posting is about to add: after everything that is there.
NEW = 1 << 62


@dataclass(frozen=True, slots=True)
class Lot:
    """Points earned by one event, less those that were returned.

    ``expires_on`` is the last day on which they can be used. ``rank`` is the id of the
    event: it orders what happened in the same second.
    """

    id: int
    at: datetime
    rank: int
    points: int
    expires_on: date | None = None

    @property
    def turn(self) -> tuple:
        """Lots are spent in this order: what expires first, then what is older."""
        return (self.expires_on or date.max, self.at, self.rank, self.id)


@dataclass(frozen=True, slots=True)
class Spending:
    """Points that one event spent, less those given back; ``day`` is the local one."""

    id: int
    at: datetime
    day: date
    points: int


@dataclass(frozen=True, slots=True)
class Pardon:
    """Up to these points of debt were forgiven then."""

    id: int
    at: datetime
    points: int


@dataclass(slots=True)
class Allocation:
    """Where points went.

    ``taken``: (spending, lot) -> points; the lot None is what no lot covers, a debt.
    """

    taken: dict[tuple[int, int | None], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    expired: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    pardoned: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    remaining: dict[int, int] = field(default_factory=dict)

    @property
    def debt(self) -> int:
        """Points that were spent and that nothing covers yet."""
        uncovered = sum(n for (_who, lot), n in self.taken.items() if lot is None)
        return uncovered - sum(self.pardoned.values())

    @property
    def balance(self) -> int:
        return sum(self.remaining.values()) - self.debt


class _Account:
    """The account while its facts happen again."""

    def __init__(self):
        self.result = Allocation()
        self.open: list[tuple[tuple, Lot]] = []
        self.debts: deque[list[int]] = deque()

    def earn(self, lot: Lot):
        """New points pay the oldest debts; the rest is a lot to spend from."""
        rest = lot.points
        while rest and self.debts:
            paid = self._pay_oldest(rest)
            self.result.taken[paid[0], lot.id] += paid[1]
            self.result.taken[paid[0], None] -= paid[1]
            rest -= paid[1]
        self.result.remaining[lot.id] = rest
        if rest:
            heapq.heappush(self.open, (lot.turn, lot))

    def spend(self, spending: Spending):
        """Take from the lots that can be used that day; what is short is a debt."""
        need = spending.points
        while need and self.open:
            lot = self.open[0][1]
            left = self.result.remaining[lot.id]
            if not left or (lot.expires_on and lot.expires_on < spending.day):
                heapq.heappop(self.open)
                continue
            used = min(need, left)
            self.result.taken[spending.id, lot.id] += used
            self.result.remaining[lot.id] = left - used
            need -= used
        if need:
            self.result.taken[spending.id, None] += need
            self.debts.append([spending.id, need])

    def pardon(self, pardon: Pardon):
        """Forgive the oldest debts, no more than there are."""
        rest = pardon.points
        while rest and self.debts:
            forgiven = self._pay_oldest(rest)[1]
            self.result.pardoned[pardon.id] += forgiven
            rest -= forgiven

    def expire(self, lots: Iterable[Lot], today: date):
        for lot in lots:
            left = self.result.remaining[lot.id]
            if left and lot.expires_on and lot.expires_on < today:
                self.result.expired[lot.id] = left
                self.result.remaining[lot.id] = 0

    def _pay_oldest(self, points: int) -> tuple[int, int]:
        debt = self.debts[0]
        paid = min(points, debt[1])
        debt[1] -= paid
        if not debt[1]:
            self.debts.popleft()
        return debt[0], paid


def replay(
    lots: Iterable[Lot],
    spendings: Iterable[Spending],
    pardons: Iterable[Pardon] = (),
    *,
    today: date,
) -> Allocation:
    """Let all facts happen in their order and say where the points went.

    Of one event's facts the spending comes first: an order can't spend what it earns.
    A lot expires with its day, whether or not a job recorded it in time.
    """
    lots = list(lots)
    facts = [((s.at, s.id, 0), s) for s in spendings if s.points]
    facts += [((p.at, p.id, 1), p) for p in pardons if p.points]
    facts += [((lot.at, lot.rank, 2, lot.id), lot) for lot in lots]
    account = _Account()
    for _turn, fact in sorted(facts, key=lambda pair: pair[0]):
        if isinstance(fact, Lot):
            account.earn(fact)
        elif isinstance(fact, Spending):
            account.spend(fact)
        else:
            account.pardon(fact)
    account.expire(lots, today)
    for part in (account.result.taken, account.result.pardoned):
        for key in [key for key, points in part.items() if not points]:
            del part[key]
    return account.result
