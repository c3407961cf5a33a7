"""Numbers as they were meant: floats of the ORM are read as the decimals they show."""

from __future__ import annotations

from fractions import Fraction
from math import floor


def exact(number: float) -> Fraction:
    """A float as the decimal number that was typed, whatever binary made of it."""
    return Fraction(str(number))


def in_units(amount: float, units: int) -> int:
    """A rounded amount in the smallest units of its currency."""
    return round(exact(amount) * units)


def converted(quantity: float, factor: float, to_factor: float) -> Fraction:
    """A quantity in another unit of measure, not rounded: five of a dozen are 5/12."""
    return exact(quantity) * exact(factor) / exact(to_factor)


def points_for(price: int, worth: Fraction) -> int:
    """How many points a price takes at most, both in the smallest units."""
    return floor(price / worth)
