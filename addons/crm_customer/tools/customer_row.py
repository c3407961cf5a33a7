"""A row of a customer file as values of a contact: repaired, looked up, judged.

Pure: what the database knows comes in as `Lookups`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any

from . import address, dates, gender, phone
from .spreadsheet import CellError
from .text import cell_text, clean, clean_lines, fold, split_names
from .verdict import Note, ValueRejected

_COMPANY_WORDS = {
    "cong ty",
    "doanh nghiep",
    "to chuc",
    "company",
    "1",
    "true",
    "x",
    "co",
}
_PERSON_WORDS = {"ca nhan", "person", "individual", "0", "false", "khong"}


@dataclass
class Lookups:
    """What names in the file stand for.

    The keys of ``sources``, ``tags``, ``positions``, ``owners`` and ``countries`` are
    folded names (`text.fold`); the values are ids. ``states`` and ``cities`` go from
    the codes of `address.Place` to ids. ``regions`` from countries to
    ISO codes. ``phone_identifies`` tells whether a phone belongs to one customer; if
    not, rows are told by their codes alone. Unknown names in the columns of ``growing``
    don't refuse a row: they will be created when the file is imported.
    """

    today: date
    country_id: int
    states: Mapping[str, int] = field(default_factory=dict)
    cities: Mapping[str, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    regions: Mapping[int, str] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)
    owners: Mapping[str, int] = field(default_factory=dict)
    region: str = "VN"
    growing: frozenset[str] = frozenset()
    phone_identifies: bool = True


@dataclass
class CustomerRow:
    """The verdict on one row.

    :ivar values: field -> value of ``res.partner``, JSON-able; only filled cells. Tags
        are a list of ids.
    :ivar phone: E.164, empty when the row has none or several may have the same.
    :ivar problems: ``{"column", "code", "params"}`` that refuse the row.
    :ivar notes: the same shape, for what was repaired or left out.
    :ivar fingerprint: same for rows of the same content: tells a row when it is
        imported again. Only rows with neither code nor phone have one.
    """

    values: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    phone: str = ""
    problems: list[dict] = field(default_factory=list)
    notes: list[dict] = field(default_factory=list)
    fingerprint: str = ""

    def reject(self, column: str, code: str, **params: Any) -> None:
        self.problems.append({"column": column, "code": code, "params": params})

    def note(self, column: str, note: Note) -> None:
        params = {
            key: value for key, value in note.params.items() if key != "candidates"
        }
        candidates = [name for _code, name in note.params.get("candidates", ())]
        if candidates:
            params["candidates"] = ", ".join(candidates)
        self.notes.append({"column": column, "code": note.code, "params": params})


def read_row(cells: Mapping[str, Any], lookups: Lookups) -> CustomerRow:
    """Judge a row.

    :param cells: column key (`headings.COLUMNS`) -> cell value, which may be empty.
    """
    row = CustomerRow()
    for column, read in _READERS.items():
        cell = cells.get(column)
        if cell is None or cell == "":
            continue
        if isinstance(cell, CellError):
            row.reject(column, cell.code, **cell.params)
            continue
        try:
            read(row, cell, lookups)
        except ValueRejected as refusal:
            row.reject(column, refusal.code, **refusal.params)
    _read_address(row, cells, lookups)
    if not (row.code or row.phone):
        row.fingerprint = _fingerprint(cells)
    return row


def names_in(cells: Mapping[str, Any], column: str) -> list[str]:
    """The names that a cell of a list column (source, tags, position, owner) holds."""
    typed = cell_text(cells.get(column))
    parts = split_names(typed) if column == "tags" else [typed]
    return [name for part in parts if (name := clean(part))]


def _fingerprint(cells: Mapping[str, Any]) -> str:
    content = "\x1f".join(
        f"{key}={fold(cell_text(cells[key]))}" for key in sorted(cells)
    )
    return blake2b(content.encode(), digest_size=16).hexdigest()


# ------------------------------------------------------------------------ cell readers


def _read_code(row: CustomerRow, cell: Any, _lookups: Lookups) -> None:
    row.code = clean(cell_text(cell))
    if row.code:
        row.values["ref"] = row.code


def _read_phone(row: CustomerRow, cell: Any, lookups: Lookups) -> None:
    country = row.values.get("country_id")
    region = lookups.regions.get(country, lookups.region)
    found = phone.repair_phone(cell, region)
    row.phone = found.e164 if lookups.phone_identifies else ""
    row.values["phone"] = found.text
    for note in found.repairs:
        row.note("phone", note)


def _read_gender(row: CustomerRow, cell: Any, _lookups: Lookups) -> None:
    row.values["gender"] = gender.parse_gender(cell)


def _read_birthdate(row: CustomerRow, cell: Any, lookups: Lookups) -> None:
    day = dates.parse_date(cell, today=lookups.today, kind="birthdate")
    if day:
        row.values["birthdate"] = day.isoformat()


def _read_member_since(row: CustomerRow, cell: Any, lookups: Lookups) -> None:
    day = dates.parse_date(cell, today=lookups.today)
    if day:
        row.values["member_since"] = day.isoformat()


def _read_is_company(row: CustomerRow, cell: Any, _lookups: Lookups) -> None:
    word = fold(cell_text(cell))
    if word not in _COMPANY_WORDS | _PERSON_WORDS:
        raise ValueRejected("customer_type_invalid", value=cell_text(cell))
    row.values["is_company"] = word in _COMPANY_WORDS


def _read_tags(row: CustomerRow, cell: Any, lookups: Lookups) -> None:
    names = names_in({"tags": cell}, "tags")
    unknown = [name for name in names if fold(name) not in lookups.tags]
    if unknown:
        _unknown_name(row, "tag", "tags", ", ".join(unknown), lookups)
    known = {lookups.tags[fold(name)] for name in names if name not in unknown}
    row.values["category_id"] = sorted(known)


def _read_email(row: CustomerRow, cell: Any, _lookups: Lookups) -> None:
    typed = clean(cell_text(cell))
    name, at, domain = typed.rpartition("@")
    if not (name and at and "." in domain.strip(".") and " " not in typed):
        raise ValueRejected("email_invalid", value=typed)
    row.values["email"] = typed


def _read_note(row: CustomerRow, cell: Any, _lookups: Lookups) -> None:
    row.values["comment"] = clean_lines(cell_text(cell))


def _text(field_name: str) -> Callable[[CustomerRow, Any, Lookups], None]:
    def read(row: CustomerRow, cell: Any, _lookups: Lookups) -> None:
        if typed := clean(cell_text(cell)):
            row.values[field_name] = typed

    return read


def _named(
    column: str, field_name: str, table: str
) -> Callable[[CustomerRow, Any, Lookups], None]:
    """Reader of a column whose name must be known in a table of `Lookups`."""

    def read(row: CustomerRow, cell: Any, lookups: Lookups) -> None:
        typed = clean(cell_text(cell))
        if not typed:
            return
        if found := getattr(lookups, table).get(fold(typed)):
            row.values[field_name] = found
        else:
            _unknown_name(row, column, column, typed, lookups)

    return read


def _unknown_name(
    row: CustomerRow, kind: str, column: str, name: str, lookups: Lookups
) -> None:
    if column not in lookups.growing:
        raise ValueRejected(f"{kind}_unknown", value=name)
    row.note(column, Note(f"{kind}_created", {"value": name}))


_READERS: dict[str, Callable[[CustomerRow, Any, Lookups], None]] = {
    # The country first: it decides how a phone number is read.
    "country": _named("country", "country_id", "countries"),
    "code": _read_code,
    "name": _text("name"),
    "phone": _read_phone,
    "email": _read_email,
    "gender": _read_gender,
    "birthdate": _read_birthdate,
    "is_company": _read_is_company,
    "member_since": _read_member_since,
    "source": _named("source", "source_id", "sources"),
    "tags": _read_tags,
    "owner": _named("owner", "user_id", "owners"),
    "position": _named("position", "position_id", "positions"),
    "company_name": _text("company_name"),
    "vat": _text("vat"),
    "website": _text("website"),
    "note": _read_note,
}

_ADDRESS_COLUMNS = ("street", "ward", "district", "province")


def _read_address(row: CustomerRow, cells: Mapping[str, Any], lookups: Lookups) -> None:
    """Street, ward, district and province together, in the form of today.

    Foreign addresses are taken as they are: the city's name in the province column.
    """
    broken = [
        column
        for column in _ADDRESS_COLUMNS
        if isinstance(cells.get(column), CellError)
    ]
    for column in broken:
        row.reject(column, cells[column].code, **cells[column].params)
    street, ward, district, province = (
        clean(cell_text(cells.get(column))) for column in _ADDRESS_COLUMNS
    )
    if broken or not (street or ward or district or province):
        return
    if row.values.get("country_id", lookups.country_id) != lookups.country_id:
        row.values |= _filled(
            {"street": street, "street2": ward, "city": province or district}
        )
        return
    row.values.setdefault("country_id", lookups.country_id)
    if ward or district or province:
        try:
            place = address.resolve(province, district, ward, street)
        except ValueRejected as refusal:
            row.reject("province", refusal.code, **refusal.params)
            return
    else:
        try:
            street, place = address.parse_free_text(street)
        except ValueRejected:  # a street without a province
            place = address.Place()
    for note in place.notes:
        row.note("ward", note)
    typed_ward = ", ".join(name for name in (ward, district) if name)
    row.values |= _filled(
        {
            "street": street,
            "city_id": lookups.cities.get(place.ward_code),
            "city": place.ward_name or typed_ward,
            "state_id": lookups.states.get(place.province_code),
        }
    )


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
