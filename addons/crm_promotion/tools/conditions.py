"""Whether an order fits a program, condition by condition.

The answer to "why" and the decision itself are the same function.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from .facts import Facts, Line, Mark
from .terms import Level, Terms


class Check(NamedTuple):
    """A condition: what the program expects and what the order has."""

    code: str
    ok: bool
    expected: Any = None
    actual: Any = None


class Basket:
    """Facts with what many programs ask about them, counted once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.day = facts.moment.date()
        self.minute = facts.moment.hour * 60 + facts.moment.minute
        self._fitting: dict[frozenset[Mark], tuple] = {}
        self.total = self.fitting(frozenset())[1]

    def fitting(self, goods: frozenset[Mark]) -> tuple[tuple[Line, ...], int, Fraction]:
        """The lines that a program is about, their worth and their quantity."""
        if goods not in self._fitting:
            lines = tuple(
                line
                for line in self.facts.lines
                if not goods or not goods.isdisjoint(line.marks)
            )
            self._fitting[goods] = (
                lines,
                sum(line.amount for line in lines),
                sum((line.quantity for line in lines), Fraction(0)),
            )
        return self._fitting[goods]

    def counted(self, terms: Terms) -> int | Fraction:
        """What the levels of the program are measured by."""
        _lines, amount, quantity = self.fitting(terms.goods)
        return quantity if terms.basis == "quantity" else amount


def checks(terms: Terms, basket: Basket) -> Iterator[Check]:
    """All that the program asks, one after the other; the level comes last."""
    facts = basket.facts
    if terms.id in facts.refused:
        yield Check("refused", False, None, facts.refused[terms.id])
    if terms.currency != facts.currency:
        yield Check("currency", False, terms.currency, facts.currency)
    yield from _moment(terms, basket)
    if terms.code:
        yield Check("code", terms.id in facts.codes)
    if terms.voucher:
        yield Check("voucher", terms.id in facts.vouchers)
    yield from _customer(terms, basket)
    for code, expected, actual in (
        ("team", terms.teams, facts.team),
        ("pricelist", terms.pricelists, facts.pricelist),
    ):
        if expected:
            yield Check(code, actual in expected, expected, actual)
    if terms.minimum:
        yield Check(
            "minimum", basket.total >= terms.minimum, terms.minimum, basket.total
        )
    lines = basket.fitting(terms.goods)[0]
    yield Check("goods", bool(lines), terms.goods, len(lines))
    counted = basket.counted(terms)
    lowest = terms.levels[0].threshold if terms.levels else None
    yield Check(terms.basis, lowest is not None and counted >= lowest, lowest, counted)


def level_of(terms: Terms, counted: int | Fraction) -> Level | None:
    """The highest level that is reached."""
    reached = [level for level in terms.levels if counted >= level.threshold]
    return reached[-1] if reached else None


def _moment(terms: Terms, basket: Basket) -> Iterator[Check]:
    day = basket.day
    if terms.first_day or terms.last_day:
        started = not terms.first_day or terms.first_day <= day
        lasts = not terms.last_day or day <= terms.last_day
        yield Check("day", started and lasts, (terms.first_day, terms.last_day), day)
    if terms.weekdays:
        weekday = day.weekday()
        yield Check("weekday", weekday in terms.weekdays, terms.weekdays, weekday)
    if terms.hours:
        first, end = terms.hours
        now = basket.minute
        if first <= end:
            inside = first <= now < end
        else:
            inside = now >= first or now < end
        yield Check("hours", inside, terms.hours, now)


def _customer(terms: Terms, basket: Basket) -> Iterator[Check]:
    customer = basket.facts.customer
    for code, expected, actual in (
        ("group", terms.groups, customer.groups),
        ("customer_tag", terms.customer_tags, customer.tags),
    ):
        if expected:
            yield Check(code, not expected.isdisjoint(actual), expected, actual)
    for code, expected, actual in (
        ("grade", terms.grades, customer.grade),
        ("source", terms.sources, customer.source),
    ):
        if expected:
            yield Check(code, actual in expected, expected, actual)
    if terms.birth_month:
        month = basket.day.month
        born = customer.birth_month
        yield Check("birth_month", born == month, month, born)
    if terms.buyers != "all":
        first = not customer.orders
        ok = first == (terms.buyers == "first")
        yield Check("buyers", ok, terms.buyers, customer.orders)
    if terms.idle_days:
        last = customer.last_purchase
        days = (basket.day - last).days if last else None
        ok = days is not None and days >= terms.idle_days
        yield Check("idle_days", ok, terms.idle_days, days)
