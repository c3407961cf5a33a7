"""What the readers of both formats share."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What a file may cost. Sizes in bytes."""

    size: int = 50 * MEGABYTE
    unpacked: int = (
        2048 * MEGABYTE
    )  # all parts of an XLSX together; sheets are streamed
    unpacked_in_memory: int = 192 * MEGABYTE  # each part that is held in memory
    ratio: int = 300  # unpacked to packed, of parts above 10 MB
    parts: int = 5000  # files inside an XLSX
    rows: int = 1_000_000
    columns: int = 200
    empty_rows: int = 1000  # this many in a row end the table
    blank_rows: int = 1 << 20  # so far it is looked whether anything stands below them


class Row(NamedTuple):
    """``number`` as the user sees it beside the row in his spreadsheet program."""

    number: int
    values: list[Any]


@dataclass(frozen=True)
class CellError:
    """Stands in for the value of a cell that has none.

    Codes: ``formula_without_value`` (never calculated, so nothing was stored; params
    ``cell``) and ``excel_error`` (params ``cell``, ``error``: ``#N/A``, ``#REF!`` …).
    """

    code: str
    params: dict[str, str] = field(default_factory=dict)
