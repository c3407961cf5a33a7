"""Which tier is reached, kept and lost: case tables and properties, no database."""

from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.tiers import (
    DOWN,
    HAND_END,
    UP,
    Decision,
    Fact,
    Ladder,
    Rise,
    Rung,
    Standing,
    best_since,
    decide,
    last_review,
    never_reached,
    next_review,
    year_before,
)

#: Examples aren't kept: a checkout may be read-only.
calm = settings(database=None, deadline=None, max_examples=200)

NEW, SILVER, GOLD = 1, 2, 3
LADDER = Ladder([Rung(NEW, 0), Rung(SILVER, 100), Rung(GOLD, 500)])
TODAY = date(2027, 4, 1)
SOON, PAST = date(2027, 4, 20), date(2027, 3, 31)

totals = st.integers(min_value=0, max_value=1000)
grades = st.sampled_from([None, NEW, SILVER, GOLD])
days = st.one_of(st.none(), st.dates(date(2027, 3, 1), date(2027, 5, 1)))
standings = st.builds(Standing, grades, totals, days, days)
ladders = st.lists(
    st.integers(min_value=0, max_value=900), min_size=1, max_size=5, unique=True
).map(lambda minimums: Ladder(Rung(n + 1, m) for n, m in enumerate(minimums)))
graces = st.one_of(st.none(), st.integers(min_value=0, max_value=60))


