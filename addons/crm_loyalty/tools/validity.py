"""Until when points can be used."""

from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from pytz import UTC, timezone


def expires_on(validity: str, months: int, day: date) -> date | None:
    """The last day on which points earned on ``day`` can be used.

    :param validity: ``none``, ``months`` after earning or ``year_end``.
    """
    if validity == "months":
        return day + relativedelta(months=months)
    if validity == "year_end":
        return date(day.year, 12, 31)
    return None


def local_day(moment: datetime, zone: str) -> date:
    """The day that it is in the zone at a moment in UTC."""
    return UTC.localize(moment).astimezone(timezone(zone)).date()


def day_after(day: date, zone: str) -> datetime:
    """The moment, in UTC, when the day is over in the zone."""
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return timezone(zone).localize(midnight).astimezone(UTC).replace(tzinfo=None)
