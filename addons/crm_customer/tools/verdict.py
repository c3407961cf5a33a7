"""How the rules answer when a value is not simply right.

A finding carries a stable ``code`` and the values its sentence needs; the Odoo layer
turns codes into sentences. No rule writes a sentence for users.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """Something worth telling about a value that was accepted."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class Rejected(Exception):
    """Base of all refusals: ``code`` plus ``params``."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class ValueRejected(Rejected):
    """One cell can't be used; the row is at fault, not the file."""


class SpreadsheetError(Rejected):
    """The file as a whole can't be read or written."""
