"""XLSX and CSV files that our reader gives back unchanged."""

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from os import PathLike
from typing import IO, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from .spreadsheet_csv import protect
from .text import cell_text
from .verdict import SpreadsheetError

XLSX_ROWS = 1_048_576
XLSX_CELL_LENGTH = 32_767
_WIDTHS = (12, 40)

Target = str | PathLike[str] | IO[bytes]


def write_xlsx(
    target: Target,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    text_columns: Collection[int] | None = None,
) -> int:
    """Write one sheet, row by row in bounded memory; return the number of data rows.

    Text goes through ``write_string`` only, so no cell is ever a formula, a link or a
    number that was text: leading zeros and ``+84…`` survive. Text columns are formatted
    as text, so they do also when the user edits a cell. In the other columns dates are
    written as dates, numbers as numbers.

    :param text_columns: indexes of the columns that hold text, all by default.
    :raise SpreadsheetError: ``too_many_rows``, ``cell_too_long``: limits of the format,
        which xlsxwriter would pass over in silence.
    """
    columns = range(len(headings))
    text_columns = frozenset(columns if text_columns is None else text_columns)
    options = {
        "constant_memory": True,
        "nan_inf_to_errors": True,
    }
    count = 0
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "num_format": "@", "bottom": 1})
        formats = {
            kind: book.add_format({"num_format": pattern})
            for kind, pattern in (
                (str, "@"),
                (date, "dd/mm/yyyy"),
                (datetime, "dd/mm/yyyy hh:mm"),
            )
        }
        for column in columns:
            width = min(max(_WIDTHS[0], len(headings[column]) + 4), _WIDTHS[1])
            form = formats[str] if column in text_columns else None
            sheet.set_column(column, column, width, form)
            sheet.write_string(0, column, headings[column], bold)
        sheet.freeze_panes(1, 0)
        for count, values in enumerate(rows, 1):
            if count >= XLSX_ROWS:
                raise SpreadsheetError("too_many_rows", limit=XLSX_ROWS - 1)
            for column, value in enumerate(values):
                _write_cell(
                    sheet, count, column, value, column in text_columns, formats
                )
    return count


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: Any, as_text: bool, formats: dict
) -> None:
    if value is None or value == "" or (value is False and as_text):
        return
    if as_text or isinstance(value, str):
        text = cell_text(value)
        if len(text) > XLSX_CELL_LENGTH:
            raise SpreadsheetError(
                "cell_too_long", row=row + 1, column=column + 1, limit=XLSX_CELL_LENGTH
            )
        sheet.write_string(row, column, text, formats[str] if as_text else None)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, date):
        kind = datetime if isinstance(value, datetime) else date
        sheet.write_datetime(row, column, value, formats[kind])
    else:
        sheet.write_number(row, column, value)


def write_csv(
    target: Target, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Write comma-separated UTF-8 with a byte order mark (Excel needs it); return the
    number of data rows.

    Values that a spreadsheet program would run as formulas are protected by an
    apostrophe, which our reader takes off again.
    """
    count = 0
    with _text_file(target) as file:
        writer = csv.writer(file)
        writer.writerow([protect(heading) for heading in headings])
        for values in rows:
            writer.writerow(
                [
                    "" if v is None or v is False else protect(cell_text(v))
                    for v in values
                ]
            )
            count += 1
    return count


@contextmanager
def _text_file(target: Target):
    if isinstance(target, (str, PathLike)):
        with open(target, "w", encoding="utf-8-sig", newline="") as file:
            yield file
        return
    file = io.TextIOWrapper(
        target, encoding="utf-8-sig", newline="", write_through=True
    )
    try:
        yield file
    finally:
        file.detach()  # the caller's file stays open
