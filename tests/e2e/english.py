"""Which words on a screen are English though the shop's people read Vietnamese."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from pathlib import Path

import polib

ADDONS = Path(__file__).resolve().parents[2] / "addons"
#: Words that make a sentence English; as Vietnamese none of them is written like this.
SENTENCE = re.compile(
    r"\b(and|are|can|from|has|have|is|not|of|the|this|to be|with|your)\b",
    re.IGNORECASE,
)
#: What people type in; what Odoo's own Vietnamese lacks (the portal's logo).
FOREIGN = re.compile(r"\S+@\S+|https?://\S+|^Logo of ")


@functools.cache
def translated_terms() -> frozenset[str]:
    """English terms of the addons whose Vietnamese is another."""
    return frozenset(
        _plain(entry.msgid)
        for path in ADDONS.glob("*/i18n/vi.po")
        for entry in polib.pofile(str(path))
        if entry.msgstr and _plain(entry.msgid) != _plain(entry.msgstr)
    )


def english_in(texts: Iterable[str]) -> list[str]:
    """Those of the texts that are English: terms of ours, or sentences of anybody."""
    return sorted(
        text
        for text in set(map(_plain, texts))
        if text in translated_terms() or SENTENCE.search(FOREIGN.sub("", text))
    )


def _plain(text: str) -> str:
    return " ".join(text.split())
