"""Reading of XLSX and CSV files that users upload: streamed, bounded, suspicious.

``open_table`` is the door, ``open_upload`` that of files in memory; the two formats
live in ``spreadsheet_xlsx`` and ``spreadsheet_csv``, writing in ``spreadsheet_write``.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from os import PathLike
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Protocol

from .spreadsheet_csv import CsvSource
from .spreadsheet_types import MEGABYTE, CellError, Limits, Row
from .spreadsheet_xlsx import XlsxSource
from .verdict import SpreadsheetError

__all__ = [
    "CellError",
    "Limits",
    "Row",
    "SpreadsheetError",
    "Table",
    "open_table",
    "open_upload",
]

HEADING_ROWS = 20
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)


class Source(Protocol):
    """One open file of either format."""

    sheets: list[str]
    visible_sheets: list[str]
    sheet: str

    def rows(self) -> Iterator[Row]: ...

    def close(self) -> None: ...


class Table:
    """An open sheet: ``sheets``, ``sheet``, ``headings`` and, once, ``rows()``."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._rows = source.rows()
        self.sheets, self.sheet = source.sheets, source.sheet
        self.heading_row, self.headings = self._find_headings()

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._source.close()

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the headings that aren't empty.

        Each has at least as many values as there are headings, more only where a cell
        beyond them is filled. XLSX gives ``str``, ``int``, ``float``, ``bool``, dates,
        ``None`` and ``CellError``; CSV ``str`` and ``None``.

        :raise SpreadsheetError: ``too_many_rows``, ``too_many_columns``,
            ``rows_after_gap``, ``damaged`` and the ``csv_…`` codes, when the reading
            gets there.
        """
        width, count, empty = len(self.headings), 0, 0
        for number, values in self._rows:
            values = _trimmed(values)
            if not values:
                empty += 1
                if empty > self._limits.blank_rows:
                    raise SpreadsheetError("too_many_rows", limit=self._limits.rows)
                continue
            if empty >= self._limits.empty_rows:
                # The list has ended. Notes far below it are no rows of it, but who
                # left a gap within his list must not lose the rest unheard.
                raise SpreadsheetError("rows_after_gap", row=number, empty=empty)
            empty = 0
            count += 1
            if count > self._limits.rows:
                raise SpreadsheetError("too_many_rows", limit=self._limits.rows)
            self._check_width(values)
            yield Row(number, values + [None] * (width - len(values)))

    def _find_headings(self) -> tuple[int, list[str]]:
        for number, values in self._rows:
            if number > HEADING_ROWS:
                raise SpreadsheetError("no_headings", rows=HEADING_ROWS)
            if values := _trimmed(values):
                self._check_width(values)
                return number, [
                    v if isinstance(v, str) else _heading(v) for v in values
                ]
        raise SpreadsheetError("empty")

    def _check_width(self, values: list[Any]) -> None:
        if len(values) > self._limits.columns:
            raise SpreadsheetError(
                "too_many_columns", limit=self._limits.columns, columns=len(values)
            )


def open_table(
    path: str | PathLike[str],
    file_name: str,
    *,
    sheet: str | None = None,
    only_sheet: bool = False,
    limits: Limits | None = None,
) -> Table:
    """Open an uploaded file as a table; use it as a context manager.

    The content decides about the format, not the name: people rename files.

    :param file_name: the name that the user knows, for messages and CSV's sheet name.
    :param sheet: a sheet's name; the first one by default.
    :param only_sheet: take the one sheet that has something in it, for those who can't
        let their user choose. Hidden sheets don't count.
    :raise SpreadsheetError: see the codes here and in the two format modules:
        ``empty``, ``too_large``, ``not_a_spreadsheet``, ``password_protected``,
        ``old_xls``, ``several_sheets``, ``no_headings``, ``too_many_columns``.
    """
    limits = limits or Limits()
    path = Path(path)
    size = path.stat().st_size
    if not size:
        raise SpreadsheetError("empty")
    if size > limits.size:
        raise SpreadsheetError("too_large", size=size, limit=limits.size)
    source = _open_source(path, file_name, sheet, limits)
    try:
        if only_sheet:
            _choose_filled_sheet(source)
        return Table(source, limits)
    except BaseException:
        source.close()
        raise


@contextmanager
def open_upload(content: bytes, file_name: str, *, rows: int) -> Iterator[Table]:
    """Open the only filled sheet of a file in memory, as ``open_table`` does.

    :param rows: how many it may have below its headings.
    :raise SpreadsheetError: as ``open_table`` and the table's reading.
    """
    with NamedTemporaryFile() as copy:
        copy.write(content)
        copy.flush()
        limits = Limits(rows=rows)
        with open_table(copy.name, file_name, only_sheet=True, limits=limits) as table:
            yield table


def _choose_filled_sheet(source: Source) -> None:
    """Turn to the only visible sheet with a filled cell; each is read up to it."""
    if len(source.visible_sheets) < 2:
        return
    filled = []
    for sheet in source.visible_sheets:
        source.sheet = sheet
        with closing(source.rows()) as rows:
            if any(_trimmed(values) for _number, values in rows):
                filled.append(sheet)
    if len(filled) > 1:
        raise SpreadsheetError("several_sheets", sheets=filled)
    source.sheet = (filled or source.visible_sheets)[0]


def _open_source(
    path: Path, file_name: str, sheet: str | None, limits: Limits
) -> Source:
    with path.open("rb") as file:
        start = file.read(512)
        if start.startswith(_OLE2):
            locked = any(_ENCRYPTED in chunk for chunk in _overlapping(start, file))
            raise SpreadsheetError("password_protected" if locked else "old_xls")
    if start.startswith(b"PK"):
        return XlsxSource(path, file_name, sheet, limits)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if (
        start.startswith(_FOREIGN)
        or text.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"{\\rtf"))
        or file_name.lower().endswith((".xlsx", ".xlsm", ".xls"))
    ):
        raise SpreadsheetError("not_a_spreadsheet", file=file_name)
    return CsvSource(path, file_name, sheet)


def _overlapping(start: bytes, file: Any) -> Iterator[bytes]:
    """Yield the file in pieces that overlap, so that no mark is cut in two."""
    tail = b""
    for chunk in chain([start], iter(lambda: file.read(MEGABYTE), b"")):
        yield tail + chunk
        tail = chunk[-len(_ENCRYPTED) :]


def _trimmed(values: list[Any]) -> list[Any]:
    """Drop the empty cells at the end (formatted ones reach to column XFD)."""
    end = len(values)
    while end and (values[end - 1] is None or _is_blank(values[end - 1])):
        end -= 1
    return values[:end]


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and (not value or value.isspace())


def _heading(value: Any) -> str:
    return "" if value is None or isinstance(value, CellError) else str(value)
