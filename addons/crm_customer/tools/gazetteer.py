"""Vietnam's provinces, districts and wards, today's and the former ones, by name.

The data come from the package ``vietnamadminunits``: its tables of units
(``data/dataset.db``) and its map of former to present wards
(``data/converter_2025.json``). Only these files are read. The package itself is never
imported: that would load shapely, numpy and geopy (0.35 s, 30 MB), and its converter
sends addresses to a geocoder on the internet.
"""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from .text import clean, fold

# Kinds of units as the data's keys begin, and the ways people write them. The order
# matters: longer forms first.
_KINDS = (
    ("thanhpho", r"thanh pho|tp|city"),
    ("thixa", r"thi xa|tx|town"),
    ("thitran", r"thi tran|tt"),
    ("dackhu", r"dac khu"),
    ("tinh", r"tinh|province"),
    ("quan", r"quan|district|q(?=\d| )"),
    ("huyen", r"huyen|h(?= )"),
    ("phuong", r"phuong|ward|[pf](?=\d| )"),
    ("xa", r"xa|commune|x(?= )"),
)
_PREFIX = re.compile(
    "(?:" + "|".join(f"(?P<{k}>{p})" for k, p in _KINDS) + r")(?=\d| )\s*"
)
_SUFFIX = re.compile(r" (?:city|province|district|ward|commune|town)$")
_ACCENTED_KIND = re.compile(
    r"^(?:phường|xã|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh) "
)
WARD_KINDS = frozenset({"phuong", "xa", "thitran", "dackhu"})

_PROVINCE_ALIASES = {
    "sg": "thanhphohochiminh",
    "tphcm": "thanhphohochiminh",
    "saigon": "thanhphohochiminh",
    "hcmc": "thanhphohochiminh",
    "thuathienhue": "thanhphohue",
    "tthue": "thanhphohue",
    "brvt": "tinhbariavungtau",
    "daclac": "tinhdaklak",
    "dacnong": "tinhdaknong",
}


class Name(NamedTuple):
    """A typed name of a unit: the kind before it, bare key, and how it was typed."""

    kind: str
    bare: str
    typed: str


@lru_cache(maxsize=1 << 16)
def read_name(typed: str, number_kind: str = "") -> Name:
    """Split ``"P. Bến Nghé"`` into its kind (``"phuong"``) and its key (``"bennghe"``).

    :param number_kind: the kind of a bare number, as in a district column with "1".
    """
    words = re.sub(r"[\W_]+", " ", fold(typed)).strip()
    kind = ""
    if match := _PREFIX.match(words):
        kind, words = match.lastgroup or "", words[match.end() :]
    else:
        words = _SUFFIX.sub("", words)
    words = re.sub(r"\b0+(?=\d)", "", words)
    bare = words.replace(" ", "")
    if not kind and bare.isdigit():
        kind = number_kind
    return Name(kind, bare, typed)


class Names:
    """Units of one area, found by any spelling of their names.

    Proper names go before the data's aliases (names of before earlier mergers), and a
    name with its kind before the bare name: "Thị xã Kỳ Anh" and "Huyện Kỳ Anh" differ.
    """

    def __init__(self) -> None:
        self._proper: dict[str, dict[str, str]] = defaultdict(dict)
        self._aliases: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, unit: str, name: str, keywords: Iterable[str] = ()) -> None:
        kind, bare, _typed = read_name(name)
        self._proper[kind + bare][unit] = self._proper[bare][unit] = name
        if kind == "thanhpho":
            self._aliases[f"tp{bare}"][unit] = name
        self.add_keys(unit, keywords)

    def add_keys(self, unit: str, keywords: Iterable[str]) -> None:
        """Add spellings of the data: a name's key without spaces, rarely accented."""
        for keyword in keywords:
            self._aliases[fold(keyword)][unit] = keyword

    def name_of(self, unit: str) -> str | None:
        """Return a unit's proper name."""
        return next(
            (names[unit] for names in self._proper.values() if unit in names), None
        )

    def find(self, name: Name) -> list[str]:
        """Return the units of that name; several if nothing tells them apart."""
        keys = (name.kind + name.bare, name.bare) if name.kind else (name.bare,)
        for key in keys:
            for table in (self._proper, self._aliases):
                if found := table.get(key):
                    return _same_accents(found, name.typed)
        return []


def _same_accents(found: dict[str, str], typed: str) -> list[str]:
    """Tell "Ba Tơ" from "Ba Tô" where the typed name carries accents."""
    if len(found) > 1 and not typed.isascii():
        ending = clean(typed).lower()
        exact = [unit for unit, name in found.items() if ending.endswith(_bare(name))]
        return exact or list(found)
    return list(found)


def _bare(name: str) -> str:
    return _ACCENTED_KIND.sub("", name.lower())


class Ward(NamedTuple):
    """A ward of today. ``origins``: former provinces and districts of its land."""

    code: str
    name: str
    province: str
    origins: frozenset[str]


