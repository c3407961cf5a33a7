"""Dates in the notations of Vietnamese spreadsheets, day first."""

import re
from datetime import date, datetime, timedelta
from typing import Literal

from .text import cell_text, clean, fold
from .verdict import ValueRejected

OLDEST_AGE = 130
FIRST_YEAR, LAST_YEAR = 1800, 2200
# A two-digit year of a date other than a birthdate lies at most so far ahead.
PIVOT_YEARS_AHEAD = 10
# Serial day numbers of Excel (1900 system) from 1 January 1910 to 31 December 2099.
# Narrower than Excel's own range, so that a lone year such as 1990 isn't 13 June 1905.
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_SERIALS = range(3654, 73051)

_TIME = re.compile(
    r"(?:[ t]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:am|pm|sa|ch))?"
    r"(?: ?(?:z|[+-]\d{2}:?\d{2}))?)$"
)
_DAY_FIRST = re.compile(r"(\d{1,2}) ?([-/. ]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WORDS = re.compile(r"(?:ngay )?(\d{1,2}) ?thang (\d{1,2})(?: ?, ?| )(?:nam )?(\d{4})")
_SERIAL = re.compile(r"(\d{4,5})(?:[.,]\d+)?")


def parse_date(
    value: object, *, today: date, kind: Literal["date", "birthdate"] = "date"
) -> date | None:
    """Return the day that a cell means, ``None`` for an empty cell.

    Understood: ``31/12/1990`` (also with ``-``, ``.``, blanks, two-digit years),
    ``1990-12-31``, ``19901231``, ``ngày 5 tháng 3 năm 1990``, any of them with a time
    (which is dropped, the day stays as written), date objects and Excel's day numbers.
    Month-first dates are refused, not guessed: 05/03 could be either, and a wrong guess
    would never be noticed.

    :param today: the user's day; birthdates of two-digit years lie before it.
    :raise ValueRejected: ``date_invalid``; for birthdates also ``date_future`` and
        ``date_too_old`` (more than 130 years ago).
    """
    if isinstance(value, datetime):
        day = value.date()
    elif isinstance(value, date):
        day = value
    else:
        typed = clean(cell_text(value))
        if not typed:
            return None
        day = None if isinstance(value, bool) else _parse(typed, today, kind)
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueRejected("date_invalid", value=typed)
    if kind == "birthdate":
        if day > today:
            raise ValueRejected("date_future", value=day.isoformat())
        if (day.year + OLDEST_AGE, day.month, day.day) < (
            today.year,
            today.month,
            today.day,
        ):
            raise ValueRejected("date_too_old", value=day.isoformat(), years=OLDEST_AGE)
    return day


def _parse(typed: str, today: date, kind: str) -> date | None:
    if (match := _SERIAL.fullmatch(typed)) and int(match[1]) in EXCEL_SERIALS:
        return EXCEL_EPOCH + timedelta(days=int(match[1]))
    text = _TIME.sub("", fold(typed))
    if match := _DAY_FIRST.fullmatch(text):
        day, _separator, month, year = match.groups()
        if len(year) == 2:
            return _two_digit_year(int(year), int(month), int(day), today, kind)
        return _day(int(year), int(month), int(day))
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _COMPACT.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _WORDS.fullmatch(text):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    return None


def _two_digit_year(
    year: int, month: int, day: int, today: date, kind: str
) -> date | None:
    """Return the latest such day that may be meant: birthdates never lie ahead."""
    ahead = 0 if kind == "birthdate" else PIVOT_YEARS_AHEAD
    for century in (today.year // 100 * 100 + offset for offset in (100, 0, -100)):
        found = _day(century + year, month, day)
        if found and (found.year - ahead, month, day) <= (
            today.year,
            today.month,
            today.day,
        ):
            return found
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
