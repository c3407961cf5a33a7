"""What confirmed orders claim of promotions, and what that changes in the counters.

Pure: no database. Money is whole smallest units of the program's currency.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from math import floor
from typing import NamedTuple


class Claim(NamedTuple):
    """An order uses a program once, and this is what it takes from the budget."""

    program: int
    order: int
    partner: int
    day: date
    amount: int = 0


class Scope(NamedTuple):
    """What a counter counts: all uses, a customer's, a day's, a customer's of a day."""

    program: int
    partner: int | None = None
    day: date | None = None


class Delta(NamedTuple):
    """A change of one counter."""

    used: int
    amount: int


def differences(old: Iterable[Claim], new: Iterable[Claim]) -> dict[Scope, Delta]:
    """How counters change when claims become other ones; without those that stay.

    Only the counter of all uses knows the money: that is what a budget limits.
    """
    used: dict[Scope, int] = defaultdict(int)
    amount: dict[Scope, int] = defaultdict(int)
    for sign, claims in ((-1, old), (1, new)):
        for claim in claims:
            for scope in scopes(claim):
                used[scope] += sign
            amount[Scope(claim.program)] += sign * claim.amount
    return {
        scope: Delta(used[scope], amount[scope])
        for scope in sorted(used, key=_in_order)
        if used[scope] or amount[scope]
    }


def scopes(claim: Claim) -> tuple[Scope, ...]:
    """The counters that a claim counts in."""
    program, partner, day = claim.program, claim.partner, claim.day
    return (
        Scope(program),
        Scope(program, None, day),
        Scope(program, partner),
        Scope(program, partner, day),
    )


def kept_share(goods: Iterable[tuple[int, Fraction, Fraction]]) -> Fraction:
    """The part of an order's goods that the customer keeps, by value.

    :param goods: worth, quantity and kept quantity of each line. Goods without worth
        count by their number, so that an order of them can be returned, too.
    """
    goods = [(worth, Fraction(kept) / quantity) for worth, quantity, kept in goods]
    whole = sum(worth for worth, _part in goods)
    if not goods:
        return Fraction(1)
    if not whole:
        return sum((part for _worth, part in goods), Fraction(0)) / len(goods)
    return sum((worth * part for worth, part in goods), Fraction(0)) / whole


def kept_amount(total: int, share: Fraction) -> int:
    """The part of an amount that goes with the kept goods, rounded down."""
    return total if share >= 1 else floor(total * max(share, Fraction(0)))


def _in_order(scope: Scope):
    # Every transaction takes the counters in the same order: no deadlocks.
    return (scope.program, scope.partner or 0, scope.day or date.min)
