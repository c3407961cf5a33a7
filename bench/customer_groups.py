"""Customer groups: rebuilding, following one customer, filtering the list.

Plain SQL computes the same rows of members and log in the same run: written by hand for
each group, without anything that makes ours exact beside other jobs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from . import _odoo, _orders
from ._sql import sql

ROUNDS = 3
LISTED = ("ref", "complete_name", "phone", "email", "member_since")
PAGE, COUNT_LIMIT = 80, 10_001
#: (attribute, operator, inputs) of the conditions, and the same in plain SQL: ``p`` is
#: the customer, ``s`` its statistics.
GROUPS = (
    ([("order_count", ">=", {"number": 3})], "s.order_count >= 3"),
    ([("order_count", ">=", {"number": 10})], "s.order_count >= 10"),
    ([("order_count", "=", {"number": 1})], "s.order_count = 1"),
    ([("order_count", "<=", {"number": 0})], "COALESCE(s.order_count, 0) <= 0"),
    ([("amount_total", ">=", {"amount": 5e6})], "s.amount_total >= 5000000"),
    ([("amount_total", ">=", {"amount": 2e7})], "s.amount_total >= 20000000"),
    (
        [("amount_total", "between", {"amount": 1e6, "amount_to": 5e6})],
        "s.amount_total BETWEEN 1000000 AND 5000000",
    ),
    ([("debt", ">=", {"amount": 1})], "s.debt >= 1"),
    (
        [("days_since_purchase", ">=", {"number": 90})],
        "s.last_order_date < %(today)s - 89",
    ),
    (
        [("days_since_purchase", "<=", {"number": 30})],
        "s.last_order_date >= %(today)s - 30",
    ),
    ([("days_since_purchase", "never", {})], "s.last_order_date IS NULL"),
    ([("member_since", "last_days", {"number": 60})], "p.member_since >= %(day)s - 60"),
    (
        [("member_since", "last_days", {"number": 400})],
        "p.member_since >= %(day)s - 400",
    ),
    (
        [
            ("order_count", ">=", {"number": 2}),
            ("days_since_purchase", ">=", {"number": 180}),
        ],
        "s.order_count >= 2 AND s.last_order_date < %(today)s - 179",
    ),
    (
        [
            ("amount_total", ">=", {"amount": 3e6}),
            ("days_since_purchase", "<=", {"number": 60}),
        ],
        "s.amount_total >= 3000000 AND s.last_order_date >= %(today)s - 60",
    ),
    (
        [
            ("order_count", ">=", {"number": 1}),
            ("member_since", "last_days", {"number": 365}),
        ],
        "s.order_count >= 1 AND p.member_since >= %(day)s - 365",
    ),
    (
        [("order_count", "between", {"number": 2, "number_to": 5})],
        "s.order_count BETWEEN 2 AND 5",
    ),
    (
        [
            ("order_count", ">=", {"number": 5}),
            ("amount_total", "<=", {"amount": 2e7}),
        ],
        "s.order_count >= 5 AND s.amount_total <= 20000000",
    ),
    ([("order_count", "!=", {"number": 1})], "COALESCE(s.order_count, 0) <> 1"),
    (
        [
            ("debt", ">=", {"amount": 1}),
            ("days_since_purchase", ">=", {"number": 30}),
        ],
        "s.debt >= 1 AND s.last_order_date < %(today)s - 29",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    sizes = (2_000, 10_000) if small else (200_000, 1_000_000)
    with _odoo.environment() as env:
        start = time.monotonic()
        customers = _orders.seed(env, *sizes)
        env["crm.customer.stat"].sudo()._refresh()
        env.cr.execute("DELETE FROM crm_customer_group")
        groups = _make_groups(env)
        _commit(env)
        print(
            f"{sizes[0]:,} customers with {sizes[1]:,} orders and {len(groups)} groups "
            f"in {time.monotonic() - start:.0f} s"
        )
        _rebuild(env, groups)
        _follow(env, groups, customers)
        _filter(env, groups)
        _count(env, groups)


def _make_groups(env, prefix: str = "Nhóm"):
    make = env["crm.customer.group"].with_context(crm_customer_group_saving=True).create
    return make(
        [
            {
                "name": f"{prefix} {number}",
                "condition_ids": [
                    (0, 0, {"attribute": attribute, "operator": operator, **inputs})
                    for attribute, operator, inputs in conditions
                ],
            }
            for number, (conditions, _plain) in enumerate(GROUPS, 1)
        ]
    )


def _commit(env) -> None:
    env.flush_all()
    env.cr.execute("DELETE FROM queue_job")
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE")
    env.cr._cnx.autocommit = False
    env.invalidate_all()


def _timed(env, function: Callable[[], object]) -> float:
    env.invalidate_all()
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def _rebuild(env, groups) -> None:
    plain, ours, again = [], [], []
    for _round in range(ROUNDS):
        _empty(env)
        plain.append(_timed(env, lambda: _plain(env, groups)))
        expected = _counts(env)
        _empty(env)
        ours.append(_timed(env, lambda: _ours(groups)))
        assert _counts(env) == expected, (expected, _counts(env))
        _commit(env)
        again.append(_timed(env, lambda: _ours(groups)))
    members = sum(count for _group, count in expected)
    _odoo.table(
        f"Full rebuild of {len(groups)} groups with {members:,} members, best of "
        f"{ROUNDS}",
        [
            ("plain SQL, from nothing", min(plain), "s"),
            ("ours, from nothing", min(ours), "s"),
            ("ours, when nothing has changed", min(again), "s"),
        ],
    )


def _empty(env) -> None:
    for table in ("group_member", "group_log", "revision"):
        env.cr.execute(f"TRUNCATE crm_customer_{table}")
    _commit(env)


def _ours(groups) -> None:
    """As every night: so many groups are one job."""
    groups.sudo()._job_rebuild()


def _plain(env, groups) -> None:
    [(day, midnight)] = env.execute_query(
        sql(
            """
            SELECT day, day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
                                       AT TIME ZONE 'UTC'
              FROM (SELECT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day) AS d
            """
        )
    )
    for group, (_conditions, condition) in zip(groups, GROUPS, strict=True):
        where = condition.replace("%(today)s -", "%(today)s - interval '1 day' *")
        env.cr.execute(
            sql(
                f"""
                WITH members AS (
                    INSERT INTO crm_customer_group_member
                           (group_id, partner_id, origin, since)
                    SELECT %(group)s, p.id, 'rule', now() AT TIME ZONE 'UTC'
                      FROM res_partner p
                      LEFT JOIN crm_customer_stat s
                        ON s.partner_id = p.id AND s.company_id = %(company)s
                     WHERE p.is_customer AND p.active
                       AND (p.company_id IS NULL OR p.company_id = %(company)s)
                       AND {where}
                 RETURNING partner_id)
                INSERT INTO crm_customer_group_log
                       (group_id, partner_id, change, cause, at)
                SELECT %(group)s, partner_id, 'joined', 'group',
                       now() AT TIME ZONE 'UTC'
                  FROM members
                """,
                group=group.id,
                company=group.company_id.id,
                today=midnight,
                day=day,
            )
        )


def _counts(env) -> list[tuple[int, int]]:
    return env.execute_query(
        sql(
            "SELECT group_id, COUNT(*) FROM crm_customer_group_member"
            " GROUP BY 1 ORDER BY 1"
        )
    )


def _follow(env, groups, customers: list[int]) -> None:
    """What the job does after one order, for one customer and for 500."""
    more = groups
    for prefix in "ABCD":
        more += _make_groups(env, prefix)
    for group in more[len(groups) :].sudo():
        group._job_rebuild()
    _commit(env)
    Partner = env["res.partner"].sudo()
    one = [
        _timed(
            env,
            Partner.browse(
                customers[number * 997 % len(customers)]
            )._refresh_membership,
        )
        for number in range(20)
    ]
    batch = _timed(env, Partner.browse(customers[:500])._refresh_membership)
    _odoo.table(
        f"Following changed customers in {len(more)} groups",
        [
            ("one customer, median", 1000 * sorted(one)[10], "ms"),
            ("500 customers", 1000 * batch, "ms"),
        ],
    )
    more[len(groups) :].unlink()
    _commit(env)


def _filter(env, groups) -> None:
    """The first page of customers with the pager's count, as the list asks for them."""
    rows = [("all customers", _page(env, []))]
    sizes = dict(_counts(env))
    for group in groups.sorted(lambda g: sizes.get(g.id, 0))[:: len(groups) // 4]:
        domain = [("customer_group_ids", "in", group.ids)]
        size = sizes.get(group.id, 0)
        rows.append((f"of a group of {size:,}", _page(env, domain)))
    _odoo.table(
        "The list of customers", [(name, 1000 * took, "ms") for name, took in rows]
    )


def _page(env, domain: list) -> float:
    specification = {name: {} for name in LISTED}
    specification["customer_group_ids"] = {"fields": {"display_name": {}, "color": {}}}
    return min(
        _timed(
            env,
            lambda: env["res.partner"].web_search_read(
                [("is_customer", "=", True), *domain],
                specification,
                limit=PAGE,
                order="id desc",  # as the list says
                count_limit=COUNT_LIMIT,
            ),
        )
        for _round in range(10)
    )


def _count(env, groups) -> None:
    """What the form and the list of groups wait for."""
    # One by one: a record of ``groups`` would compute for all of them.
    live = [
        _timed(env, lambda id_=id_: groups.browse(id_).matching_count)
        for id_ in groups.ids
    ]
    listed = _timed(env, lambda: groups.mapped("member_count"))
    _odoo.table(
        "Counts",
        [
            ("live count in the form, slowest group", 1000 * max(live), "ms"),
            ("live count in the form, median", 1000 * sorted(live)[10], "ms"),
            (f"members of all {len(groups)} groups in the list", 1000 * listed, "ms"),
        ],
    )


if __name__ == "__main__":
    main()