@tagged("post_install", "-at_install")
class TestToolsTiers(BaseCase):
    def test_what_a_total_deserves(self):
        for total, grade in (
            (-5, None),
            (0, NEW),
            (99, NEW),
            (100, SILVER),
            (9e9, GOLD),
        ):
            with self.subTest(total):
                self.assertEqual(LADDER.deserved(total), grade)
        self.assertIsNone(Ladder([]).deserved(10))
        self.assertIsNone(LADDER.above(GOLD))
        self.assertEqual(LADDER.above(None).grade, NEW)

    def test_released(self):
        for until in (SOON, PAST):
            for standing, decision in (
                (Standing(SILVER, 600, until), Decision(GOLD, HAND_END)),
                (Standing(SILVER, 100, until), Decision(SILVER)),
            ):
                with self.subTest(standing):
                    done = decide(LADDER, standing, TODAY, released=True)
                    self.assertEqual(done, decision)
                    self.assertTrue(done.changes(standing))

    def test_decisions(self):
        for name, standing, grace, decision in (
            ("stays", Standing(SILVER, 100), None, Decision(SILVER)),
            ("first tier", Standing(None, 0), None, Decision(NEW, UP)),
            ("up over one", Standing(NEW, 600), None, Decision(GOLD, UP)),
            ("no review", Standing(GOLD, 0), None, Decision(GOLD)),
            (
                "review",
                Standing(GOLD, 0),
                30,
                Decision(GOLD, falls_on=date(2027, 5, 1)),
            ),
            ("review, no grace", Standing(GOLD, 100), 0, Decision(SILVER, DOWN)),
            (
                "grace goes on, also at a review",
                Standing(GOLD, 0, falls_on=SOON),
                30,
                Decision(GOLD, falls_on=SOON),
            ),
            (
                "grace is over",
                Standing(GOLD, 0, falls_on=TODAY),
                None,
                Decision(NEW, DOWN),
            ),
            ("enough again", Standing(GOLD, 500, falls_on=TODAY), None, Decision(GOLD)),
            ("by hand", Standing(GOLD, 0, TODAY), 0, Decision(GOLD, until=TODAY)),
            ("by hand below", Standing(NEW, 900, SOON), 0, Decision(NEW, until=SOON)),
            ("hand ended", Standing(GOLD, 0, PAST), None, Decision(NEW, HAND_END)),
            ("hand ended, deserved", Standing(GOLD, 500, PAST), None, Decision(GOLD)),
            ("not of the ladder", Standing(77, 900), 0, Decision(77)),
        ):
            with self.subTest(name):
                self.assertEqual(decide(LADDER, standing, TODAY, grace), decision)

    @calm
    @given(ladders, totals, totals)
    def test_more_is_never_less(self, ladder, total, more):
        low, high = sorted((total, more))
        self.assertLessEqual(
            ladder.rank(ladder.deserved(low)), ladder.rank(ladder.deserved(high))
        )

    @calm
    @given(standings, graces)
    def test_deciding_twice_is_deciding_once(self, standing, grace):
        once = decide(LADDER, standing, TODAY, grace)
        after = Standing(once.grade, standing.total, once.until, once.falls_on)
        again = decide(LADDER, after, TODAY, grace)
        self.assertFalse(again.cause)
        self.assertFalse(again.changes(after))

    @calm
    @given(grades, totals, days, graces)
    def test_up_never_waits(self, grade, total, falls_on, grace):
        decision = decide(
            LADDER, Standing(grade, total, falls_on=falls_on), TODAY, grace
        )
        self.assertGreaterEqual(
            LADDER.rank(decision.grade), LADDER.rank(LADDER.deserved(total))
        )

    @calm
    @given(standings, graces)
    def test_down_never_before_the_grace_is_over(self, standing, grace):
        decision = decide(LADDER, standing, TODAY, grace)
        fallen = LADDER.rank(decision.grade) < LADDER.rank(standing.grade)
        over = standing.falls_on and standing.falls_on <= TODAY
        hand_ended = standing.until and standing.until < TODAY
        if fallen:
            self.assertTrue(over or hand_ended or grace == 0)
        if standing.until and standing.until >= TODAY:
            self.assertEqual(decision.grade, standing.grade)

    def test_totals_as_they_would_have_been(self):
        start = datetime(2027, 1, 1)
        facts = [Fact(start, 100), Fact(start + timedelta(days=300), 50)]
        now = start + timedelta(days=400)

        def year(moment):
            return moment - timedelta(days=365)

        self.assertEqual(best_since(facts, start, now, lambda _m: None), 150)
        self.assertEqual(best_since(facts, start, now, year), 150)
        late = start + timedelta(days=370)
        self.assertEqual(best_since(facts, late, now, year), 50)
        self.assertEqual(best_since([], start, now, year), 0)

    def test_rises_that_never_were(self):
        first, second = datetime(2027, 1, 1), datetime(2027, 2, 1)
        rises = [Rise(second, SILVER, 500), Rise(first, NEW, 100)]
        for name, total, result in (
            ("justified", 500, (GOLD, 0)),
            ("the latest isn't", 499, (SILVER, 1)),
            ("none is", 99, (NEW, 2)),
        ):
            with self.subTest(name):
                found = never_reached(LADDER, GOLD, rises, lambda _at, t=total: t)
                self.assertEqual(found, result)
        jump = [Rise(second, NEW, 500)]
        self.assertEqual(
            never_reached(LADDER, GOLD, jump, lambda _at: 120), (SILVER, 1)
        )

    @calm
    @given(totals, st.lists(st.sampled_from([NEW, SILVER, GOLD]), max_size=3))
    def test_taking_back_never_raises(self, total, befores):
        rises = [Rise(datetime(2027, 1, 1), before, 500) for before in befores]
        left, _undone = never_reached(LADDER, GOLD, rises, lambda _at: total)
        self.assertLessEqual(LADDER.rank(left), LADDER.rank(GOLD))
        self.assertLessEqual(LADDER.rank(LADDER.deserved(total)), LADDER.rank(left))

    def test_days_of_review(self):
        for period, day, latest, following in (
            ("month", date(2027, 4, 30), date(2027, 4, 1), date(2027, 5, 1)),
            ("month", date(2027, 12, 1), date(2027, 12, 1), date(2028, 1, 1)),
            ("quarter", date(2027, 6, 30), date(2027, 4, 1), date(2027, 7, 1)),
            ("quarter", date(2027, 11, 5), date(2027, 10, 1), date(2028, 1, 1)),
            ("year", date(2027, 1, 1), date(2027, 1, 1), date(2028, 1, 1)),
        ):
            with self.subTest(period=period, day=day):
                self.assertEqual(last_review(period, day), latest)
                self.assertEqual(next_review(period, day), following)
        self.assertEqual(year_before(date(2027, 4, 1)), date(2026, 4, 2))
        self.assertEqual(year_before(date(2028, 2, 29)), date(2027, 3, 1))
