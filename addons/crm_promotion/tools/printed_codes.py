"""Which codes of a file can become vouchers."""

import re

from .voucher_codes import normal

SHORTEST = 6
_CODE = re.compile(r"[0-9A-Z-]+")


def judge_codes(cells):
    """Good codes, and what is wrong with the others.

    :param cells: pairs of a row's number and what stands there.
    :return: pairs of number and code; triples of number, text and reason as a word.
    """
    good, bad, seen = [], [], set()
    for number, cell in cells:
        code = normal(_text(cell))
        word = _fault(code) or ("twice" if code in seen else None)
        seen.add(code)
        if word:
            bad.append((number, code, word))
        else:
            good.append((number, code))
    return good, bad


def _fault(code):
    if not code:
        return "empty"
    if not _CODE.fullmatch(code):
        return "letters"
    return "short" if len(code) < SHORTEST else None


def _text(cell):
    """Excel keeps codes of digits as numbers."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
