"""Eight processes confirm quotations of the same customers: one is the first order.

Two promotions are for a customer's first order, each for goods of its own, and none has
a limit; a third one welcomes customers back who haven't bought for a while. Each
quotation promises one of them, and only one order of a customer may have it.

Needs `crm_promotion` in the database, see ``harness``. Without guard: nobody takes
turns.
"""

import uuid

import pytest

from .harness import GUARDED, at_once, crew, do, needs_database
from .promotion_shop import make_product, make_program, new_order
from .shop import in_company, make_company

TILLS = 8
CUSTOMERS = 3  # at the same time
ROUNDS = 4
LONG_AGO = "2021-01-15 05:00:00"

pytestmark = needs_database


def make_shop(env, name, back=False):
    """Ids: customers, and goods with a promotion each."""
    env = make_company(env, name)
    partners = env["res.partner"].create(
        [{"name": f"{name} {number}"} for number in range(CUSTOMERS * ROUNDS)]
    )
    plain = make_product(env, name, 10_000)
    if back:
        for partner in partners:
            new_order(env, partner.id, plain.id).action_confirm()
        orders = env["sale.order"].search([("partner_id", "in", partners.ids)])
        orders.date_order = LONG_AGO
    asks = {"idle_days": 30} if back else {"buyers": "first"}
    goods = []
    for kind in ("hats", "shirts"):
        vals = {"program_type": "promotion", "trigger": "auto", **asks}
        product = make_product(env, kind, 10_000)
        make_program(env, kind, True, **vals).product_ids = product
        goods.append(product.id)
    return {"company": env.company.id, "partners": partners.ids, "goods": goods}


def confirm_in_any_order(env):
    """From now on nobody takes turns."""
    env.registry["crm.promotion.turn"]._take = lambda turns, orders: None


def quote(env, shop, partner, product):
    env = in_company(env, shop["company"])
    order = new_order(env, partner, product)
    assert order.amount_total == 9_000, "the quotation promises nothing"
    return order.id


def confirm(env, shop, order):
    in_company(env, shop["company"])["sale.order"].browse(order).action_confirm()


def count_promoted(env, shop):
    """Customer -> his confirmed orders with a promotion."""
    orders = env["sale.order"].search(
        [
            ("partner_id", "in", shop["partners"]),
            ("state", "=", "sale"),
            ("order_line.reward_id", "!=", False),
        ]
    )
    return {
        partner.id: len(own) for partner, own in orders.grouped("partner_id").items()
    }


@pytest.mark.parametrize("back", [False, True], ids=["first order", "welcome back"])
def test_one_of_several_orders_at_once_is_promoted(back):
    guards = () if GUARDED else (do(confirm_in_any_order),)
    with crew(TILLS, *guards) as tills:
        name = f"First {uuid.uuid4()}"
        shop = tills[0].call(make_shop, name=name, back=back)
        ends = []
        for number in range(ROUNDS):
            fresh = shop["partners"][number * CUSTOMERS :][:CUSTOMERS]
            quotes = [
                tills[0].call(
                    quote,
                    shop=shop,
                    partner=fresh[till % CUSTOMERS],
                    product=shop["goods"][till // CUSTOMERS % 2],
                )
                for till in range(TILLS)
            ]
            sales = [do(confirm, shop=shop, order=order) for order in quotes]
            ends += [answer.end for answer in at_once(tills, sales)]
        promoted = tills[0].call(count_promoted, shop=shop)
    assert promoted == dict.fromkeys(shop["partners"], 1)
    assert ends.count("done") == len(shop["partners"])
    assert ends.count("refused") == len(ends) - len(shop["partners"])
