"""What a program asks and gives, as plain values that many orders share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .facts import Mark

#: Kinds of marks that goods have.
MARKS = frozenset({"product", "category", "tag"})
#: Kinds of benefits that take money off.
DISCOUNTS = ("percent", "amount")


@dataclass(frozen=True, slots=True)
class Benefit:
    """``value``: percent, money or points; pieces of a gift.

    ``cap``: the most money it takes off, 0 without one. ``everything``: it is for all
    goods and not only for those that the program is about. ``each``: once for each
    time that the threshold is reached.
    """

    id: int
    kind: str
    value: Fraction = Fraction(0)
    cap: int = 0
    everything: bool = False
    each: bool = False
    product: int | None = None


@dataclass(frozen=True, slots=True)
class Level:
    threshold: Fraction
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """A program. What is empty isn't asked; sets are met by any one of theirs.

    ``goods``: marks of the products it is about. ``buyers``: ``all``, those with their
    ``first`` order, or ``returning`` ones. ``hours``: minutes of the day, from and
    before; over midnight when the end is earlier. ``exclusive``: of the programs with
    the same number one is given. ``alone``: not together with any other.
    """

    id: int
    priority: int = 10
    currency: int = 0
    first_day: date | None = None
    last_day: date | None = None
    weekdays: frozenset[int] = frozenset()
    hours: tuple[int, int] | None = None
    groups: frozenset[int] = frozenset()
    grades: frozenset[int] = frozenset()
    sources: frozenset[int] = frozenset()
    customer_tags: frozenset[int] = frozenset()
    birth_month: bool = False
    buyers: str = "all"
    idle_days: int = 0
    teams: frozenset[int] = frozenset()
    pricelists: frozenset[int] = frozenset()
    goods: frozenset[Mark] = frozenset()
    minimum: int = 0
    code: bool = False
    voucher: bool = False
    basis: str = "amount"
    levels: tuple[Level, ...] = ()
    exclusive: int | None = None
    alone: bool = False

    def asked(self) -> Iterable[Mark]:
        """What an order must have one of; nothing when any order may fit.

        One kind of question is enough to look a program up, the rarest first.
        """
        if self.voucher:
            return [("voucher", self.id)]
        if self.code:
            return [("code", self.id)]
        for name, values in (
            ("customer_tag", self.customer_tags),
            ("group", self.groups),
            ("source", self.sources),
            ("grade", self.grades),
        ):
            if values and not self.goods:
                return [(name, value) for value in values]
        return self.goods


class Book:
    """Programs with an index by what they ask for.

    An order looks at those only that it could fit.
    """

    __slots__ = ("_always", "_by_mark", "by_id", "kinds")

    def __init__(self, programs: Iterable[Terms]) -> None:
        self.by_id = {terms.id: terms for terms in programs}
        #: Of the marks of goods that any of them is about.
        self.kinds = frozenset(
            kind for terms in self.by_id.values() for kind, _number in terms.goods
        )
        self._always: list[int] = []
        self._by_mark: dict[Mark, list[int]] = defaultdict(list)
        for terms in self.by_id.values():
            marks = tuple(terms.asked())
            for mark in marks:
                self._by_mark[mark].append(terms.id)
            if not marks:
                self._always.append(terms.id)

    def candidates(self, marks: Iterable[Mark]) -> list[Terms]:
        """Those that could fit an order with these marks."""
        found = set(self._always)
        for mark in marks:
            found.update(self._by_mark.get(mark, ()))
        return [self.by_id[number] for number in sorted(found)]

    def gifts(self, programs: Iterable[Terms]) -> set[int]:
        """Products that these programs could give."""
        return {
            benefit.product
            for terms in programs
            for level in terms.levels
            for benefit in level.benefits
            if benefit.product
        }
