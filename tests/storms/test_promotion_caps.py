"""16 processes confirm orders with limited promotions at once, and cancel some.

Of a promotion that is limited to n uses exactly n orders are confirmed with it, however
they collide; the same for its uses per customer and per day; its budget isn't exceeded
by one đồng, and counters are what the orders say. The same orders on a stock program
with `limit_usage`, in the same run, are printed beside.

Needs `crm_promotion` in the database, see ``harness``. CRM_STORM_LIMIT says how many
uses are allowed (100 is the full size). Without guard: uses are counted first and
written then.
"""

import os
import random
import uuid

from .harness import GUARDED, crew, do, job, needs_database, share
from .promotion_shop import make_product, make_program, new_order
from .shop import in_company, make_company

LIMIT = int(os.environ.get("CRM_STORM_LIMIT", "12"))
PROCESSES = 16
CUSTOMERS = max(4, LIMIT // 8)
EACH = 2  # uses per customer
BUDGET = LIMIT * 777
OURS = ("uses", "customer", "day", "budget")
#: What is given at most with one order: a budget with less left may stay so.
LARGEST = 2_000

pytestmark = needs_database


def make_shop(env, name):
    """Ids; each promotion is for the orders of a product of its own."""
    env = make_company(env, name)
    limits = {
        "uses": {"max_uses": LIMIT},
        "customer": {"max_uses_customer": EACH},
        "day": {"max_uses_day": LIMIT // 2},
        "budget": {"budget": BUDGET},
        "stock": {"limit_usage": True, "max_usage": LIMIT},
    }
    partners = env["res.partner"].create(
        [{"name": f"{name} {number}"} for number in range(CUSTOMERS)]
    )
    shop = {"company": env.company.id, "partners": partners.ids}
    for kind, vals in limits.items():
        vals |= {"program_type": "promotion", "trigger": "auto"}
        program = make_program(env, kind, kind in OURS, **vals)
        product = make_product(env, kind, 10_000)
        (program if kind in OURS else program.rule_ids).product_ids = product
        shop[kind] = {"program": program.id, "product": product.id}
    return shop


def count_before_writing(env):
    """From now on a use is allowed when fewer than allowed are seen."""
    from odoo.exceptions import UserError

    def claim(counter, deltas):
        Use = counter.env["crm.promotion.use"].sudo()
        for scope, delta in deltas.items():
            if delta.used <= 0:
                continue
            program = counter.env["loyalty.program"].browse(scope.program)
            domain = [("program_id", "=", program.id), ("state", "=", "counted")]
            domain += [("partner_id", "=", scope.partner)] if scope.partner else []
            domain += [("day", "=", scope.day)] if scope.day else []
            uses = Use.search(domain)
            cap = {
                (True, True): program.max_uses_customer_day,
                (True, False): program.max_uses_customer,
                (False, True): program.max_uses_day,
                (False, False): program.max_uses,
            }[bool(scope.partner), bool(scope.day)]
            budget = not scope.partner and not scope.day and program.budget
            spent = sum(uses.mapped("amount")) + delta.amount
            if (cap and len(uses) >= cap) or (budget and spent > budget):
                raise UserError("full")

    env.registry["crm.promotion.counter"]._claim = claim


def buy(env, shop, kind, partner, price):
    env = in_company(env, shop["company"])
    order = new_order(env, partner, shop[kind]["product"], price_unit=price)
    if kind == "stock":
        order._update_programs_and_rewards()
        for card, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards[:1], card)
    order.action_confirm()


def cancel_some(env, shop, kind):
    orders = find_orders(env, shop, kind)
    if orders:
        orders.browse(random.choice(orders.ids))._action_cancel()


def find_orders(env, shop, kind):
    """Confirmed orders with a program."""
    return env["sale.order"].search(
        [
            ("company_id", "=", shop["company"]),
            ("state", "=", "sale"),
            ("order_line.reward_id.program_id", "=", shop[kind]["program"]),
        ]
    )


def look(env, shop):
    """Program -> orders with it and what they were given; and what is wrong."""
    env = in_company(env, shop["company"])
    found, wrong = {}, []
    for kind in (*OURS, "stock"):
        orders = find_orders(env, shop, kind)
        rewards = orders.order_line.filtered("reward_id")
        found[kind] = len(orders), -sum(rewards.mapped("price_total"))
        if kind in OURS:
            program = env["loyalty.program"].browse(shop[kind]["program"])
            wrong += _compare(program, orders, found[kind][1])
    return found, wrong


def _compare(program, orders, money):
    """Uses and counters are those of the orders, each customer's as well."""
    uses = program.env["crm.promotion.use"].search(
        [("program_id", "=", program.id), ("state", "=", "counted")]
    )
    if uses.order_id != orders or sum(uses.mapped("amount")) != money:
        yield f"{program.name}: uses are not the orders"
    for partner, theirs in uses.grouped("partner_id").items():
        if program.max_uses_customer and len(theirs) > EACH:
            yield f"customer {partner.id}: {len(theirs)} uses"
    rows = program.env["crm.promotion.counter"]._verify(program)
    if rows and GUARDED:
        yield f"{program.name}: counters are wrong: {rows}"


def test_no_limit_is_exceeded():
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    guards = () if GUARDED else (do(count_before_writing),)
    with crew(PROCESSES, *guards) as tills:
        shop = tills[0].call(make_shop, name=f"Storm {uuid.uuid4()}")

        def order_with(kind, number):
            """Repeated until it is in or refused, as a cashier would."""
            partner = shop["partners"][number % CUSTOMERS]
            price = chance.randint(3_001, 19_999)
            return job(buy, shop=shop, kind=kind, partner=partner, price=price)

        # All processes are busy with the same promotion at the same time.
        many = LIMIT + LIMIT // 2 + PROCESSES
        numbers = dict.fromkeys(("uses", "stock", "day", "budget"), many)
        numbers |= {"customer": 4 * CUSTOMERS}
        orders = [order_with(kind, n) for kind in numbers for n in range(numbers[kind])]
        bought = share(tills, orders)
        first, wrong = tills[0].call(look, shop=shop)
        mixed = [order_with(chance.choice(OURS), number) for number in range(LIMIT)]
        mixed += [job(cancel_some, shop=shop, kind=chance.choice(OURS)) for _ in mixed]
        chance.shuffle(mixed)
        moved = share(tills, mixed)
        second, wrong_then = tills[0].call(look, shop=shop)

    print(f"\nUses with {PROCESSES} processes; {LIMIT} are allowed:")
    print(f"  Retail CRM   {first['uses'][0]}")
    print(f"  stock Odoo   {first['stock'][0]}")
    print(f"Budget {BUDGET}: {first['budget'][1]:.0f} given")
    print(first, second)
    assert wrong + wrong_then == []
    assert {answer.end for answer in bought + moved} <= {"done", "refused"}
    limits = {"uses": LIMIT, "customer": EACH * CUSTOMERS, "day": LIMIT // 2}
    assert {kind: first[kind][0] for kind in limits} == limits
    assert all(second[kind][0] <= limit for kind, limit in limits.items())
    assert BUDGET - LARGEST <= first["budget"][1] <= BUDGET
    assert second["budget"][1] <= BUDGET
