"""Lists of a telesale who sees only own customers, beside one who sees all.

The hardest case: every customer has an owner, so that nothing is visible but the own
ones. Times are what a list waits for: the first page, and the count of the pager.
"""

from __future__ import annotations

import argparse
import statistics
import time

from . import _odoo, _orders, _sql

PAGE = 80
COUNT_LIMIT = 10_001  # as the web client's pager
CUSTOMERS = {
    name: {} for name in ("ref", "complete_name", "phone", "email", "member_since")
}
ORDERS = {name: {} for name in ("name", "date_order", "amount_total", "state")}
#: Who owns one in so many customers.
SHARES = {"half of the customers": 2, "one in 50": 50, "one in 10,000": 10_000}
LOOKS = {
    "List of customers": ("res.partner", CUSTOMERS, "id desc", []),
    "Search by name": (
        "res.partner",
        CUSTOMERS,
        "id desc",
        [("customer_search", "ilike", "nguyen van")],
    ),
    "Search by phone": (
        "res.partner",
        CUSTOMERS,
        "id desc",
        [("customer_search", "ilike", "0900001234")],
    ),
    "Contacts of all kinds": ("res.partner", CUSTOMERS, "complete_name, id", None),
    "List of orders": ("sale.order", ORDERS, "date_order desc, id desc", []),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    customers, orders, times = (2_000, 5_000, 2) if small else (200_000, 1_000_000, 15)
    with _odoo.environment() as env:
        start = time.monotonic()
        _orders.seed(env, customers, orders)
        people = _employ(env)
        _give_owners(env, people)
        seconds = time.monotonic() - start
        print(f"{customers:,} customers, {orders:,} orders in {seconds:.0f} s")
        env["res.config.settings"].create({"own_customers_only": True}).execute()
        env.cr.commit()
        for title, look in LOOKS.items():
            _compare(env, people, title, look, times)


def _employ(env) -> dict:
    """Who sees all first, then who owns this share."""
    roles = {"sees all": "marketing"} | dict.fromkeys(SHARES, "telesale")
    users = env["res.users"].with_context(no_reset_password=True)
    return {
        name: users.create(
            {
                "name": name,
                "login": f"bench {name}",
                "group_ids": [(6, 0, env.ref(f"crm_customer.role_{role}").ids)],
            }
        )
        for name, role in roles.items()
    }


def _give_owners(env, people: dict) -> None:
    half, some, few = (people[name].id for name in SHARES)
    with _sql.indexes_built_afterwards(env, "res_partner"):
        env.cr.execute(
            _sql.sql(
                """
                UPDATE res_partner p
                   SET user_id = owner, customer_owner_id = owner
                  FROM (SELECT id, CASE WHEN id %% 10000 = 1 THEN %(few)s
                                        WHEN id %% 50 = 1 THEN %(some)s
                                        WHEN id %% 2 = 1 THEN %(half)s
                                        ELSE %(nobody)s END AS owner
                          FROM res_partner) AS c
                 WHERE c.id = p.id AND p.is_customer
                """,
                few=few,
                some=some,
                half=half,
                nobody=env.uid,
            )
        )
    with _sql.indexes_built_afterwards(env, "sale_order"):
        env.cr.execute(
            """
            UPDATE sale_order o SET user_id = p.user_id, customer_owner_id = p.user_id
              FROM res_partner p WHERE p.id = o.partner_id
            """
        )


def _compare(env, people: dict, title: str, look: tuple, times: int) -> None:
    model, fields, order, domain = look
    if model == "res.partner" and domain is not None:
        domain = [("is_customer", "=", True), *domain]
    rows = []
    for name, user in people.items():
        Model = env[model].with_user(user)
        took, found = [], 0
        for _time in range(times + 1):
            env.invalidate_all()
            start = time.perf_counter()
            found = Model.web_search_read(
                domain or [],
                fields,
                limit=PAGE,
                order=order,
                count_limit=COUNT_LIMIT,
            )["length"]
            took.append(1000 * (time.perf_counter() - start))
        label = name if name == "sees all" else f"owns {name}"
        rows.append((f"{label}: finds {found:,}", statistics.median(took[1:]), "ms"))
    _odoo.table(title, rows)


if __name__ == "__main__":
    main()
