"""Which promotions an order gets: a plan made of facts and programs.

Pure: the same facts give the same plan, in whatever order lines and programs come.
Thresholds count goods at their price before promotions, so that what a promotion gives
never changes what another one asks.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from .conditions import Basket, Check, checks, level_of
from .facts import Facts
from .purse import Purse, percent_of
from .terms import DISCOUNTS, Benefit, Book, Level, Terms


@dataclass(frozen=True, slots=True)
class Given:
    """What a benefit gives to the order.

    ``amount``: money off, in all; ``by_tax``: and per tax group. ``quantity``: pieces
    of a gift, points, vouchers.
    """

    program: int
    benefit: int
    kind: str
    amount: int = 0
    by_tax: tuple[tuple[Hashable, int], ...] = ()
    product: int | None = None
    quantity: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a program, and why.

    ``outcome``: ``given``; ``condition`` when one isn't met; ``exclusive`` or ``alone``
    when the program ``by`` goes first; ``nothing`` when nothing is left to give;
    ``room`` when its budget doesn't suffice.
    """

    program: int
    outcome: str
    checks: tuple[Check, ...] = ()
    threshold: Fraction | None = None
    by: int | None = None
    given: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """``given``: in the order in which it is taken off."""

    given: tuple[Given, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @property
    def programs(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(given.program for given in self.given))


def plan(facts: Facts, programs: Book | Iterable[Terms], why: bool = False) -> Plan:
    """What the order gets.

    :param programs: a book, in which only what could fit is looked at, or programs
        that are all looked at.
    :param why: with the verdict on each of them, down to its last condition.
    """
    if isinstance(programs, Book):
        programs = programs.candidates(facts.marks())
    basket = Basket(facts)
    fitting, verdicts = [], []
    for terms in programs:
        found = []
        for check in checks(terms, basket):
            found.append(check)
            if not (check.ok or why):
                break
        if all(check.ok for check in found):
            fitting.append((terms, tuple(found)))
        elif why:
            verdicts.append(Verdict(terms.id, "condition", tuple(found)))
    chosen = _choose(fitting, basket)
    given = [given for verdict in chosen for given in verdict.given]
    if why:
        verdicts = sorted(verdicts, key=lambda verdict: verdict.program)
        return Plan(tuple(given), (*chosen, *verdicts))
    return Plan(tuple(given))


def _choose(fitting: list[tuple], basket: Basket) -> list[Verdict]:
    """Give them in turn: by priority, then the better for the customer, then by age."""
    reached = [
        (terms, found, level_of(terms, basket.counted(terms)))
        for terms, found in fitting
    ]
    purse = Purse(basket.facts)
    reached.sort(
        key=lambda one: (
            one[0].priority,
            -_worth(one[0], one[2], basket, purse),
            one[0].id,
        )
    )
    verdicts, groups = [], {}
    alone = first = None
    for terms, found, level in reached:
        given, outcome, by = (), "given", None
        if alone or (terms.alone and first):
            outcome, by = "alone", alone or first
        elif terms.exclusive in groups:
            outcome, by = "exclusive", groups[terms.exclusive]
        else:
            before = purse.kept() if terms.id in basket.facts.left else None
            given = _give(terms, level, basket, purse)
            outcome = "given" if given else "nothing"
            if before and _cost(given, basket) > basket.facts.left[terms.id]:
                purse.put_back(before)
                given, outcome = (), "room"
        if given:
            first = first or terms.id
            alone = terms.id if terms.alone else None
            if terms.exclusive is not None:
                groups[terms.exclusive] = terms.id
        verdicts.append(Verdict(terms.id, outcome, found, level.threshold, by, given))
    return verdicts


def _give(
    terms: Terms, level: Level, basket: Basket, purse: Purse
) -> tuple[Given, ...]:
    given = []
    for benefit in level.benefits:
        lines, amount = _wanted(terms, level, benefit, basket, purse)
        if lines is not None:
            taken = purse.take(amount, lines)
            if taken:
                total = sum(taken.values())
                by_tax = tuple(taken.items())
                given.append(Given(terms.id, benefit.id, benefit.kind, total, by_tax))
        elif amount:
            product = benefit.product
            given.append(
                Given(
                    terms.id, benefit.id, benefit.kind, product=product, quantity=amount
                )
            )
    return tuple(given)


def _cost(given: tuple[Given, ...], basket: Basket) -> int:
    """What it takes from the budget: money, and gifts at their price."""
    prices = basket.facts.prices
    return sum(
        one.amount + (one.quantity * prices.get(one.product, 0) if one.product else 0)
        for one in given
    )


def _wanted(
    terms: Terms, level: Level, benefit: Benefit, basket: Basket, purse: Purse
) -> tuple:
    """The lines that a benefit takes money off, and how much; else no lines."""
    if benefit.kind == "shipping":
        lines = basket.facts.delivery
        amount = purse.of(lines)
    elif benefit.kind in DISCOUNTS:
        goods = frozenset() if benefit.everything else terms.goods
        lines = basket.fitting(goods)[0]
        left = purse.of(lines)
        if benefit.kind == "percent":
            amount = percent_of(left, benefit.value)
        else:
            times = _times(terms, level, benefit, basket)
            amount = min(left, floor(benefit.value) * times)
    else:
        times = _times(terms, level, benefit, basket)
        return None, floor(benefit.value) * times
    return lines, min(amount, benefit.cap) if benefit.cap else amount


def _times(terms: Terms, level: Level, benefit: Benefit, basket: Basket) -> int:
    if not benefit.each or level.threshold <= 0:
        return 1
    return floor(Fraction(basket.counted(terms)) / level.threshold)


def _worth(terms: Terms, level: Level, basket: Basket, purse: Purse) -> int:
    """What the program alone would save the customer."""
    worth, money = 0, 0
    for benefit in level.benefits:
        lines, amount = _wanted(terms, level, benefit, basket, purse)
        if lines is not None and benefit.kind == "shipping":
            worth += min(amount, purse.of(lines))
        elif lines is not None:
            money += amount
        elif benefit.kind == "gift":
            worth += amount * basket.facts.prices.get(benefit.product, 0)
    goods = basket.facts.lines
    return worth + min(money, purse.of(goods))
