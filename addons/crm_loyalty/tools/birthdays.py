"""Whose birthday it is, and the days that a late job makes up for."""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta

#: So many days, today included, are looked at after an outage.
LIMIT = 31


def born_on(day: date) -> list[int]:
    """Days of that month on which those were born whose birthday it is.

    Of 29 February it is the 28th in common years.
    """
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        return [28, 29]
    return [day.day]


def days_due(latest: date | None, today: date) -> list[date]:
    """The days that nobody has looked at since the latest one, and today again.

    :param latest: the day that was looked at last; none before the first time.
    """
    missed = (today - latest).days - 1 if latest else 0
    missed = min(max(missed, 0), LIMIT - 1)
    return [today - timedelta(days=back) for back in range(missed, -1, -1)]
