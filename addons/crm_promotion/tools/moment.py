"""When it is in the shop."""

from datetime import datetime

from pytz import UTC, timezone


def local(moment: datetime, zone: str) -> datetime:
    """The shop's time, without a zone, at a moment in UTC."""
    return UTC.localize(moment).astimezone(timezone(zone)).replace(tzinfo=None)
