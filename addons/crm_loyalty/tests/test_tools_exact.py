"""Decimals that are meant, not their binary neighbours."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.earning import Line, Rule, Terms, earn
from ..tools.exact import converted, exact, in_units, points_for

calm = settings(database=None, deadline=None, max_examples=300)
cents = st.integers(0, 10**11)


@tagged("-at_install", "post_install")
class TestExact(BaseCase):
    def test_cases(self):
        self.assertEqual(in_units(29.99, 100), 2_999)
        self.assertEqual(in_units(0.1 + 0.2, 10), 3)
        self.assertEqual(points_for(2_999, exact(0.01) * 100), 2_999)
        self.assertEqual(points_for(30, exact(0.1) * 100), 3)
        self.assertEqual(points_for(29, exact(0.1) * 100), 2)
        self.assertEqual(points_for(99, exact(2.5)), 39)
        self.assertEqual(converted(5, 1, 12), Fraction(5, 12))
        self.assertEqual(converted(0.5, 12, 1), 6)
        self.assertEqual(exact(1e-7), Fraction(1, 10**7))

    @calm
    @given(cents, st.integers(1, 10**6))
    def test_points_of_an_amount_are_floored_exactly(self, price, money):
        units = in_units(price / 100, 100)
        rule = Rule(1, "money", 1, money=in_units(money / 100, 100))
        points = earn(Terms([rule]), [Line(1, Fraction(units), Fraction(1))]).points
        self.assertEqual(points, price // money)

    @calm
    @given(cents, st.integers(1, 10**6))
    def test_points_that_a_price_takes_are_floored_exactly(self, price, worth):
        points = points_for(in_units(price / 100, 100), exact(worth / 100) * 100)
        self.assertEqual(points, price // worth)

    @calm
    @given(st.integers(1, 1000), st.integers(1, 1000), st.integers(0, 1000))
    def test_parts_of_a_unit_add_up(self, number, factor, back):
        """So many of a dozen came back: the rest and they are what was ordered."""
        back = min(back, number)
        rest = Fraction(1) - converted(back, factor, number * factor)
        self.assertEqual(rest * number, number - back)
