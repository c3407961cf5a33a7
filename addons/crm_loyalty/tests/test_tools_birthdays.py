"""Birthdays, and what a late job makes up for."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.birthdays import LIMIT, born_on, days_due

# A busy machine draws examples slowly.
calm = settings(
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
DAY = timedelta(days=1)
dates = st.dates(date(2023, 1, 1), date(2032, 12, 31))


@tagged("-at_install", "post_install")
class TestBirthdays(BaseCase):
    def test_days_due(self):
        today = date(2027, 3, 2)
        for latest, due in (
            (None, [2]),
            (today, [2]),
            (date(2027, 3, 1), [2]),
            (date(2027, 2, 27), [28, 1, 2]),
            (date(2027, 3, 5), [2]),
        ):
            with self.subTest(latest=latest):
                days = days_due(latest, today)
                self.assertEqual([day.day for day in days], due)
        self.assertEqual(len(days_due(date(2026, 1, 1), today)), LIMIT)

    def test_29_february(self):
        self.assertEqual(born_on(date(2027, 2, 28)), [28, 29])
        self.assertEqual(born_on(date(2028, 2, 28)), [28])
        self.assertEqual(born_on(date(2028, 2, 29)), [29])

    @calm
    @given(dates, st.lists(st.integers(1, LIMIT), min_size=1, max_size=12))
    def test_every_day_is_looked_at_whenever_the_job_runs(self, first, gaps):
        latest, seen = first, [first]
        for gap in gaps:
            due = days_due(latest, latest + gap * DAY)
            seen += due
            latest += gap * DAY
        self.assertEqual(seen, [first + n * DAY for n in range(len(seen))])

    @calm
    @given(st.dates(date(1930, 1, 1), date(2022, 12, 31)), st.integers(2023, 2032))
    def test_one_birthday_a_year(self, birthdate, year):
        day, found = date(year, 1, 1), 0
        while day.year == year:
            found += (birthdate.month, birthdate.day) in [
                (day.month, number) for number in born_on(day)
            ]
            day += DAY
        self.assertEqual(found, 1)
