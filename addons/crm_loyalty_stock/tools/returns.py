"""How many of an order's goods came back to the warehouse."""

from fractions import Fraction


def came_back(ordered: Fraction, out: Fraction, back: Fraction) -> Fraction:
    """What the customer had and has no more, without what was sent out once more.

    What hasn't been delivered yet didn't come back: it is still to come.

    :param out: what all transfers took to the customer.
    :param back: what all transfers brought back.
    """
    missing = max(Fraction(0), ordered - (out - back))
    return min(back, missing)
