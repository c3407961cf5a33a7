"""Text as it arrives in spreadsheets, made comparable and storable."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Soft hyphen, zero-width space/non-joiner/joiner, word joiner, byte order mark and the
# direction marks: invisible, copied from web pages, and fatal to every comparison.
_INVISIBLE = dict.fromkeys(
    (0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF)
)
# Control characters that PostgreSQL (NUL) or XML refuse; tab and line ends stay.
_CONTROL = dict.fromkeys(
    c for c in (*range(32), *range(127, 160)) if c not in (9, 10, 13)
)
_UNWANTED = {**_INVISIBLE, **_CONTROL}
_FOLDING = {
    **_UNWANTED,
    **dict.fromkeys(range(0x0300, 0x0370)),  # combining accents, left over by NFKD
    ord("đ"): "d",
}

# One of several names in a cell; in quotation marks when it holds a separator itself.
_NAME = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")+)"|(?P<plain>[^,;]*))\s*(?:[,;]|$)')
_TO_QUOTE = re.compile(r'[,;]|^"')


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Return the key under which equal words meet, whatever their notation.

    Lower case, no Vietnamese accents (``đ`` becomes ``d``), composed and decomposed
    Unicode alike, single spaces, nothing invisible:
    ``" NGUYỄN\\xa0Ái "`` -> ``"nguyen ai"``.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.lower())
    return " ".join(text.lower().translate(_FOLDING).split())


def clean(text: str) -> str:
    """Return one line of text as it should be stored.

    NFC, trimmed, single inner spaces, nothing invisible, and without the apostrophe by
    which Excel users force a number to be text.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():  # rare, and the costly part
        text = text.translate(_UNWANTED)
    return " ".join(text.split()).removeprefix("'").lstrip()


def clean_lines(text: str) -> str:
    """Return text of several lines as it should be stored: each line cleaned."""
    if text.isprintable():  # so it is one line
        return clean(text)
    lines = (clean(line) for line in text.splitlines())
    return "\n".join(lines).strip()


def cell_text(value: object) -> str:
    """Return a cell's value as the text its user sees, for columns that hold text.

    Excel keeps a code ``00123`` typed without care as the number 123.0: whole numbers
    lose the decimal point. ``None`` is the empty text.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def split_names(text: str) -> list[str]:
    """Return the names in a cell that holds several: ``'A; "B, C"'`` are two.

    Some may be empty.
    """
    return [
        match["plain"] or (match["quoted"] or "").replace('""', '"')
        for match in _NAME.finditer(text)
    ]


def join_names(names: Iterable[str]) -> str:
    """Return several names as one cell, which ``split_names`` takes apart again."""
    return ", ".join(
        '"{}"'.format(name.replace('"', '""')) if _TO_QUOTE.search(name) else name
        for name in names
    )
