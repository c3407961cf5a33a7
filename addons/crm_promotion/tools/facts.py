"""What an order is, as plain values: all that promotions may ask about it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

#: Of a product ("product", 7), of what it belongs to ("category", 3), ("tag", 5).
Mark = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """Goods: what is paid for them in the currency's smallest unit, and how many.

    ``key``: a number of its own among all lines of the order, delivery included.
    ``tax``: lines of one tax group share the line of a discount.
    """

    key: int
    product: int
    quantity: Fraction
    amount: int
    marks: frozenset[Mark] = frozenset()
    tax: Hashable = ()

    @property
    def rank(self) -> tuple:
        """Sorts lines so that only what can't be told apart is in any order."""
        return (self.product, self.amount, self.quantity, repr(self.tax), self.key)


@dataclass(frozen=True, slots=True)
class Customer:
    """``orders``: confirmed before this one. ``last_purchase``: the day of the last."""

    groups: frozenset[int] = frozenset()
    grade: int | None = None
    source: int | None = None
    tags: frozenset[int] = frozenset()
    birth_month: int | None = None
    orders: int = 0
    last_purchase: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """``moment``: in the shop's zone. ``off``: discounts that a person gave by hand.

    ``codes`` and ``vouchers``: programs whose public code was entered, and those of
    which the order holds a voucher. ``refused``: program -> why it can't be given
    whatever its conditions say, such as a limit that is reached. ``prices``: what
    products that could be gifts are worth. ``left``: program -> what is left of its
    budget.
    """

    moment: datetime
    lines: tuple[Line, ...] = ()
    delivery: tuple[Line, ...] = ()
    off: int = 0
    customer: Customer = field(default_factory=Customer)
    currency: int = 0
    pricelist: int | None = None
    team: int | None = None
    codes: frozenset[int] = frozenset()
    vouchers: frozenset[int] = frozenset()
    refused: Mapping[int, str] = field(default_factory=dict)
    prices: Mapping[int, int] = field(default_factory=dict)
    left: Mapping[int, int] = field(default_factory=dict)

    def marks(self) -> set[Mark]:
        """All that programs can be looked up by."""
        found: set[Mark] = set().union(*(line.marks for line in self.lines))
        customer = self.customer
        found.update(("group", group) for group in customer.groups)
        found.update(("customer_tag", tag) for tag in customer.tags)
        found.update(("code", program) for program in self.codes)
        found.update(("voucher", program) for program in self.vouchers)
        for name, value in (
            ("grade", customer.grade),
            ("source", customer.source),
            ("birth_month", customer.birth_month),
            ("pricelist", self.pricelist),
            ("team", self.team),
        ):
            if value:
                found.add((name, value))
        return found
