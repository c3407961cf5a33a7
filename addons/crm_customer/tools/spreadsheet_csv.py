"""CSV files in the encodings and with the separators that Vietnamese shops produce."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from .spreadsheet_types import MEGABYTE, Row
from .verdict import SpreadsheetError

DELIMITERS = ",;\t|"
# Values that spreadsheet programs would run as formulas. Our writer protects them by an
# apostrophe and the reader takes it off again; values that begin with an apostrophe get
# a second one, which makes the round trip exact.
FORMULA_START = re.compile(r"\s*[=+\-@']")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)
_BLANK = DELIMITERS + " "
_SAMPLE = 64 * 1024
_LEGACY = ("cp1258", "cp1252")  # Windows: Vietnamese, Western


def protect(value: str) -> str:
    """Return the value as it can stand in a CSV file that Excel opens."""
    return f"'{value}" if FORMULA_START.match(value) else value


def unprotect(value: str) -> str:
    """Undo ``protect``, exactly."""
    return (
        value[1:] if value.startswith("'") and FORMULA_START.match(value, 1) else value
    )


class CsvSource:
    """A CSV file as a book of one sheet, named like the file.

    :raise SpreadsheetError: ``csv_binary`` (NUL bytes: not text at all),
        ``csv_encoding`` (no known encoding, or damaged UTF-8), ``unknown_sheet``;
        while reading ``csv_quotes`` (a quotation mark that isn't closed or doubled).
    """

    def __init__(self, path: Path, file_name: str, sheet: str | None) -> None:
        self.sheet = Path(file_name).stem
        self.sheets = self.visible_sheets = [self.sheet]
        if sheet not in (None, self.sheet):
            raise SpreadsheetError("unknown_sheet", sheet=sheet, sheets=self.sheets)
        self._file = path.open(encoding=_encoding(path), newline="")
        sample = self._file.read(_SAMPLE)
        first = sample.partition("\n")[0]
        self._file.seek(0)
        if match := _SEPARATOR_LINE.match(first):  # Excel's own mark, hidden by Excel
            self._delimiter = match[1]
            self._file.readline()
        else:
            self._delimiter = _sniff(sample)

    def rows(self) -> Iterator[Row]:
        reader = csv.reader(self._file, delimiter=self._delimiter, strict=True)
        number = 0
        try:
            for number, values in enumerate(reader, 1):
                yield Row(number, [unprotect(value) or None for value in values])
        except csv.Error as error:
            # Read on, an unclosed quotation mark would swallow the rows below it.
            raise SpreadsheetError("csv_quotes", row=number + 1) from error

    def close(self) -> None:
        self._file.close()


def _sniff(sample: str) -> str:
    """Return the separator that cuts the first filled row into the most cells."""

    def cells(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        return next((len(r) for r in rows if any(c.strip(_BLANK) for c in r)), 0)

    return max(DELIMITERS, key=cells)


def _encoding(path: Path) -> str:
    """Return the encoding in which the whole file can be read."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\0" in start[1::2] and b"\0" not in start[::2]:
        candidates = ["utf-16-le"]
    elif b"\0" in start[::2] and b"\0" not in start[1::2]:
        candidates = ["utf-16-be"]
    else:
        candidates = ["utf-8-sig", *_LEGACY]
    for encoding in candidates:
        try:
            _check(path, encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and not error.object[: error.start].isascii():
                # Legacy text never forms valid UTF-8 letters: this is damaged UTF-8;
                # read as legacy it would give garbled names without any complaint.
                break
        else:
            return encoding
    raise SpreadsheetError("csv_encoding")


def _check(path: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while chunk := file.read(MEGABYTE):
            if "\0" in decoder.decode(chunk):
                raise SpreadsheetError("csv_binary")
        decoder.decode(b"", final=True)
