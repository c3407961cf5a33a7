"""Claims and the counters that they change, without a database."""

from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.claims import Claim, Delta, Scope, differences, kept_amount, kept_share

#: Examples aren't kept: a checkout may be read-only. Machines of tests may be slow.
calm = settings(
    database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
claims = st.builds(
    Claim,
    program=st.integers(1, 3),
    order=st.integers(1, 9),
    partner=st.integers(1, 3),
    day=st.sampled_from((MONDAY, TUESDAY)),
    amount=st.integers(0, 10**9),
)


def applied(*changes):
    """Counters after all these changes; those at zero left out."""
    counters = {}
    for change in changes:
        for scope, delta in change.items():
            used, amount = counters.get(scope, (0, 0))
            counters[scope] = (used + delta.used, amount + delta.amount)
    return {scope: both for scope, both in counters.items() if any(both)}


@tagged("post_install", "-at_install")
class TestClaims(BaseCase):
    def test_what_changes(self):
        one = Claim(1, 7, 5, MONDAY, 900)
        cases = {
            "nothing": ((), (), {}),
            "stays": ([one], [one], {}),
            "new": (
                [],
                [one],
                {
                    Scope(1): Delta(1, 900),
                    Scope(1, None, MONDAY): Delta(1, 0),
                    Scope(1, 5): Delta(1, 0),
                    Scope(1, 5, MONDAY): Delta(1, 0),
                },
            ),
            "dearer": (
                [one],
                [one._replace(amount=1000)],
                {Scope(1): Delta(0, 100)},
            ),
            "another customer": (
                [one],
                [one._replace(partner=6)],
                {
                    Scope(1, 5): Delta(-1, 0),
                    Scope(1, 5, MONDAY): Delta(-1, 0),
                    Scope(1, 6): Delta(1, 0),
                    Scope(1, 6, MONDAY): Delta(1, 0),
                },
            ),
        }
        for name, (old, new, expected) in cases.items():
            with self.subTest(name):
                self.assertEqual(differences(old, new), expected)

    @settings(calm)
    @given(st.lists(claims, max_size=6), st.lists(claims, max_size=6))
    def test_any_way_leads_to_the_same_counters(self, middle, end):
        direct = applied(differences((), end))
        around = applied(differences((), middle), differences(middle, end))
        self.assertEqual(around, direct)
        self.assertEqual(applied(differences((), end), differences(end, ())), {})

    @settings(calm)
    @given(st.permutations([Claim(p, 1, c, MONDAY, 5) for p in (1, 2) for c in (1, 2)]))
    def test_counters_are_always_taken_in_the_same_order(self, shuffled):
        usual = list(differences((), sorted(shuffled)))
        self.assertEqual(list(differences((), shuffled)), usual)

    def test_kept_share(self):
        one, two = Fraction(1), Fraction(2)
        cases = {
            "no goods": ([], 1),
            "all kept": ([(100, one, one)], 1),
            "all returned": ([(100, two, Fraction(0))], 0),
            "half of one": ([(100, two, one)], Fraction(1, 2)),
            "by value": ([(300, one, one), (100, one, Fraction(0))], Fraction(3, 4)),
            "free goods returned": ([(0, two, Fraction(0))], 0),
            "free goods kept": ([(0, two, two)], 1),
        }
        for name, (goods, expected) in cases.items():
            with self.subTest(name):
                self.assertEqual(kept_share(goods), expected)

    @settings(calm)
    @given(st.integers(0, 10**12), st.fractions(0, 1))
    def test_kept_amount_is_never_more_than_the_part(self, total, share):
        kept = kept_amount(total, share)
        self.assertTrue(0 <= kept <= total)
        self.assertTrue(0 <= total * share - kept < 1)
