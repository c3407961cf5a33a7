"""Exact arithmetic of earning, as case tables."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_loyalty.tools.earning import Line, Rule, Terms, earn, kept_of

MONEY = Rule(1, "money", 1, money=10_000)


def line(value, quantity=1, product=1):
    return Line(product, Fraction(value), Fraction(quantity))


@tagged("-at_install", "post_install")
class TestEarningRules(BaseCase):
    def test_cases(self):
        bonus = Rule(2, "order", 5)
        unit = Rule(3, "unit", 2, everything=False)
        for expected, terms, lines, by_points in (
            (15, Terms([MONEY]), [line(155_500)], 0),
            (15, Terms([MONEY]), [line(75_500), line(80_000)], 0),
            (20, Terms([MONEY, bonus]), [line(155_500)], 0),
            (15, Terms([MONEY, bonus], combine="best"), [line(155_500)], 0),
            (5, Terms([MONEY, bonus], combine="best"), [line(15_500)], 0),
            (31, Terms([MONEY], multiplier=200), [line(155_500)], 0),
            (7, Terms([MONEY]), [line(155_500)], Fraction(1, 2)),
            (15, Terms([MONEY], base="before"), [line(155_500)], Fraction(1, 2)),
            (0, Terms([Rule(1, "money", 1, 10_000, 200_000)]), [line(155_500)], 0),
            (4, Terms([unit], matches={1: frozenset([3])}), [line(9, "2.9")], 0),
            (0, Terms([unit], matches={2: frozenset([3])}), [line(9, 2)], 0),
            (0, Terms([MONEY, bonus]), [line(0, 0)], 0),
            (0, Terms([]), [line(155_500)], 0),
        ):
            with self.subTest(expected=expected, terms=terms):
                self.assertEqual(
                    earn(terms, lines, Fraction(by_points)).points, expected
                )

    def test_part_of_points_that_is_kept(self):
        for expected, total, kept, whole in (
            (50, 50, 3, 3),
            (33, 50, 2, 3),
            (16, 50, 1, 3),
            (0, 50, 0, 3),
            (50, 50, 0, 0),
        ):
            got = kept_of(total, Fraction(kept), Fraction(whole))
            self.assertEqual(got, expected)

    @settings(database=None, deadline=None)
    @given(
        st.lists(st.integers(0, 10**7), max_size=6),
        st.integers(1, 400),
        st.sampled_from(["add", "best"]),
    )
    def test_less_goods_never_earn_more(self, values, multiplier, combine):
        terms = Terms([MONEY, Rule(2, "order", 5)], combine, multiplier=multiplier)
        lines = [line(value) for value in values]
        points = earn(terms, lines).points
        self.assertGreaterEqual(points, earn(terms, lines[:-1]).points)
        reasons = earn(terms, lines).reasons
        self.assertLessEqual(abs(sum(r.points for r in reasons) - points), len(reasons))
