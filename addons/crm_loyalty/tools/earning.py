"""What an order earns, and why: exact arithmetic on what applied when it was confirmed.

``terms`` say which rules held for this customer at that moment; they are kept with the
order, so that neither a changed rule nor a changed tier rewrites what was earned. The
same order, with fewer goods after a return, earns what it would have earned at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

#: Multipliers are whole percents: 150 is one and a half.
NORMAL = 100


@dataclass(frozen=True, slots=True)
class Line:
    """Goods that are kept: worth in the currency's smallest unit, and how many."""

    product: int
    value: Fraction
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class Rule:
    """``mode``: ``money`` gives ``points`` for each ``money`` spent, ``unit`` for each
    piece, ``order`` once. ``everything``: not only matched products count.
    """

    id: int
    mode: str
    points: int
    money: int = 0
    minimum_value: int = 0
    minimum_quantity: int = 0
    everything: bool = True


@dataclass(frozen=True, slots=True)
class Terms:
    """``combine``: rules ``add`` up, or the ``best`` one counts.

    ``base``: points are counted ``before`` or ``after`` the discount bought by points.
    ``matches``: product -> rules that are about it.
    """

    rules: Sequence[Rule]
    combine: str = "add"
    base: str = "after"
    multiplier: int = NORMAL
    matches: Mapping[int, frozenset[int]] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there are points: a rule, or what became of all of them together.

    ``code``: a rule's mode, ``multiplier``, or ``not_best`` for a rule that another
    one beats. ``value`` and ``quantity`` are what the rule counted.
    """

    code: str
    points: int
    rule: int | None = None
    value: int = 0
    quantity: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Earned:
    points: int
    reasons: tuple[Reason, ...] = ()


def earn(
    terms: Terms, lines: Iterable[Line], by_points: Fraction = Fraction(0)
) -> Earned:
    """The points of an order.

    :param by_points: the part of the price that was paid with points, 0 to 1.
    """
    lines = [line for line in lines if line.quantity > 0]
    share = 1 - by_points if terms.base == "after" else Fraction(1)
    amounts, reasons = [], []
    for rule in terms.rules:
        counted = [line for line in lines if _counts(rule, line, terms)]
        value = sum((line.value for line in counted), Fraction(0))
        quantity = sum((line.quantity for line in counted), Fraction(0))
        if not counted or value < rule.minimum_value:
            continue
        if quantity < rule.minimum_quantity:
            continue
        points = _points(rule, value * share, quantity)
        if points > 0:
            amounts.append(points)
            reasons.append(
                Reason(
                    rule.mode, floor(points), rule.id, floor(value * share), quantity
                )
            )
    if not amounts:
        return Earned(0)
    if terms.combine == "best":
        best = max(amounts)
        winner = amounts.index(best)
        reasons = [
            reason if number == winner else _beaten(reason)
            for number, reason in enumerate(reasons)
        ]
        amounts = [best]
    plain = sum(amounts)
    points = floor(plain * terms.multiplier / NORMAL)
    if terms.multiplier != NORMAL:
        reasons.append(Reason("multiplier", points - floor(plain)))
    return Earned(points, tuple(reasons))


def kept_of(total: int, kept: Fraction, whole: Fraction) -> int:
    """The part of ``total`` points that goes with what is kept, rounded down.

    All of them while everything is kept, none when nothing is.
    """
    if kept >= whole:
        return total
    return floor(total * kept / whole) if kept > 0 else 0


def _counts(rule: Rule, line: Line, terms: Terms) -> bool:
    matched = (terms.matches or {}).get(line.product, ())
    return rule.everything or rule.id in matched


def _points(rule: Rule, value: Fraction, quantity: Fraction) -> Fraction:
    if rule.mode == "order":
        return Fraction(rule.points)
    if rule.mode == "unit":
        return Fraction(rule.points * floor(quantity))
    return max(Fraction(0), value * rule.points / rule.money)


def _beaten(reason: Reason) -> Reason:
    return Reason("not_best", 0, reason.rule, reason.value, reason.quantity)


def terms_of(stored: Mapping) -> Terms:
    """Terms as they were kept with an order, in JSON."""
    return Terms(
        rules=[Rule(**rule) for rule in stored["rules"]],
        combine=stored["combine"],
        base=stored["base"],
        multiplier=stored["multiplier"],
        matches={
            int(product): frozenset(rules)
            for product, rules in stored["matches"].items()
        },
    )
