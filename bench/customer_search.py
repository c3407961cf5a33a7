"""Search of customers by accent-less name and by phone, beside the stock contacts.

Time is what the list waits for: the first page with its columns, and the count up to
10,000 that the pager shows.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from . import _customers, _odoo, _sql

PAGE = 80
COUNT_LIMIT = 10_001  # as the web client's pager
COLUMNS = {
    name: {} for name in ("ref", "complete_name", "phone", "email", "member_since")
}
TARGET_MS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    count, searches = (2_000, 5) if small else (1_000_000, 60)
    with _odoo.environment() as env:
        start = time.monotonic()
        _customers.seed(env, count)
        print(f"{count:,} customers seeded in {time.monotonic() - start:.0f} s")
        kinds = {
            "name": [_accentless_name(number) for number in range(searches)],
            "two words": [_two_words(number) for number in range(searches)],
            "phone": [f"090{number * 7919 % count:07d}" for number in range(searches)],
            "part of a phone": [
                f"0{90}{number * 7919 % count:07d}"[:8] for number in range(searches)
            ],
        }
        for kind, terms in kinds.items():
            _compare(env, kind, terms)
        _show_plan(env, kinds["name"][0])


def _accentless_name(number: int) -> str:
    chance = random.Random(number)
    return _bare(f"{_customers.name(chance)} {chance.randrange(1000)}")


def _two_words(number: int) -> str:
    words = _accentless_name(number).split()
    return f"{words[-1]} {words[2]}"


def _bare(text: str) -> str:
    from odoo.addons.crm_customer.tools.text import fold

    return fold(text)


def _compare(env, kind: str, terms: list[str]) -> None:
    """Our search box beside the stock one (for a phone: beside its phone field)."""
    ours = [
        _timed(env, [("is_customer", "=", True), ("customer_search", "ilike", t)])
        for t in terms
    ]
    if "phone" in kind:
        stock = [_timed(env, [("phone_mobile_search", "ilike", t)]) for t in terms]
    else:
        stock = [_timed(env, _stock_domain(t)) for t in terms]
    _odoo.table(
        f"Search by {kind}, e.g. “{terms[1]}”, {len(terms)} times",
        [
            ("stock contacts, 95th percentile", _p95(stock), "ms"),
            ("ours, 95th percentile", _p95(ours), "ms"),
            ("ours, median", statistics.median(ours), "ms"),
        ],
    )
    if _p95(ours) > TARGET_MS:
        print(f"  above the target of {TARGET_MS} ms")


def _stock_domain(term: str) -> list:
    fields = ("complete_name", "ref", "email", "vat", "company_registry")
    return ["|"] * (len(fields) - 1) + [(name, "ilike", term) for name in fields]


def _timed(env, domain: list) -> float:
    """Milliseconds until the first page and the pager's count are there."""
    partners = env["res.partner"].with_context(active_test=True)
    env.invalidate_all()
    start = time.perf_counter()
    partners.web_search_read(
        domain, COLUMNS, limit=PAGE, order="id desc", count_limit=COUNT_LIMIT
    )
    return 1000 * (time.perf_counter() - start)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _show_plan(env, term: str) -> None:
    query = env["res.partner"]._search([("customer_search", "ilike", term)], limit=PAGE)
    plan = env.execute_query(_sql.sql("EXPLAIN %s", query.select()))
    used = sorted(
        {word for (line,) in plan for word in line.split() if "trigram" in word}
    )
    print(f"\nIndexes in the plan for “{term}”: {', '.join(used) or 'none'}")


if __name__ == "__main__":
    main()
