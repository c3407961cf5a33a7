"""Which column of a file has voucher codes, and which of them can become vouchers."""

import re
from datetime import date, time, timedelta

from odoo.addons.crm_customer.tools.headings import normalise_heading
from odoo.addons.crm_customer.tools.spreadsheet import CellError
from odoo.addons.crm_customer.tools.text import cell_text

from .voucher_codes import normal

SHORTEST = 6
LONGEST = 64
#: So much of a refused text is given back.
SHOWN = 255
#: Excel keeps so many digits of a number and makes the others zeros.
EXACT_DIGITS = 15

_CODE = re.compile(r"[0-9A-Z-]+")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?E\+\d+")
#: What the column may be called: the more a name says about vouchers, the earlier.
_HEADINGS = (
    (
        *("voucher code", "voucher codes", "code voucher", "coupon code"),
        *("coupon codes", "promo code", "promotion code", "gift code", "discount code"),
        *("mã voucher", "mã code voucher", "mã coupon", "mã phiếu", "mã giảm giá"),
        *("mã phiếu giảm giá", "mã phiếu quà tặng", "mã phiếu mua hàng"),
        *("mã khuyến mãi", "mã khuyến mại", "mã ưu đãi", "mã quà tặng", "số voucher"),
    ),
    ("voucher", "vouchers", "coupon", "coupons"),
    ("code", "codes", "mã", "mã code"),
)
_RANKS = {
    normalise_heading(name): rank
    for rank, names in enumerate(_HEADINGS)
    for name in names
}


def code_column(headings):
    """The place of the column with the codes, None when no heading says so.

    Whole headings are compared: a code such as ``VOUCHER-001`` in the first row of a
    file without headings is none.
    """
    ranks = [_RANKS.get(normalise_heading(heading)) for heading in headings]
    known = [rank for rank in ranks if rank is not None]
    return ranks.index(min(known)) if known else None


def judge_codes(cells):
    """Good codes, and what is wrong with the others.

    :param cells: pairs of a row's number and what stands there.
    :return: pairs of number and code; triples of number, text and reason as a word.
    """
    good, bad, seen = [], [], set()
    for number, cell in cells:
        code = normal(_text(cell))
        word = _fault(cell, code) or ("twice" if code in seen else None)
        if word:
            bad.append((number, _shown(code), word))
        else:
            seen.add(code)
            good.append((number, code))
    return good, bad


def _fault(cell, code):
    if isinstance(cell, CellError):
        return "broken"
    if _is_changed(cell, code):
        return "changed"
    if not code:
        return "empty"
    if not _CODE.fullmatch(code):
        return "letters"
    if len(code) > LONGEST:
        return "long"
    return "short" if len(code) < SHORTEST else None


def _is_changed(cell, code):
    """Whether a spreadsheet program took the code for a number or a date."""
    if isinstance(cell, (int, float)):
        return abs(cell) >= 10**EXACT_DIGITS
    return isinstance(cell, (date, time, timedelta)) or _SCIENTIFIC.fullmatch(code)


def _text(cell):
    if isinstance(cell, CellError):
        return cell.params.get("error", "")
    return cell_text(cell)


def _shown(text):
    """As any cell can hold it: not too long, and nothing that UTF-8 can't write."""
    text = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return text.encode(errors="replace").decode()
