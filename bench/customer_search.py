"""Search of customers by accent-less name and by phone, beside the stock contacts.

Time is what the list waits for: the first page with its columns, and the count up to
10,000 that the pager shows.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from . import _customers, _odoo

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
        _seed(env, count)
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


def _seed(env, count: int) -> None:
    """Customers by plain SQL; the indexes are built afterwards, as is advised."""
    indexes = env.execute_query_dict(
        _sql(
            """
            SELECT indexname, indexdef FROM pg_indexes
             WHERE tablename = 'res_partner' AND indexdef LIKE '%%gin%%'
            """
        )
    )
    model = env["res.partner"].create({"name": "Model", "is_customer": False})
    env.flush_all()
    required = _required_columns(env)
    for index in indexes:
        env.cr.execute(f'DROP INDEX "{index["indexname"]}"')
    env.cr.execute(
        _sql(
            """
            INSERT INTO res_partner
                   (name, complete_name, ref, phone, phone_sanitized, email,
                    street, is_customer, active, type, member_since, create_date,
                    partner_share, %(others)s)
            SELECT person, person, 'S' || lpad(n::text, 7, '0'),
                   '090' || lpad(n::text, 7, '0'), '+8490' || lpad(n::text, 7, '0'),
                   'khach' || n || '@example.com',
                   (n %% 400) || ' '
                   || (%(streets)s::text[])[1 + n %% %(street_count)s],
                   TRUE, TRUE, 'contact', CURRENT_DATE - n %% 1500, now(), TRUE,
                   %(values)s
              FROM res_partner AS model,
                   (SELECT n,
                           (%(family)s::text[])
                               [1 + (n::bigint * 7919 %% %(families)s)::int]
                           || ' ' || (%(middle)s::text[])[1 + (n / 16) %% %(middles)s]
                           || ' ' || (%(given)s::text[])[1 + (n / 7) %% %(givens)s]
                           || ' ' || n / 1000 AS person
                      FROM generate_series(0, %(count)s - 1) AS n) AS people
             WHERE model.id = %(model)s
            """,
            others=_sql(", ").join(map(_identifier, required)),
            values=_sql(", ").join(_identifier("model", name) for name in required),
            model=model.id,
            family=_customers.FAMILY,
            middle=_customers.MIDDLE,
            given=list(_customers.GIVEN),
            streets=_customers.STREETS,
            families=len(_customers.FAMILY),
            middles=len(_customers.MIDDLE),
            givens=len(_customers.GIVEN),
            street_count=len(_customers.STREETS),
            count=count,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id"
        " WHERE commercial_partner_id IS NULL"
    )
    for index in indexes:
        env.cr.execute(index["indexdef"])
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE res_partner")
    env.cr._cnx.autocommit = False
    env.invalidate_all()


def _required_columns(env) -> list[str]:
    """Columns that must have a value, but get none from `_seed`: as a model's."""
    rows = env.execute_query(
        _sql(
            """
            SELECT column_name FROM information_schema.columns
             WHERE table_name = 'res_partner' AND is_nullable = 'NO'
               AND column_name NOT IN ('id', 'active', 'type', 'create_date')
            """
        )
    )
    return [name for (name,) in rows]


def _identifier(*names: str):
    from odoo.tools import SQL

    return SQL.identifier(*names)


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
    plan = env.execute_query(_sql("EXPLAIN %s", query.select()))
    used = sorted(
        {word for (line,) in plan for word in line.split() if "trigram" in word}
    )
    print(f"\nIndexes in the plan for “{term}”: {', '.join(used) or 'none'}")


def _sql(text: str, *args, **kwargs):
    from odoo.tools import SQL

    return SQL(text, *args, **kwargs)


if __name__ == "__main__":
    main()
