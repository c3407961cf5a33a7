"""XLSX sheets, row by row in bounded memory, from files nobody has checked yet."""

import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from string import digits
from typing import IO, Any
from xml.parsers import expat
from zipfile import BadZipFile, LargeZipFile, ZipFile, ZipInfo

from lxml.etree import Element, iterparse
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import (
    FORMULA_TAG,
    ROW_TAG,
    WorkSheetParser,
)
from openpyxl.xml.constants import SHEET_MAIN_NS

from .spreadsheet_types import MEGABYTE, CellError, Limits, Row
from .verdict import SpreadsheetError

_SMALL = 10 * MEGABYTE
_PROLOG = 256 * 1024
_CUT_OFF = {
    expat.errors.codes[name]
    for name in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
}
_SHEETS = "xl/worksheets/"
_CELL_TAG = f"{{{SHEET_MAIN_NS}}}c"
_TEXT_TAG = f"{{{SHEET_MAIN_NS}}}t"
# What zipfile, zlib, the XML parsers and openpyxl raise on damaged files.
_DAMAGE = (
    *(BadZipFile, LargeZipFile, zlib.error, struct.error, EOFError, OSError),
    *(SyntaxError, expat.ExpatError, InvalidFileException, UnicodeError),
    *(NotImplementedError, RuntimeError, LookupError, ValueError, TypeError),
    *(AttributeError, ArithmeticError, AssertionError),
)


