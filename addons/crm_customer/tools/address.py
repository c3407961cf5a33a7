"""Vietnamese addresses as they are since July 2025: ward and province, no district.

Names of today and of before (63 provinces, districts, former wards) are understood,
offline only: addresses of customers don't leave the shop.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from .gazetteer import WARD_KINDS, Gazetteer, Name, gazetteer, read_name
from .text import clean, fold
from .verdict import Note, ValueRejected

# Official code of the province (General Statistics Office) -> code of Odoo's
# ``res.country.state`` (ISO 3166-2:VN), external id ``base.state_vn_<code>``.
ODOO_STATE_CODES = {
    **{"01": "VN-HN", "04": "VN-04", "08": "VN-07", "11": "VN-71", "12": "VN-01"},
    **{"14": "VN-05", "15": "VN-02", "19": "VN-69", "20": "VN-09", "22": "VN-13"},
    **{"24": "VN-56", "25": "VN-68", "31": "VN-HP", "33": "VN-66", "37": "VN-18"},
    **{"38": "VN-21", "40": "VN-22", "42": "VN-23", "44": "VN-25", "46": "VN-26"},
    **{"48": "VN-DN", "51": "VN-29", "52": "VN-30", "56": "VN-34", "66": "VN-33"},
    **{"68": "VN-35", "75": "VN-39", "79": "VN-SG", "80": "VN-37", "82": "VN-45"},
    **{"86": "VN-49", "91": "VN-44", "92": "VN-CT", "96": "VN-59"},
}

_COUNTRY = re.compile(r"(?:viet ?nam|vn|\d{5,6})\.?")
_POSTCODE = re.compile(r"\s+\d{5,6}$")
_UNIT_WORD = re.compile(
    r"\s+(?=(?:phường|xã|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh)\s"
    r"|(?:p|q|h|x|tp|tt|tx|t)\.|[pqf]\d|tp\s?hcm)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Place:
    """A province of today and, where it is certain, a ward of today.

    ``notes`` carry what could not be settled: ``district_unknown``, ``ward_missing``,
    ``ward_unknown``, ``ward_ambiguous``, ``ward_divided``. The latter two have
    ``candidates``: a tuple of ``(ward code, ward name)``, the likeliest first.
    """

    province_code: str = ""
    province_name: str = ""
    ward_code: str = ""
    ward_name: str = ""
    notes: tuple[Note, ...] = ()


def resolve(
    province: str, district: str = "", ward: str = "", street: str = ""
) -> Place:
    """Return today's place of an address given in columns.

    Names come with or without accents and prefixes. With a district the ward is a
    former one; without, it is one of today's, else a former one whose name is
    unambiguous. When the ward column is empty, a ward that ends ``street`` ("12 Lê Lợi,
    P. Bến Nghé") is used. Nothing at all gives an empty place.

    A former ward that was divided among several wards of today stays **empty**, with
    the note ``ward_divided``. The data do name a default (its first candidate), but
    which part an address lies in depends on the house, and a guessed ward looks exactly
    like a known one: parcels go astray and nobody can find the guesses again. The
    library's own answer, a geocoder on the internet, is out of the question.

    :raise ValueRejected: ``province_unknown``, ``province_missing``. Troubles with the
        district or the ward never lose the province: they are notes.
    """
    province, district, ward = clean(province), clean(district), clean(ward)
    if not ward and "," in street:
        last = clean(street.rpartition(",")[2])
        ward = last if read_name(last).kind in WARD_KINDS else ""
    return _resolve(province, district, ward)


def parse_free_text(address: str) -> tuple[str, Place]:
    """Split a one-cell address into the street and its place.

    ``"12 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM"`` -> ``("12 Lê Lợi", Place(…))``. What the
    place can't express (an unknown or divided ward, with its district) stays in the
    street text: nothing of the address is lost.

    :raise ValueRejected: ``province_unknown`` when the text doesn't end in a province.
    """
    parts = _split(address)
    if not parts or _find_province(parts[-1]) is None:
        raise ValueRejected("province_unknown", value=clean(address))
    province, rest = parts[-1], parts[:-1]
    if not rest:
        return "", _resolve(province, "", "")
    last, before = rest[-1], rest[-2] if len(rest) > 1 else ""
    as_ward = _resolve(province, "", last)
    if read_name(last).kind not in WARD_KINDS:
        with_district = _resolve(province, last, before)
        if with_district.ward_code and before:
            return ", ".join(rest[:-2]), with_district
        if with_district.ward_code:  # an island: a district without wards
            return "", with_district
        if not _has_note(with_district, "district_unknown"):
            return ", ".join(rest), _of_district(with_district, as_ward, last)
        if _has_note(as_ward, "ward_unknown"):  # a street, then
            return ", ".join(rest), replace(as_ward, notes=())
    if as_ward.ward_code:
        return ", ".join(rest[:-1]), as_ward
    return ", ".join(rest), as_ward


def iter_provinces() -> Iterator[tuple[str, str]]:
    """Yield ``(code, name)`` of the 34 provinces of today."""
    yield from gazetteer().provinces.items()


def iter_wards() -> Iterator[tuple[str, str, str]]:
    """Yield ``(code, name, province_code)`` of wards, communes and special zones."""
    for ward in gazetteer().wards.values():
        yield ward.code, ward.name, ward.province


@lru_cache(maxsize=1 << 16)
def _resolve(province: str, district: str, ward: str) -> Place:
    if not province:
        if district or ward:
            raise ValueRejected("province_missing")
        return Place()
    former = _find_province(province)
    if former is None and not district:  # KiotViet's "Hồ Chí Minh - Quận 1" in one cell
        province_part, _dash, district = (p.strip() for p in province.partition(" - "))
        former = _find_province(province_part) if district else None
    if former is None:
        raise ValueRejected("province_unknown", value=province)
    units = gazetteer()
    code = units.province_of[former]
    notes, found = _find_ward(units, code, former, district, ward)
    if len(found) == 1:
        only = units.wards[found[0]]
        return Place(code, units.provinces[code], only.code, only.name, notes)
    return Place(code, units.provinces[code], notes=notes)


def _find_province(typed: str) -> str | None:
    """Return the former province of that name (all names of today are former ones)."""
    found = gazetteer().province_names.find(read_name(typed))
    return found[0] if len(found) == 1 else None


def _find_ward(
    units: Gazetteer, code: str, former: str, district: str, ward: str
) -> tuple[tuple[Note, ...], tuple[str, ...]]:
    """Return notes and the wards of today that are meant: one if it is certain."""
    name = read_name(ward, "phuong")
    notes: tuple[Note, ...] = ()
    districts: list[str] = []
    former_wards: list[str] = []
    if district:
        districts, former_wards = _find_former(units, code, former, district, name)
        if not districts:
            notes = (Note("district_unknown", {"value": district}),)
    if not ward and not former_wards:
        missing = (Note("ward_missing", {"district": district}),) if district else ()
        return notes or missing, ()
    if former_wards:
        more, found = _successors(units, ward or district, former_wards)
        return (*notes, *more), found
    today = _find_today(units, code, former, districts, name)
    if len(today) == 1:
        return notes, today
    if today:
        return (*notes, _choice("ward_ambiguous", units, ward, today)), ()
    former_wards = units.former_ward_names[former].find(name)
    if former_wards and not districts:
        more, found = _successors(units, ward, former_wards)
        return (*notes, *more), found
    return (*notes, Note("ward_unknown", {"value": ward})), ()


def _find_former(
    units: Gazetteer, code: str, former: str, district: str, ward: Name
) -> tuple[list[str], list[str]]:
    """Return the former districts of that name and the former wards in them.

    Looks in the province as named first, then in those that it was merged with.
    """
    name = read_name(district, "quan")
    for province in dict.fromkeys((former, *units.former_of[code])):
        districts = units.district_names[province].find(name)
        divided = units.divided_names[province].find(name)
        for candidates in (districts, divided):
            wards = [w for key in candidates for w in _wards_in(units, key, ward)]
            if wards:
                return candidates, wards
        if districts or divided:
            return districts or divided, []
    return [], []


def _wards_in(units: Gazetteer, district: str, ward: Name) -> list[str]:
    # Islands were districts without wards: there the ward's part of the key is empty.
    if f"{district}_" in units.successors:
        return [f"{district}_"]
    return units.former_ward_names[district].find(ward)


def _find_today(
    units: Gazetteer, code: str, former: str, districts: list[str], name: Name
) -> tuple[str, ...]:
    """Return today's wards of that name.

    With a former district, or under the name of an abolished province, only wards on
    that land count: "Tân Bình, Bình Dương" isn't the Tân Bình in the middle of Ho Chi
    Minh City.
    """
    land = set(districts)
    if not land and units.surviving[code] != former:
        land = {former}
    found = units.ward_names[code].find(name)
    return tuple(w for w in found if not land or land & units.wards[w].origins)


def _successors(
    units: Gazetteer, typed: str, former_wards: list[str]
) -> tuple[tuple[Note, ...], tuple[str, ...]]:
    codes = tuple(
        dict.fromkeys(c for ward in former_wards for c in units.successors[ward])
    )
    if len(codes) == 1:
        return (), codes
    code = "ward_divided" if len(former_wards) == 1 else "ward_ambiguous"
    return (_choice(code, units, typed, codes),), ()


def _choice(code: str, units: Gazetteer, typed: str, wards: tuple[str, ...]) -> Note:
    candidates = tuple((ward, units.wards[ward].name) for ward in wards)
    return Note(code, {"value": typed, "candidates": candidates})


def _of_district(with_district: Place, as_ward: Place, typed: str) -> Place:
    """Return the place where a name may be a former district or a ward of today.

    "Võ Văn Ngân, Thủ Đức, HCM": the former city or today's ward? Not ours to guess.
    """
    if _has_note(with_district, "ward_divided") or _has_note(
        with_district, "ward_ambiguous"
    ):
        return with_district
    if as_ward.ward_code and not read_name(typed).kind:
        candidates = ((as_ward.ward_code, as_ward.ward_name),)
        note = Note("ward_ambiguous", {"value": typed, "candidates": candidates})
    else:
        note = Note("ward_missing", {"district": typed})
    return replace(with_district, notes=(note,))


def _has_note(place: Place, code: str) -> bool:
    return any(note.code == code for note in place.notes)


def _split(address: str) -> list[str]:
    """Cut an address at its commas, else before the words that name units."""
    parts = [clean(part) for part in re.split(r"[,;\n]| - ", address)]
    parts = [part for part in parts if part]
    if len(parts) == 1:
        parts = _UNIT_WORD.split(parts[0])
    while parts and _COUNTRY.fullmatch(fold(parts[-1])):
        parts.pop()
    if not parts:
        return []
    parts[-1] = _POSTCODE.sub("", parts[-1])
    # "Bà Rịa - Vũng Tàu" is one name.
    if len(parts) > 1 and _find_province(f"{parts[-2]} - {parts[-1]}"):
        parts[-2:] = [f"{parts[-2]} - {parts[-1]}"]
    return _part_province(parts)


def _part_province(parts: list[str]) -> list[str]:
    """Part the province from a unit before it, as in "Quận 1 Hồ Chí Minh"."""
    words = parts[-1].split()
    if read_name(parts[-1]).kind and _find_province(parts[-1]) is None:
        for start in range(1, len(words)):
            if _find_province(" ".join(words[start:])):
                return [*parts[:-1], " ".join(words[:start]), " ".join(words[start:])]
    return parts
