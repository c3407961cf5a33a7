"""Conditions of customer groups: from what a person chose to a domain on customers.

An attribute says which field is looked at and what kind of value it has; the kind says
which operators fit and which inputs they need.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

MONTHS = range(1, 13)
LONGEST_PERIOD = 36_500  # days; further back there are no dates to compute with


class Attribute(NamedTuple):
    """What a condition looks at: a field of ``res.partner`` and its kind."""

    field: str
    kind: str


#: Attribute key -> what it looks at. Addons add theirs in `_attributes` of the model.
ATTRIBUTES = {
    "order_count": Attribute("customer_order_count", "number"),
    "amount_total": Attribute("customer_amount_total", "money"),
    "debt": Attribute("customer_debt", "money"),
    "days_since_purchase": Attribute("customer_last_order_date", "days"),
    "birth_month": Attribute("birth_month", "month"),
    "age": Attribute("age", "number"),
    "gender": Attribute("gender", "gender"),
    "source": Attribute("source_id", "source"),
    "tag": Attribute("category_id", "tag"),
    "province": Attribute("state_id", "province"),
    "owner": Attribute("user_id", "owner"),
    "member_since": Attribute("member_since", "period"),
}

_COMPARISONS = {
    ">=": ("{0}",),
    "<=": ("{0}",),
    "=": ("{0}",),
    "!=": ("{0}",),
    "between": ("{0}", "{0}_to"),
}
_RECORDS = {"in": ("{0}_ids",), "not_in": ("{0}_ids",), "set": (), "unset": ()}
_KINDS = {
    "number": ("number", _COMPARISONS),
    "money": ("amount", _COMPARISONS),
    "days": (
        "number",
        {
            ">=": ("{0}",),
            "<=": ("{0}",),
            "between": ("{0}", "{0}_to"),
            "never": (),
        },
    ),
    "month": (
        "months",
        {"in": ("{0}",), "this_month": (), "next_month": (), "unset": ()},
    ),
    "gender": ("gender", {"=": ("{0}",), "!=": ("{0}",), "unset": ()}),
    "source": ("source", _RECORDS),
    "tag": ("tag", _RECORDS),
    "province": ("state", _RECORDS),
    "owner": ("user", _RECORDS),
    "period": (
        "date",
        {
            "between": ("date_from", "date_to"),
            "since": ("date_from",),
            "until": ("date_to",),
            "last_days": ("number",),
            "this_month": (),
            "unset": (),
        },
    ),
}
#: Kind -> operator -> inputs (fields of a condition) that it needs.
INPUTS = {
    kind: {
        operator: tuple(name.format(prefix) for name in names)
        for operator, names in operators.items()
    }
    for kind, (prefix, operators) in _KINDS.items()
}


def add_record_kind(kind: str, prefix: str):
    """Let conditions look at links of another kind; for addons.

    :param prefix: the records are chosen in the field ``<prefix>_ids``.
    """
    INPUTS[kind] = {
        operator: tuple(name.format(prefix) for name in names)
        for operator, names in _RECORDS.items()
    }


@dataclass(frozen=True)
class Values:
    """The inputs of a condition; only those that its operator needs count."""

    number: int = 0
    number_to: int = 0
    amount: float = 0
    amount_to: float = 0
    date_from: date | None = None
    date_to: date | None = None
    months: tuple[int, ...] = ()
    gender: str | None = None
    ids: tuple[int, ...] = ()


def operators(kind: str) -> list[str]:
    """Operators that fit, the usual one first."""
    return list(INPUTS[kind])


def problem(kind: str, operator: str, values: Values) -> str | None:
    """Why a condition can't be used; None when it can.

    One of ``operator``, ``missing``, ``order`` and ``negative``.
    """
    if operator not in INPUTS[kind]:
        return "operator"
    needed = INPUTS[kind][operator]
    if any(_is_missing(name, values) for name in needed):
        return "missing"
    if any(getattr(values, name, 0) < 0 for name in needed if name == "number"):
        return "negative"
    pairs = (("number", "number_to"), ("amount", "amount_to"), ("date_from", "date_to"))
    for low, high in pairs:
        both = low in needed and high in needed
        if both and getattr(values, low) > getattr(values, high):
            return "order"
    return None


def parse_months(text: str | None) -> tuple[int, ...]:
    """Months out of a text such as ``1, 2,12``, in their order.

    :raise ValueError: when something else than a month is among them.
    """
    parts = [part.strip() for part in (text or "").split(",")]
    months = sorted({int(part) for part in parts if part})
    if any(month not in MONTHS for month in months):
        raise ValueError(text)
    return tuple(months)


def domain(attribute: Attribute, operator: str, values: Values, today: date) -> list:
    """The domain on ``res.partner`` that a condition stands for.

    :param today: the calendar's day where the shop is.
    """
    field, kind = attribute
    match kind:
        case "number":
            return _comparison(field, operator, values.number, values.number_to)
        case "money":
            return _comparison(field, operator, values.amount, values.amount_to)
        case "days":
            return _days(field, operator, values, today)
        case "month":
            return [(field, "in", _months(operator, values, today))]
        case "gender":
            return [_gender(field, operator, values)]
        case "period":
            return _period(field, operator, values, today)
    return [_records(field, operator, values)]


def _is_missing(name: str, values: Values) -> bool:
    if name.endswith("_ids"):
        return not values.ids
    if name in ("months", "gender", "date_from", "date_to"):
        return not getattr(values, name)
    return False  # zero is a number


def _comparison(field: str, operator: str, value, until) -> list:
    if operator == "between":
        return [(field, ">=", value), (field, "<=", until)]
    return [(field, operator, value)]


def _days(field: str, operator: str, values: Values, today: date) -> list:
    """Days that have passed; who never bought is neither long ago nor lately."""
    newest, oldest = _ago(today, values.number), _ago(today, values.number_to)
    match operator:
        case "never":
            return [(field, "=", False)]
        case ">=":
            return [(field, "<=", newest)]
        case "<=":
            return [(field, ">=", newest)]
    return [(field, "<=", newest), (field, ">=", oldest)]


def _ago(today: date, days: int) -> date:
    return today - timedelta(days=min(days, LONGEST_PERIOD))


def _months(operator: str, values: Values, today: date) -> list:
    match operator:
        case "this_month":
            return [today.month]
        case "next_month":
            return [today.month % 12 + 1]
        case "unset":
            return [False, 0]
    return list(values.months)


def _gender(field: str, operator: str, values: Values) -> tuple:
    if operator == "unset":
        return (field, "=", False)
    return (field, operator, values.gender)


def _period(field: str, operator: str, values: Values, today: date) -> list:
    first = today.replace(day=1)
    match operator:
        case "unset":
            return [(field, "=", False)]
        case "since":
            return [(field, ">=", values.date_from)]
        case "until":
            return [(field, "<=", values.date_to)]
        case "last_days":
            return [(field, ">=", _ago(today, values.number)), (field, "<=", today)]
        case "this_month":
            last = first + relativedelta(months=1, days=-1)
            return [(field, ">=", first), (field, "<=", last)]
    return [(field, ">=", values.date_from), (field, "<=", values.date_to)]


def _records(field: str, operator: str, values: Values) -> tuple:
    match operator:
        case "set":
            return (field, "!=", False)
        case "unset":
            return (field, "=", False)
        case "not_in":
            return (field, "not in", list(values.ids))
    return (field, "in", list(values.ids))
