"""A list of points to give or take, one customer a row: headings, and what rows say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from odoo.addons.crm_customer.tools import headings
from odoo.addons.crm_customer.tools.phone import repair_phone
from odoo.addons.crm_customer.tools.spreadsheet import CellError
from odoo.addons.crm_customer.tools.text import cell_text, clean
from odoo.addons.crm_customer.tools.verdict import ValueRejected

#: Column -> how lists call it. Codes and phones are called as in customer lists.
_NAMES = {
    "points": ("points", "point", "điểm", "số điểm", "điểm thưởng", "điểm cộng"),
    "reason": ("reason", "lý do", "lí do", "ghi chú", "nội dung", "diễn giải"),
}
_BY_HEADING = {
    headings.normalise_heading(name): column
    for column, names in _NAMES.items()
    for name in names
}
_WHOLE = re.compile(r"([+-]?)\s*(\d{1,3}(?:[.,\s]\d{3})+|\d+)(?:[.,]0+)?")
#: More is a mistake in a column rather than a gift.
MOST_POINTS = 100_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row asks for; ``problem`` is why it can't be taken as it stands."""

    code: str = ""
    phone: str = ""
    points: int = 0
    reason: str = ""
    problem: str = ""


def match_columns(titles: Sequence[object]) -> dict[str, int]:
    """Column -> position; a column that occurs twice counts where it is first."""
    found: dict[str, int] = {}
    customer = headings.match_headings(titles)
    for position, (title, key) in enumerate(zip(titles, customer, strict=True)):
        own = _BY_HEADING.get(headings.normalise_heading(cell_text(title)))
        column = own or (key if key in ("code", "phone") else None)
        if column:
            found.setdefault(column, position)
    return found


def is_complete(columns: Iterable[str]) -> bool:
    """Whether a list with these columns says who gets how many points."""
    known = set(columns)
    return "points" in known and bool(known & {"code", "phone"})


def read_wish(
    values: Sequence[Any], columns: dict[str, int], region: str = "VN"
) -> Wish:
    """What a row asks for."""
    cells = {column: values[place] for column, place in columns.items()}
    if any(isinstance(value, CellError) for value in cells.values()):
        return Wish(problem="broken")
    code = clean(cell_text(cells.get("code")))
    reason = clean(cell_text(cells.get("reason")))
    phone, problem = "", ""
    if clean(cell_text(cells.get("phone"))):
        try:
            phone = repair_phone(cells["phone"], region).e164
        except ValueRejected:
            problem = "" if code else "phone"
    if not code and not phone and not problem:
        problem = "nobody"
    points = whole_points(cells.get("points"))
    if not points and not problem:
        problem = "points"
    return Wish(code, phone, points or 0, reason, problem)


def whole_points(value: Any) -> int | None:
    """The whole number that a cell means, None when it means none.

    ``1.000`` and ``1,000`` in a text are a thousand; parts of a point are refused.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        whole = int(value) if value == value and abs(value) <= MOST_POINTS else None
        return whole if whole == value else None
    match = _WHOLE.fullmatch(clean(cell_text(value)))
    if not match:
        return None
    points = int(re.sub(r"\D", "", match[2]))
    if points > MOST_POINTS:
        return None
    return -points if match[1] == "-" else points