class Gazetteer:
    """All units, linked. Built once per process by ``gazetteer()``.

    Former provinces, districts and wards are named by the data's keys
    (``"tinhhoabinh"``, ``"tinhhoabinh_huyenkimboi"``, ``"…_xaxuanthuy"``), units of
    today by their official codes (``"25"``, ``"04984"``).
    """

    def __init__(self) -> None:
        self.provinces: dict[str, str] = {}
        self.wards: dict[str, Ward] = {}
        self.province_of: dict[str, str] = {}  # former key -> code of today's province
        self.former_of: dict[str, list[str]] = defaultdict(list)  # and back
        self.surviving: dict[
            str, str
        ] = {}  # code of today's -> former key of that name
        self.province_names = Names()
        self.ward_names: dict[str, Names] = defaultdict(Names)  # by today's province
        self.district_names: dict[str, Names] = defaultdict(Names)  # by former province
        # Districts of before earlier mergers, whose wards lie in several later ones.
        self.divided_names: dict[str, Names] = defaultdict(Names)  # by former province
        # By former district, and by former province for rows without a district.
        self.former_ward_names: dict[str, Names] = defaultdict(Names)
        self.successors: dict[str, tuple[str, ...]] = {}  # default first
        folder = _data_folder()
        uri = f"{(folder / 'dataset.db').as_uri()}?mode=ro&immutable=1"
        with sqlite3.connect(uri, uri=True) as database:
            self._read_today(database)
            self._read_conversion(folder / "converter_2025.json")
            self._read_former(database)
        database.close()
        self._read_divided_districts(folder / "parser_legacy.json")

    def _read_today(self, database: sqlite3.Connection) -> None:
        self._code_by_key: dict[str, str] = {}
        self._ward_by_key: dict[tuple[str, str], tuple[str, str, str]] = {}
        for (
            code,
            province,
            key,
            ward_code,
            ward,
            ward_key,
            keywords,
        ) in database.execute(
            "SELECT provinceCode, province, provinceKey, wardCode, ward, wardKey,"
            " wardKeywords FROM admin_units ORDER BY provinceCode, wardCode"
        ):
            self.provinces[code] = province
            self.surviving[code] = key
            self._code_by_key[key] = code
            self._ward_by_key[key, ward_key] = (ward_code, ward, code)
            self.ward_names[code].add(ward_code, ward, json.loads(keywords))

    def _read_conversion(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        for key, former_keys in data["DICT_PROVINCE"].items():
            code = self._code_by_key[key]
            for former in former_keys:
                self.province_of[former] = code
                self.former_of[code].append(former)
        for key, wards in data["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for ward_key, former_wards in wards.items():
                for former in former_wards:
                    self.successors[former] = (self._ward_by_key[key, ward_key][0],)
        for key, divided in data["DICT_PROVINCE_WARD_DIVIDED"].items():
            for former, parts in divided.items():
                parts = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
                codes = (
                    self._ward_by_key[key, part["newWardKey"]][0] for part in parts
                )
                self.successors[former] = tuple(codes)
        origins: dict[str, set[str]] = defaultdict(set)
        for former, codes in self.successors.items():
            for code in codes:
                province, district, _ward = former.split("_")
                origins[code] |= {province, f"{province}_{district}"}
        for code, name, province in self._ward_by_key.values():
            self.wards[code] = Ward(code, name, province, frozenset(origins[code]))

    def _read_former(self, database: sqlite3.Connection) -> None:
        seen: set[str] = set()
        for row in database.execute(
            "SELECT provinceKey, province, provinceKeywords, districtKey, district,"
            " districtKeywords, wardKey, ward, wardKeywords FROM admin_units_legacy"
        ):
            province, province_name, province_words, district, district_name = row[:5]
            district_words, ward, ward_name, ward_words = row[5:]
            district = f"{province}_{district}"
            if province not in seen:
                seen.add(province)
                self.province_names.add(
                    province, province_name, json.loads(province_words)
                )
            if district not in seen:
                seen.add(district)
                self.district_names[province].add(
                    district, district_name, json.loads(district_words)
                )
            if ward:
                key, words = f"{district}_{ward}", json.loads(ward_words)
                self.former_ward_names[district].add(key, ward_name, words)
                self.former_ward_names[province].add(key, ward_name, words)
        for alias, province in _PROVINCE_ALIASES.items():
            self.province_names.add(province, alias)

    def _read_divided_districts(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        for province, divided in data["DICT_PROVINCE_DISTRICT_DIVIDED"].items():
            for parts in divided.values():
                for district in parts["districts"]:
                    self.divided_names[province].add_keys(
                        f"{province}_{district}", parts["dividedDistrictKeywords"]
                    )


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the process-wide gazetteer, built at the first call."""
    return Gazetteer()


def _data_folder() -> Path:
    """Locate the package's data without importing (that is, running) the package."""
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("vietnamadminunits", name="vietnamadminunits")
    return Path(spec.submodule_search_locations[0]) / "data"
