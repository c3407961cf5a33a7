"""Phone numbers as Vietnamese shops keep them, repaired and made comparable."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
)

from .text import cell_text, clean
from .verdict import Note, ValueRejected

# Mobile prefixes of eleven digits that were shortened from 15 September 2018 on.
# Source: numbering plan change of the Ministry of Information and Communications,
# 2018. Old numbers stopped working, so a list that still has them means the new ones.
OLD_MOBILE_PREFIXES = {
    **{"120": "70", "121": "79", "122": "77", "126": "76", "128": "78"},  # MobiFone
    **{"123": "83", "124": "84", "125": "85", "127": "81", "129": "82"},  # VinaPhone
    **{f"16{n}": f"3{n}" for n in range(2, 10)},  # Viettel
    **{"186": "56", "188": "58"},  # Vietnamobile
    "199": "59",  # Gmobile
}

_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})")
_WHOLE_FLOAT = re.compile(r"(\+?\d+)[.,]0+")
_LETTER = re.compile(r"[^\W\d_]")
# A number inside other text, and the place where two numbers are joined without a word.
_RUN = re.compile(r"\+?\(?\+?\d[\d\s.\-–()]*\d")
_JOINT = re.compile(r"(?<=\d)[\s.\-–]+(?=(?:\+\d|0\d)[\d.\s]{7,})")
_SEARCHABLE = re.compile(r"\(?\+?[\d\s.\-()]+")


@dataclass(frozen=True)
class Phone:
    """An accepted number.

    ``text`` is what to store in the phone field, ``e164`` what to compare, ``repairs``
    what was changed: notes with the codes ``phone_leading_zero``,
    ``phone_country_code``, ``phone_old_prefix`` and ``phone_extra_text``.
    """

    text: str
    e164: str
    repairs: tuple[Note, ...] = ()


def repair_phone(value: str | int | float, region: str = "VN") -> Phone:
    """Return the valid number that a cell means.

    What was typed is kept when it is a number as people write it (with its zero or its
    plus); otherwise ``text`` is the national form. Of two numbers in one cell the first
    valid one is taken and the rest is noted. Numbers with a plus stay foreign.

    :raise ValueRejected: ``phone_invalid``; ``phone_scientific`` when the spreadsheet
        has replaced digits by an exponent (``9.12E+08``), so that the number is lost.
    """
    if isinstance(value, bool):
        raise ValueRejected("phone_invalid", value=str(value))
    typed = clean(cell_text(value))
    if region == "VN" and _ordinary_mobile().fullmatch(typed):
        return Phone(typed, f"+84{typed[1:]}")
    return _repair(typed, region)


def _repair(typed: str, region: str) -> Phone:
    """The slow, complete path of ``repair_phone``."""
    text = _plain_digits(typed)
    if phone := _repair_one(text, region):
        return phone
    for run in _RUN.findall(text):
        for piece in [run, *_JOINT.split(run)]:
            if phone := _repair_one(piece.strip(" .-–"), region):
                extra = text.replace(piece, " ", 1).strip(" .-–/,;|&()")
                note = Note(
                    "phone_extra_text", {"kept": phone.text, "extra": clean(extra)}
                )
                return Phone(phone.text, phone.e164, (*phone.repairs, note))
    raise ValueRejected("phone_invalid", value=typed)


def search_digits(text: str, region: str = "VN") -> str | None:
    """Return the digits to look for inside E.164 numbers, ``None`` if it isn't a phone.

    For a search box, so parts of numbers count, in any notation:
    ``"0912.345"`` -> ``"84912345"``, ``"0084912"`` -> ``"84912"``, ``"912345"`` stays.
    """
    text = clean(text)
    digits = re.sub(r"\D", "", text)
    if len(digits) < 3 or not _SEARCHABLE.fullmatch(text):
        return None
    if digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0"):
        national = digits[1:]
        if region == "VN":
            national = (
                OLD_MOBILE_PREFIXES.get(national[:3], national[:3]) + national[3:]
            )
        digits = f"{phonenumbers.country_code_for_region(region)}{national}"
    return digits if len(digits) >= 3 else None


@lru_cache(maxsize=1)
def _ordinary_mobile() -> re.Pattern[str]:
    """Numbers that need no repair, by the very pattern the slow path decides with."""
    mobile = PhoneMetadata.metadata_for_region("VN").mobile.national_number_pattern
    return re.compile(f"0(?:{mobile})", re.ASCII)


def _plain_digits(typed: str) -> str:
    """Undo the notations of numeric cells: ``912345678.0`` and ``9.12345678E+08``."""
    if match := _WHOLE_FLOAT.fullmatch(typed):
        return match[1]
    if match := _SCIENTIFIC.fullmatch(typed):
        digits = match[1] + (match[2] or "")
        if len(digits.rstrip("0")) > int(match[3]) + 1 or len(digits) <= int(match[3]):
            raise ValueRejected("phone_scientific", value=typed)
        return digits[: int(match[3]) + 1]
    return typed


def _repair_one(text: str, region: str) -> Phone | None:
    """Return the number if ``text`` is exactly one, typed well or damaged."""
    number = _parse(text, region)
    digits = re.sub(r"\D", "", text)
    if number is None and text.startswith("+0"):
        return _repair_one(text[1:], region)
    if number is None and region == "VN" and not _LETTER.search(text):
        national = re.sub(r"^(?:00)?84|^0", "", digits)
        if len(national) == 10 and (prefix := OLD_MOBILE_PREFIXES.get(national[:3])):
            return _repaired(
                _parse(f"0{prefix}{national[3:]}", region), "phone_old_prefix", text
            )
    if number is None:
        return None
    if re.match(r"\(?(?:\+|0(?!0))", text):
        return Phone(text, _e164(number))
    national = _national(number)
    if national == digits:
        return Phone(text, _e164(number))
    lost_zero = national.lstrip("0") == digits
    return _repaired(
        number, "phone_leading_zero" if lost_zero else "phone_country_code", text
    )


def _repaired(number: PhoneNumber | None, code: str, typed: str) -> Phone | None:
    if number is None:
        return None
    text = _national(number) if number.country_code == 84 else _e164(number)
    return Phone(text, _e164(number), (Note(code, {"typed": typed, "kept": text}),))


def _parse(text: str, region: str) -> PhoneNumber | None:
    """Return the valid number; letters are allowed for a marked extension only."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return number if number.extension or not _LETTER.search(text) else None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _national(number: PhoneNumber) -> str:
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return re.sub(r"\D", "", national.split(" ext")[0])
