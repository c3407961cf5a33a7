"""Translations: ``.pot`` and ``vi.po`` as the addons' terms are now."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .console import step
from .odoo import Odoo

LANGUAGE = "vi_VN"

#: Runs in the virtual environment, which has polib: carries the translations over.
MERGE = """
import pathlib, sys, polib
NAMES = ("model:res.city,",)  # names of wards are Vietnamese already
pot, old, new = map(pathlib.Path, sys.argv[1:])
template = polib.pofile(str(pot))
known = polib.pofile(str(old)) if old.exists() else []
for entry in list(template):
    if all(place.startswith(NAMES) for place, _line in entry.occurrences):
        template.remove(entry)
template.save(str(pot))
texts = {
    (entry.msgctxt, entry.msgid): entry.msgstr for entry in known if not entry.obsolete
}
for entry in template:
    entry.msgstr = texts.get((entry.msgctxt, entry.msgid), "")
    entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
template.metadata |= {"Language": "vi", "Plural-Forms": "nplurals=1; plural=0;"}
for key in ("POT-Creation-Date", "PO-Revision-Date"):
    template.metadata.pop(key, None)
new.write_text(str(template) + "\\n", "utf-8")
for entry in template:
    if not entry.msgstr:
        print(entry.msgid)
"""


def refresh(
    odoo: Odoo, name: str, addons: list[str], out: Path
) -> dict[str, list[str]]:
    """Write fresh catalogues below ``out`` (as ``addons/<addon>/i18n/…``).

    :return: addon -> its terms without a Vietnamese translation.
    """
    untranslated = {}
    for addon in addons:
        folder = out / "addons" / addon / "i18n"
        folder.mkdir(parents=True, exist_ok=True)
        pot = folder / f"{addon}.pot"
        with step(f"Collecting the terms of {addon}"):
            words = ("i18n", "export", "-c", str(odoo.conf), "-d", name, "-l", "pot")
            log, what = "i18n", "Exporting terms"
            odoo.call(*words, "-o", str(pot), addon, log=log, what=what)
        old = odoo.layout.addons / addon / "i18n" / "vi.po"
        untranslated[addon] = _merge(odoo, pot, old, folder / "vi.po")
        _drop_dates(pot)
    return untranslated


def _merge(odoo: Odoo, pot: Path, old: Path, new: Path) -> list[str]:
    done = subprocess.run(
        [odoo.layout.python, "-I", "-c", MERGE, pot, old, new],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def _drop_dates(path: Path) -> None:
    """Dates would change the file each time without anything having changed."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [
        line for line in lines if not line.startswith(('"POT-Creation', '"PO-Revision'))
    ]
    path.write_text("".join(kept), "utf-8")
