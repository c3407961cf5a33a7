"""Import of customers: ours with one and two job workers beside Odoo's `base_import`.

Both create every customer through the ORM, so that automation rules and other addons
see it. `base_import` gets the good rows only, put in order beforehand: one bad row
would make it keep none. Sources are left out on its side where it would have to create
them.
"""

from __future__ import annotations

import argparse
import time
from base64 import b64encode
from pathlib import Path

from . import _customers, _odoo

STOCK_FIELDS = (
    *("ref", "name", "phone", "email", "gender", "birthdate"),
    *("street", "city", "state_id", "source_id", "category_id"),
)
STOCK_OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": ",",
    "encoding": "utf-8",
    "date_format": "%Y-%m-%d",
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "import_set_empty_fields": [],
    "import_skip_records": [],
    "fallback_values": {},
    "name_create_enabled_fields": {},
    "limit": 2000,  # as the import screen does
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    rows = 300 if small else 20_000
    with _odoo.environment() as env:
        places = _places(env)
        _make_lists(env)
        stock = _stock_rate(env, rows, places)
        judged = _judging_rate(env, rows, places)
        env.cr.rollback()
    memory = [
        (count, _odoo.in_fresh_process(_read_only, count, places)[1])
        for count in (rows, rows * 10)
    ]
    ours = [(workers, _our_rate(rows, places, workers)) for workers in (1, 2)]
    _odoo.table(
        f"Import of {rows:,} customers (1 % bad, 2 % duplicates)",
        [("base_import, good rows only", stock, "rows/s")]
        + [
            (f"ours, {workers} job worker(s)", rate, "rows/s") for workers, rate in ours
        ],
    )
    print(f"  two workers against one: x{ours[1][1] / ours[0][1]:.2f}")
    print(f"  repair, duplicates and look-ups alone: {judged:,.0f} rows/s")
    for count, peak in memory:
        print(f"  peak memory of a process that reads {count:,} rows: {peak:,.0f} MB")


def _places(env) -> list[tuple[str, str]]:
    cities = env["res.city"].search_fetch([("code", "!=", False)], ["name", "state_id"])
    return [(city.name, city.state_id.name) for city in cities]


def _make_lists(env) -> None:
    """Tags and sources of the lists exist, so that both sides only look them up."""
    for model, names in (
        ("res.partner.category", _customers.TAGS),
        ("utm.source", _customers.SOURCES),
    ):
        known = env[model].search([("name", "in", names)]).mapped("name")
        env[model].create([{"name": name} for name in names if name not in known])
    env.cr.commit()


def _write_list(path: Path, count: int, places, prefix: str) -> None:
    from odoo.addons.crm_customer.tools.spreadsheet_write import write_xlsx

    write_xlsx(
        path, _customers.HEADINGS, _customers.customers(count, places, prefix=prefix)
    )


def _stock_rate(env, count: int, places) -> float:
    """Rows per second of Odoo's own import, in batches as its screen sends them."""
    from odoo.addons.crm_customer.tools.spreadsheet_write import write_xlsx

    path = _odoo.folder() / "stock.xlsx"
    good = []
    for number, row in enumerate(_customers.customers(count, places, prefix="A")):
        if _customers.is_good(number):
            row[4] = "male" if row[4] == "Nam" else "female"
            row[5] = "-".join(reversed(row[5].split("/")))
            good.append(row)
    write_xlsx(path, STOCK_FIELDS, good)
    wizard = env["base_import.import"].create(
        {
            "res_model": "res.partner",
            "file": path.read_bytes(),
            "file_name": path.name,
            "file_type": "application/vnd.openxmlformats-officedocument"
            ".spreadsheetml.sheet",
        }
    )
    start, skip = time.monotonic(), 0
    while True:
        result = wizard.execute_import(
            list(STOCK_FIELDS), list(STOCK_FIELDS), STOCK_OPTIONS | {"skip": skip}
        )
        if result["messages"]:
            raise SystemExit(f"base_import refuses the list: {result['messages'][0]}")
        env.cr.commit()
        env.invalidate_all()
        skip = result.get("nextrow") or 0
        if not skip:
            return len(good) / (time.monotonic() - start)


def _new_import(env, count: int, places, prefix: str):
    path = _odoo.folder() / "ours.xlsx"
    _write_list(path, count, places, prefix)
    record = env["crm.customer.import"].create(
        {"file": b64encode(path.read_bytes()), "file_name": path.name}
    )
    record.action_preview()
    return record


def _judging_rate(env, count: int, places) -> float:
    """Rows per second of what decides about rows, without reading the file or writing
    customers: repair and look-ups in Python, duplicates and matches in SQL."""
    from odoo.addons.crm_customer.tools import customer_row, headings

    record = _new_import(env, count, places, "F")
    reader = env["crm.customer.import.reader"]
    rows = list(enumerate(_customers.customers(count, places, prefix="F"), 2))
    keys = headings.match_headings(_customers.HEADINGS)
    used = {key: position for position, key in enumerate(keys) if key}
    start = time.monotonic()
    lookups = reader._lookups(record, used)
    for _number, values in rows:
        customer_row.read_row({key: values[at] for key, at in used.items()}, lookups)
    repaired = time.monotonic() - start
    reader._stage(record)
    start = time.monotonic()
    env["crm.customer.import.checker"]._check(record)
    return count / (repaired + time.monotonic() - start)


def _read_only(count: int, places) -> None:
    """Read a list into rows and take it back: for its memory."""
    with _odoo.environment() as env:
        record = _new_import(env, count, places, "E")
        env["crm.customer.import.reader"]._stage(record)
        env.cr.rollback()


def _our_rate(count: int, places, workers: int) -> float:
    """Rows per second from pressing Import to Done, by real jobs of a real server."""
    with _odoo.server(jobs=workers):
        _run_import(30 * workers, places, "DF"[workers - 1])  # the runner has woken up
        return count / _run_import(count, places, "BC"[workers - 1])


def _run_import(count: int, places, prefix: str) -> float:
    """Seconds from Import to Done."""
    with _odoo.environment() as env:
        record_id = _new_import(env, count, places, prefix).id
    start = time.monotonic()
    with _odoo.environment() as env:
        env["crm.customer.import"].browse(record_id).action_start()
    with _odoo.environment() as env:
        while time.monotonic() - start < 1800:
            env.cr.execute(
                "SELECT state FROM crm_customer_import WHERE id = %s", [record_id]
            )
            [(state,)] = env.cr.fetchall()
            env.cr.commit()
            if state not in ("reading", "running"):
                break
            time.sleep(0.1)
        elapsed = time.monotonic() - start
        created = env["crm.customer.import"].browse(record_id).created_count
    expected = sum(_customers.is_good(number) for number in range(count))
    if (state, created) != ("done", expected):
        raise SystemExit(f"The import is {state}: {created} of {expected}")
    return elapsed


if __name__ == "__main__":
    main()
