"""Eight processes confirm first orders of the same customers: one account, one first.

Needs `crm_loyalty` in the database, see ``harness``. CRM_STORM_WITHOUT_GUARD does
without the unique index and without taking turns, and the tests must fail.
"""

import os
import uuid
from collections import Counter
from itertools import cycle

import pytest

from .harness import at_once, crew, needs_database

TILLS = 8
CUSTOMERS = 3  # per round; more tills for one of them would tire Odoo's repeating
ROUNDS = 6
POINTS = 10  # of an order
GUARDED = not os.environ.get("CRM_STORM_WITHOUT_GUARD")

pytestmark = needs_database


def make_shop(env, name):
    from . import points_shop

    return points_shop.make_shop(env, name, CUSTOMERS * ROUNDS)


def confirm_order(env, shop, partner, guarded):
    from . import points_shop

    if not guarded:
        _do_without_index(env)
    env = points_shop.environment(env.cr, allowed_company_ids=[shop["company"]])
    points_shop.new_order(env, shop, partner, 1).action_confirm()
    env.cr.flush()


def _do_without_index(env):
    """Accounts are looked for and made, and nothing says that there is one already."""

    def insert_accounts(cards, program, owners):
        cards.env.cr.execute_values(
            "INSERT INTO loyalty_card"
            " (program_id, company_id, partner_id, code, points, points_debt,"
            " is_account, active) VALUES %s",
            [
                (
                    program.id,
                    program.company_id.id,
                    owner.id,
                    str(uuid.uuid4()),
                    *(0, 0, True, True),
                )
                for owner in owners
            ],
        )
        cards.invalidate_model()

    type(env["loyalty.card"])._insert_accounts = insert_accounts


def drop_index(env):
    env.cr.execute("DROP INDEX IF EXISTS loyalty_card_account_uniq")


def count_accounts(env, shop):
    """Customer -> (accounts, points of all), and what the proof of balances says."""
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    groups = env["loyalty.card"]._read_group(
        [("id", "in", cards.ids)], ["partner_id"], ["__count", "points:sum"]
    )
    return {
        "accounts": {partner.id: row for partner, *row in groups},
        "wrong": [str(row) for row in cards._verify_points() if row[0] in cards.ids],
    }


def make_shop_that_waits(env, name):
    """Only the first order earns, and only when it is paid."""
    from . import points_shop

    shop = points_shop.make_shop(env, name, CUSTOMERS * ROUNDS, earn_on="paid")
    program = env["loyalty.program"].browse(shop["program"])
    program.rule_ids.write({"rule_type": "first_order", "points": POINTS})
    for partner in env["res.partner"].browse(shop["partners"]):
        # Whoever has an account already meets the others nowhere else.
        env["loyalty.card"]._provide_accounts(program, partner)
    return shop


def confirm_in_turn(env, shop, partner, guarded):
    from . import points_shop

    if not guarded:
        type(env["sale.order"])._take_points_turn = lambda order: None
    env = points_shop.environment(env.cr, allowed_company_ids=[shop["company"]])
    points_shop.new_order(env, shop, partner, 1).action_confirm()
    env.cr.flush()


def count_first_orders(env, shop):
    """Customer -> his orders that earn as the first one."""
    orders = env["sale.order"].search([("partner_id", "in", shop["partners"])])
    return Counter(o.partner_id.id for o in orders if o.points_terms["rules"])


@pytest.fixture(scope="module")
def tills():
    with crew(TILLS) as processes:
        yield processes


def test_first_orders_at_once_make_one_account(tills):
    bought = Counter()
    shop = tills[0].call(make_shop, name=f"First {uuid.uuid4()}")
    if not GUARDED:
        tills[0].call(drop_index)
    for number in range(ROUNDS):
        fresh = shop["partners"][number * CUSTOMERS :][:CUSTOMERS]
        orders = [
            {"shop": shop, "partner": partner, "guarded": GUARDED}
            for partner, _till in zip(cycle(fresh), tills, strict=False)
        ]
        assert at_once(tills, confirm_order, orders) == [{"value": None}] * TILLS
        bought.update(order["partner"] for order in orders)
    result = tills[0].call(count_accounts, shop=shop)
    assert result["wrong"] == []
    accounts = {int(partner): row for partner, row in result["accounts"].items()}
    assert accounts == {
        partner: [1, POINTS * number] for partner, number in bought.items()
    }


def test_one_of_several_orders_at_once_is_the_first(tills):
    shop = tills[0].call(make_shop_that_waits, name=f"Turn {uuid.uuid4()}")
    for number in range(ROUNDS):
        fresh = shop["partners"][number * CUSTOMERS :][:CUSTOMERS]
        orders = [
            {"shop": shop, "partner": partner, "guarded": GUARDED}
            for partner, _till in zip(cycle(fresh), tills, strict=False)
        ]
        assert at_once(tills, confirm_in_turn, orders) == [{"value": None}] * TILLS
    first = tills[0].call(count_first_orders, shop=shop)
    assert first == {str(partner): 1 for partner in shop["partners"]}
