"""Eight processes confirm first orders of the same customers: one account, one first.

Needs `crm_loyalty` in the database, see ``harness``. Without guard: without the unique
index, and without taking turns.
"""

import uuid
from collections import Counter
from itertools import cycle

import pytest

from . import points_shop
from .harness import GUARDED, at_once, crew, do, needs_database
from .shop import in_company

TILLS = 8
CUSTOMERS = 3  # per round; more tills for one of them would tire Odoo's repeating
ROUNDS = 6
POINTS = 10  # of an order

pytestmark = needs_database


def confirm_order(env, shop, partner):
    env = in_company(env, shop["company"])
    points_shop.new_order(env, shop, partner, 1).action_confirm()


def confirm_in_any_order(env):
    """From now on nobody takes turns."""
    env.registry["sale.order"]._take_points_turn = lambda order: None


def look_before_making(env):
    """From now on accounts are looked for and made, whatever the index would say."""

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

    env.registry["loyalty.card"]._insert_accounts = insert_accounts


def drop_index(env):
    env.cr.execute("DROP INDEX IF EXISTS loyalty_card_account_uniq")


def count_accounts(env, shop):
    """Customer -> (accounts, points of all), and what the proof of balances says."""
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    groups = env["loyalty.card"]._read_group(
        [("id", "in", cards.ids)], ["partner_id"], ["__count", "points:sum"]
    )
    accounts = {partner.id: tuple(row) for partner, *row in groups}
    return accounts, points_shop.unproved(env, cards)


def make_shop_that_waits(env, name):
    """Only the first order earns, and only when it is paid."""
    shop = points_shop.make_shop(env, name, CUSTOMERS * ROUNDS, earn_on="paid")
    program = env["loyalty.program"].browse(shop["program"])
    program.rule_ids.write({"rule_type": "first_order", "points": POINTS})
    # Whoever has an account already meets the others nowhere else.
    points_shop.provide_accounts(env, shop)
    return shop


def count_first_orders(env, shop):
    """Customer -> his orders that earn as the first one."""
    orders = env["sale.order"].search([("partner_id", "in", shop["partners"])])
    return Counter(o.partner_id.id for o in orders if o.points_terms["rules"])


@pytest.fixture
def tills():
    guards = () if GUARDED else (do(confirm_in_any_order), do(look_before_making))
    with crew(TILLS, *guards) as processes:
        yield processes


def sell(tills, shop):
    """All tills sell to few customers at once, then to the next ones.

    :return: customer -> number of orders.
    """
    bought = Counter()
    for number in range(ROUNDS):
        fresh = cycle(shop["partners"][number * CUSTOMERS :][:CUSTOMERS])
        orders = [
            do(confirm_order, shop=shop, partner=partner)
            for partner, _till in zip(fresh, tills, strict=False)
        ]
        for answer in at_once(tills, orders):
            answer.result()
        bought.update(order.arguments["partner"] for order in orders)
    return bought


def test_first_orders_at_once_make_one_account(tills):
    name = f"First {uuid.uuid4()}"
    shop = tills[0].call(points_shop.make_shop, name=name, customers=CUSTOMERS * ROUNDS)
    if not GUARDED:
        tills[0].call(drop_index)
    bought = sell(tills, shop)
    accounts, wrong = tills[0].call(count_accounts, shop=shop)
    assert wrong == []
    assert accounts == {
        partner: (1, POINTS * number) for partner, number in bought.items()
    }


def test_one_of_several_orders_at_once_is_the_first(tills):
    shop = tills[0].call(make_shop_that_waits, name=f"Turn {uuid.uuid4()}")
    sell(tills, shop)
    first = tills[0].call(count_first_orders, shop=shop)
    assert first == dict.fromkeys(shop["partners"], 1)
