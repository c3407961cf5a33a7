"""From a wish ("this order spends 20 points more") to the lines that the ledger needs.

A line is never changed; what was wrong is put right by further lines. ``plan`` finds
them: ordinary changes, at the end of time, from the open lots alone; any other by
letting everything happen again (``lots.replay``) and posting the differences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from .lots import NEW, Allocation, Lot, Pardon, Spending, replay

#: The event that a pardon makes is its own, whatever else is posted with it.
NEW_PARDON = NEW + 1
#: What a line does to the facts, by its kind. A correction of points that were taken
#: (``adjust``) is a lot when positive, a spending when negative.
GIVE = ("earn", "earn_back")
TAKE = ("spend", "spend_back", "move")
EXPIRE = ("expire", "expire_back")
PARDON = ("write_off", "write_off_back")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the ledger, as it is stored."""

    id: int
    kind: str
    points: int
    lot: int | None
    event: int
    at: datetime
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line to be posted. ``NEW`` stands for the event or lot that it makes itself."""

    kind: str
    points: int
    lot: int | None
    event: int
    at: datetime
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Earn:
    """Points are earned: a new lot."""

    points: int
    at: datetime
    expires_on: date | None = None
    event: int = NEW
    kind: str = "earn"


@dataclass(frozen=True, slots=True)
class Return:
    """Points of a lot were never earned."""

    lot: int
    points: int


@dataclass(frozen=True, slots=True)
class Spend:
    """An event spends so many points more; fewer, when negative."""

    points: int
    at: datetime
    event: int = NEW
    kind: str = "spend"


Change = Earn | Return | Spend


@dataclass(slots=True)
class Books:
    """The facts of an account and where the ledger says that its points went.

    ``whole`` is false when only the open lots are known: their ``points`` are what
    remains of them then.
    """

    lots: dict[int, Lot] = field(default_factory=dict)
    spendings: dict[int, Spending] = field(default_factory=dict)
    pardons: dict[int, Pardon] = field(default_factory=dict)
    posted: Allocation = field(default_factory=Allocation)
    whole: bool = True

    @classmethod
    def of(cls, rows: Iterable[Row], day_of: Callable[[datetime], date]) -> Books:
        """:param day_of: the local day of a moment."""
        books, lots, events, sizes = cls(), {}, {}, {}
        earned, spent, forgiven = (defaultdict(int) for _part in range(3))
        for row in rows:
            if row.lot == row.id:
                lots[row.id] = row
            if _gives(row):
                earned[row.lot] += row.points
            elif row.kind in EXPIRE:
                books.posted.expired[row.lot] -= row.points
            elif row.kind in PARDON:
                forgiven[row.event] += row.points
                events[row.event] = row.at
                # A pardon that lost its ground keeps its size: it may have it again.
                sizes.setdefault(row.event, row.points)
            else:
                spent[row.event] -= row.points
                events[row.event] = row.at
                books.posted.taken[row.event, row.lot] -= row.points
        for lot, row in lots.items():
            books.lots[lot] = Lot(lot, row.at, row.event, earned[lot], row.expires_on)
        for event, points in spent.items():
            at = events[event]
            books.spendings[event] = Spending(event, at, day_of(at), points)
        for event, points in forgiven.items():
            books.pardons[event] = Pardon(event, events[event], sizes[event])
            books.posted.pardoned[event] = points
        return books


def _gives(row: Row) -> bool:
    return row.kind in GIVE or (row.kind == "adjust" and row.points > 0)


def plan(
    books: Books,
    changes: Sequence[Change],
    *,
    today: date,
    now: datetime,
    day_of: Callable[[datetime], date],
    forgive: bool = False,
) -> list[Entry]:
    """The lines to post, so that the ledger says what follows from the facts.

    With books that aren't whole, ``changes`` must be ``simple``.
    :param forgive: a balance below zero is written off, once.
    """
    if not books.whole:
        return _own_first(_plan_simple(books, changes, today, day_of))
    facts, entries = _with_changes(books, changes, day_of)
    target = _replayed(facts, today)
    changed = {c.event: c.kind for c in changes if isinstance(c, Spend)}
    entries += _differences(books.posted, target, facts, changed)
    if forgive and target.debt > 0:
        entries.append(Entry("write_off", target.debt, None, NEW_PARDON, now))
    return _own_first(entries)


def simple(
    changes: Sequence[Change],
    lots: dict[int, Lot],
    *,
    debt: int,
    last: datetime | None,
    today: date,
    day_of: Callable[[datetime], date],
) -> bool:
    """Whether the open lots alone say what the changes lead to.

    That is so without debts for new events at the end of time that the lots cover, and
    for returned points that nobody touched.
    :param last: when the latest event of the account happened.
    """
    returns = [change for change in changes if isinstance(change, Return)]
    others = [change for change in changes if not isinstance(change, Return)]
    spends = [change for change in others if isinstance(change, Spend)]
    if debt or len(returns) > len({change.lot for change in returns}):
        return False
    if any(lots[c.lot].points < c.points if c.lot in lots else True for c in returns):
        return False
    if any(c.points < 0 or c.event != NEW or (last and c.at < last) for c in others):
        return False
    earns = [change for change in others if isinstance(change, Earn)]
    if any(earn.expires_on and earn.expires_on < today for earn in earns):
        return False
    if not spends:
        return len(earns) <= 1
    usable = sum(
        lot.points
        for lot in lots.values()
        if not (lot.expires_on and lot.expires_on < today)
    )
    return (
        not returns
        and len(spends) == 1
        and len({change.at for change in others}) == 1
        and day_of(spends[0].at) == today
        and spends[0].points <= usable
    )


def _own_first(entries: list[Entry]) -> list[Entry]:
    """A new event is named by its first line."""
    return sorted(entries, key=lambda entry: entry.event != NEW)


def _plan_simple(books, changes, today, day_of):
    entries = []
    left = {lot.id: lot.points for lot in books.lots.values()}
    for change in changes:
        if isinstance(change, Return):
            left[change.lot] -= change.points
            lot = books.lots[change.lot]
            entries.append(_returned(lot, change.points))
        elif isinstance(change, Earn):
            entries.append(_earned(change))
    for change in changes:
        if not isinstance(change, Spend):
            continue
        need, day = change.points, day_of(change.at)
        for lot in sorted(books.lots.values(), key=lambda lot: lot.turn):
            used = min(need, left[lot.id])
            if used and not (lot.expires_on and lot.expires_on < day):
                left[lot.id] -= used
                need -= used
                entries.append(Entry(change.kind, -used, lot.id, NEW, change.at))
    for lot in books.lots.values():
        if left[lot.id] and lot.expires_on and lot.expires_on < today:
            entries.append(_expired(lot, -left[lot.id]))
    return entries


def _with_changes(books, changes, day_of):
    """The facts with the changes, and the lines that state them."""
    facts = Books(dict(books.lots), dict(books.spendings), dict(books.pardons))
    entries = []
    for change in changes:
        if isinstance(change, Earn):
            entries.append(_earned(change))
            facts.lots[NEW] = Lot(
                NEW, change.at, change.event, change.points, change.expires_on
            )
        elif isinstance(change, Return):
            lot = facts.lots[change.lot]
            facts.lots[lot.id] = replace(lot, points=lot.points - change.points)
            entries.append(_returned(lot, change.points))
        else:
            before = facts.spendings.get(change.event)
            points = change.points + (before.points if before else 0)
            facts.spendings[change.event] = Spending(
                change.event, change.at, day_of(change.at), points
            )
    return facts, entries


def _replayed(facts: Books, today: date) -> Allocation:
    return replay(
        facts.lots.values(),
        facts.spendings.values(),
        facts.pardons.values(),
        today=today,
    )


def _differences(posted, target, facts, changed):
    """Lines that bring what was posted to the target, in a stable order."""
    entries = []
    keys = {**posted.taken, **target.taken}
    for event, lot in sorted(keys, key=lambda k: (k[0], k[1] is None, k[1] or 0)):
        points = posted.taken.get((event, lot), 0) - target.taken.get((event, lot), 0)
        if points:
            kind = changed.get(event, "move")
            if kind == "spend" and points > 0:
                kind = "spend_back"
            at = facts.spendings[event].at
            entries.append(Entry(kind, points, lot, event, at))
    for lot in sorted({**posted.expired, **target.expired}):
        points = posted.expired.get(lot, 0) - target.expired.get(lot, 0)
        if points:
            entries.append(_expired(facts.lots[lot], points))
    for event in sorted({**posted.pardoned, **target.pardoned}):
        points = target.pardoned.get(event, 0) - posted.pardoned.get(event, 0)
        if points:
            kind = "write_off" if points > 0 else "write_off_back"
            at = facts.pardons[event].at
            entries.append(Entry(kind, points, None, event, at))
    return entries


def _earned(change: Earn) -> Entry:
    return Entry(
        change.kind, change.points, NEW, change.event, change.at, change.expires_on
    )


def _returned(lot: Lot, points: int) -> Entry:
    return Entry("earn_back", -points, lot.id, lot.rank, lot.at)


def _expired(lot: Lot, points: int) -> Entry:
    kind = "expire" if points < 0 else "expire_back"
    return Entry(kind, points, lot.id, lot.rank, lot.at, lot.expires_on)


def settle(
    rows: Iterable[Row],
    *,
    earned: int = 0,
    spent: int = 0,
    earned_at: datetime | None = None,
    spent_at: datetime | None = None,
    expires_on: date | None = None,
    fixed: bool = True,
) -> list[Change]:
    """What brings a document's lines to what it should have earned and spent.

    :param rows: the document's lines on one account.
    :param fixed: points were earned at ``earned_at`` and at no other moment; else they
        are earned as they come, and what is there keeps its moment.
    """
    rows = [row for row in rows if row.kind not in EXPIRE + PARDON]
    events = {row.at: row.event for row in reversed(rows)}
    changes: list[Change] = []
    used: dict[int, int] = defaultdict(int)
    moments = {}
    for row in rows:
        if not _gives(row):
            used[row.event] -= row.points
            moments[row.event] = row.at
    found = False
    for event, points in used.items():
        wanted = 0
        if moments[event] == spent_at and not found:
            found, wanted = True, spent
        if wanted != points:
            changes.append(Spend(wanted - points, moments[event], event))
    if spent and not found:
        changes.append(Spend(spent, spent_at, events.get(spent_at, NEW)))

    lots = {row.id: row for row in rows if row.lot == row.id}
    net: dict[int, int] = defaultdict(int)
    for row in rows:
        if _gives(row):
            net[row.lot] += row.points
    excess = sum(net.values()) - earned
    for lot in sorted(lots, reverse=True):
        stray = fixed and lots[lot].at != earned_at
        back = net[lot] if stray else min(net[lot], max(excess, 0))
        if back:
            changes.append(Return(lot, back))
            excess -= back
    if excess < 0:
        event = events.get(earned_at, NEW)
        changes.append(Earn(-excess, earned_at, expires_on, event))
    return changes
