"""What is left to pay, in whole numbers, while discounts are taken off in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from math import floor

from .facts import Facts, Line


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number by weights; what is left over goes to the largest parts.

    The shares add up to ``total``, and none exceeds its weight while ``total`` doesn't
    exceed their sum.
    """
    whole = sum(weights)
    if not whole or not total:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    rest = total - sum(shares)
    by_rest = sorted(
        range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n)
    )
    for number in by_rest[:rest]:
        shares[number] += 1
    return shares


def percent_of(base: int, percent: Fraction) -> int:
    """To the nearest whole number, halves upwards."""
    return floor(base * percent / 100 + Fraction(1, 2))


def untaxed(amount: int, shown: int, paid: int) -> int:
    """The whole price to which taxes come on top, as near to the amount as there is.

    With its taxes it never exceeds the amount.

    :param shown: what the goods cost without these taxes; ``paid``: with them.
    """
    if shown == paid:
        return amount
    price = amount * shown // paid + 1
    while price + percent_of(price, Fraction(100 * (paid - shown), shown)) > amount:
        price -= 1
    return price


class Purse:
    """Takes money off lines, never more than there is."""

    def __init__(self, facts: Facts) -> None:
        goods = sorted(facts.lines, key=lambda line: line.rank)
        amounts = [line.amount for line in goods]
        off = spread(min(facts.off, sum(amounts)), amounts)
        delivery = sorted(facts.delivery, key=lambda line: line.rank)
        lines = [*goods, *delivery]
        self._left = {line.key: line.amount for line in lines}
        for line, part in zip(goods, off, strict=True):
            self._left[line.key] -= part
        self._place = {line.key: number for number, line in enumerate(lines)}
        self._taxes = {line.tax: repr(line.tax) for line in lines}

    def of(self, lines: Iterable[Line]) -> int:
        """What is left of these lines."""
        return sum(self._left[line.key] for line in lines)

    def take(self, amount: int, lines: Iterable[Line]) -> dict[Hashable, int]:
        """Take an amount off these lines, as far as there is so much.

        :return: tax group -> what was taken there.
        """
        groups = defaultdict(list)
        for line in lines:
            if self._left[line.key]:
                groups[line.tax].append(line.key)
        taxes = sorted(groups, key=self._taxes.__getitem__)
        totals = [sum(self._left[key] for key in groups[tax]) for tax in taxes]
        parts = spread(min(amount, sum(totals)), totals)
        for tax, part in zip(taxes, parts, strict=True):
            keys = sorted(groups[tax], key=self._place.__getitem__)
            shares = spread(part, [self._left[key] for key in keys])
            for key, share in zip(keys, shares, strict=True):
                self._left[key] -= share
        return {tax: part for tax, part in zip(taxes, parts, strict=True) if part}

    def put_back(self, before: dict[int, int]) -> None:
        """Take back all that was taken since ``before``, a copy that ``kept`` made."""
        self._left = before

    def kept(self) -> dict[int, int]:
        """What is left of each line now, to come back to."""
        return dict(self._left)