class XlsxSource:
    """An XLSX file, checked before anything in it is unpacked or parsed.

    :raise SpreadsheetError: ``not_a_spreadsheet``, ``damaged``, ``password_protected``,
        ``unpacked_too_large`` (a zip bomb, or a file beyond our means), ``unsafe_xml``
        (entity declarations), ``unknown_sheet``, ``empty`` (no sheet with cells).
    """

    def __init__(
        self, path: Path, file_name: str, sheet: str | None, limits: Limits
    ) -> None:
        # An open file: of a path, openpyxl wants a certain extension.
        self._file = path.open("rb")
        try:
            with _damage_reported(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with ZipFile(self._file) as archive:
                    _check_archive(archive, file_name, limits)
                self._book = load_workbook(
                    self._file, read_only=True, data_only=True, keep_links=False
                )
        except SpreadsheetError:
            self._file.close()
            raise
        self.sheets = [worksheet.title for worksheet in self._book.worksheets]
        self.visible_sheets = [
            worksheet.title
            for worksheet in self._book.worksheets
            if worksheet.sheet_state == "visible"
        ]
        self.sheet = sheet or next(iter(self.sheets), "")
        if self.sheet not in self.sheets:
            self.close()
            if sheet is None:
                raise SpreadsheetError("empty")
            raise SpreadsheetError("unknown_sheet", sheet=sheet, sheets=self.sheets)

    def rows(self) -> Iterator[Row]:
        with _damage_reported(), self._book[self.sheet]._get_source() as part:
            parser = _SheetParser(
                part,
                self._book[self.sheet]._shared_strings,
                data_only=True,
                epoch=self._book.epoch,
                date_formats=self._book._date_formats,
                timedelta_formats=self._book._timedelta_formats,
            )
            yield from parser.rows()

    def close(self) -> None:
        self._book.close()
        self._file.close()


class _SheetParser(WorkSheetParser):
    """openpyxl's reading of cells, without what it keeps per row.

    The stated dimension of the sheet is never looked at (it may lie), missing rows are
    not filled up, and cells without a usable value become ``CellError``.
    """

    def rows(self) -> Iterator[Row]:
        # lxml hands over rows only; the standard library's parser would hand over each
        # of their elements twice, which takes longer than reading their values.
        events = iterparse(
            self.source, tag=ROW_TAG, resolve_entities=False, no_network=True
        )
        for _event, element in events:
            yield self._row(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        while self.source.read(MEGABYTE):
            pass  # only the end of a part tells whether its checksum is right

    def _row(self, element: Element) -> Row:
        number = element.get("r")
        self.row_counter = int(number) if number else self.row_counter + 1
        self.col_counter = 0
        values: list[Any] = []
        for cell in element.iterchildren(_CELL_TAG):
            column, value = self._cell(cell)
            if value is not None:
                # Missing cells are filled up; column letters end at ZZZ, so not far.
                values += [None] * (column - len(values))
                values[column - 1] = value
        return Row(self.row_counter, values)

    def _cell(self, element: Element) -> tuple[int, Any]:
        """Column and value of a cell.

        Text that stands plainly in its cell, as most programs but Excel write it, takes
        a short way: openpyxl makes several objects of it.
        """
        name = element.get("r")
        if name and element.get("t") == "inlineStr" and len(element) == 1:
            [child] = element
            if len(child) == 1 and child[0].tag == _TEXT_TAG:
                self.col_counter = column_index_from_string(name.rstrip(digits))
                return self.col_counter, _unescaped(child[0].text or "")
        cell = self.parse_cell(element)
        return cell["column"], self._value(cell, element)

    def _value(self, cell: dict[str, Any], element: Element) -> Any:
        value = cell["value"]
        if cell["data_type"] == "e":
            return _cell_error("excel_error", cell, error=str(value))
        # A formula whose result is the empty text says so by the type "str".
        if value is None and element.find(FORMULA_TAG) is not None:
            never_calculated = element.get("t") != "str"
            return (
                _cell_error("formula_without_value", cell) if never_calculated else None
            )
        return _unescaped(value) if isinstance(value, str) else value


def _unescaped(text: str) -> str:
    """Undo ``_x000D_``: how Excel writes what XML can't."""
    return unescape(text) if "_x" in text else text


def _cell_error(code: str, cell: dict[str, Any], **params: str) -> CellError:
    name = f"{get_column_letter(cell['column'])}{cell['row']}"
    return CellError(code, {"cell": name, **params})


def _check_archive(archive: ZipFile, file_name: str, limits: Limits) -> None:
    """Refuse what would hurt.

    Sizes come from the zip's directory, and ``zipfile`` never unpacks more of a part
    than its directory entry says, so a lie only truncates.
    """
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise SpreadsheetError("not_a_spreadsheet", file=file_name)
    if any(part.flag_bits & 1 for part in parts):
        raise SpreadsheetError("password_protected")
    if len(parts) > limits.parts:
        raise SpreadsheetError(
            "unpacked_too_large", size=len(parts), limit=limits.parts
        )
    total = sum(part.file_size for part in parts)
    if total > limits.unpacked:
        raise SpreadsheetError("unpacked_too_large", size=total, limit=limits.unpacked)
    for part in parts:
        _check_part(part, limits)
        with archive.open(part) as content:
            _check_prolog(content)


def _check_part(part: ZipInfo, limits: Limits) -> None:
    streamed = part.filename.startswith(_SHEETS)
    if not streamed and part.file_size > limits.unpacked_in_memory:
        raise SpreadsheetError(
            "unpacked_too_large", size=part.file_size, limit=limits.unpacked_in_memory
        )
    if part.file_size > max(_SMALL, part.compress_size * limits.ratio):
        raise SpreadsheetError(
            "unpacked_too_large",
            size=part.file_size,
            limit=part.compress_size * limits.ratio,
        )


def _check_prolog(content: IO[bytes]) -> None:
    """Refuse a document type, where entities are declared ("billion laughs").

    It can only stand before the root element, so reading ends there. Office programs
    never write one. Parts that aren't XML (pictures) end at the first byte.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _raise(SpreadsheetError("unsafe_xml"))
    parser.StartElementHandler = _raise(_RootReached())
    head = content.read(_PROLOG)
    try:
        # In one go and as if it were all: newer versions of expat put off what comes
        # in pieces.
        parser.Parse(head, True)
    except _RootReached:
        return
    except expat.ExpatError as error:
        if len(head) < _PROLOG or error.code not in _CUT_OFF:
            return  # not XML; if it should be, openpyxl finds out
    raise SpreadsheetError("unsafe_xml")


class _RootReached(Exception):
    """The root element has begun."""


def _raise(error: Exception) -> Callable[..., None]:
    def handler(*_details: object) -> None:
        raise error

    return handler


@contextmanager
def _damage_reported() -> Iterator[None]:
    try:
        yield
    except SpreadsheetError:
        raise
    except _DAMAGE as error:
        raise SpreadsheetError("damaged", detail=type(error).__name__) from error
