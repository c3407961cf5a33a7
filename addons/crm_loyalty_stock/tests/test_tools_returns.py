"""What counts as returned, as a case table."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.returns import came_back

calm = settings(database=None, deadline=None)
numbers = st.integers(0, 50).map(Fraction)


class TestCameBack(BaseCase):
    def test_cases(self):
        for ordered, out, back, expected in (
            (5, 0, 0, 0),  # nothing has left yet
            (5, 5, 0, 0),
            (5, 5, 2, 2),
            (5, 5, 5, 5),
            (5, 3, 1, 1),  # two are still to come
            (5, 6, 1, 0),  # exchanged: one more was sent out
            (5, 7, 4, 2),  # two of four were exchanged
            (5, 8, 0, 0),  # more than was ordered
            (0, 2, 2, 0),  # never ordered
        ):
            with self.subTest(ordered=ordered, out=out, back=back):
                found = came_back(Fraction(ordered), Fraction(out), Fraction(back))
                self.assertEqual(found, expected)

    @calm
    @given(numbers, numbers, numbers)
    def test_no_more_than_came_in_or_was_ordered(self, ordered, out, back):
        back = min(back, out)
        self.assertTrue(0 <= came_back(ordered, out, back) <= min(back, ordered))

    @calm
    @given(numbers, numbers, numbers)
    def test_goods_that_are_sent_again_are_as_if_never_back(self, ordered, out, back):
        out, back = min(out, ordered), min(back, out, ordered)
        if out == ordered:
            self.assertEqual(came_back(ordered, out + back, back), 0)
