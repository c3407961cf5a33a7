"""16 clerks type the same voucher code at once, code after code: one order gets it.

Each clerk has a quotation, enters the code in one transaction and confirms it in the
next; a third of the winners cancel afterwards. At the end each code is used by one
confirmed order, or by none if that was cancelled, and came back as often as orders with
it were cancelled. The same storm on a coupon program of stock Odoo is printed beside
ours, whatever it gives.

Needs `crm_promotion` in the database, see ``harness``. CRM_STORM_CODES says how many
codes. Without guard: whether a voucher is free is looked at first, and that it isn't
any more is written in a transaction of its own.
"""

import os
import uuid

from .harness import GUARDED, at_once, crew, do, needs_database
from .promotion_shop import make_product, make_program, new_order
from .shop import in_company, make_company

CODES = int(os.environ.get("CRM_STORM_CODES", "6"))
CLERKS = 16

pytestmark = needs_database


def make_shop(env, name):
    env = make_company(env, name)
    partners = env["res.partner"].create(
        [{"name": f"{name} {number}"} for number in range(CLERKS)]
    )
    vals = {"program_type": "coupons", "trigger": "with_code"}
    ours = make_program(env, "Ours", True, **vals)._issue_vouchers(count=CODES)
    stock = make_program(env, "Stock", False, **vals)
    coupons = env["loyalty.card"].create(
        [{"program_id": stock.id, "points": 1} for _number in range(CODES)]
    )
    env["ir.config_parameter"].set_param("crm_promotion.attempts_user", "9999999")
    return {
        "company": env.company.id,
        "product": make_product(env, name, 100_000).id,
        "partners": partners.ids,
        "ours": ours.mapped("code"),
        "stock": coupons.mapped("code"),
    }


def look_before_writing(env):
    """From now on whoever has read that a voucher is free takes it."""
    from odoo.tools import SQL

    from odoo.addons.crm_promotion.models import crm_voucher_moves

    Card = env.registry["loyalty.card"]
    write_move, refusal = Card._write_move, Card._voucher_refusal

    def write_elsewhere(card, move):
        with card.env.registry.cursor() as other:
            return write_move(card.with_env(card.env(cr=other)), move)

    def refusal_unless_used(card, **asked):
        word = refusal(card, **asked)
        return None if word == "reserved" else word

    Card._write_move, Card._voucher_refusal = write_elsewhere, refusal_unless_used
    for name in ("reserve", "use"):
        state, _condition = crm_voucher_moves.MOVES[name]
        crm_voucher_moves.MOVES[name] = state, SQL("TRUE")


def quote(env, shop, partner):
    env = in_company(env, shop["company"])
    return new_order(env, partner, shop["product"]).id


def enter(env, shop, order, code, ours):
    order = in_company(env, shop["company"])["sale.order"].browse(order)
    if ours:
        order.apply_voucher(code)
        return True
    result = order._try_apply_code(code)
    for coupon, rewards in result.items() if "error" not in result else ():
        order._apply_program_reward(rewards[:1], coupon)
    return "error" not in result


def confirm(env, order):
    env["sale.order"].browse(order).action_confirm()


def cancel(env, order):
    env["sale.order"].browse(order)._action_cancel()


def look_at_ours(env, shop):
    """What is wrong, how often codes were used, and how many are used now."""
    cards = env["loyalty.card"].search([("code", "in", shop["ours"])])
    orders = env["sale.order"].search([("voucher_ids", "in", cards.ids)])
    wrong, uses = [], 0
    for card in cards:
        moves = card.voucher_log_ids.mapped("move")
        confirmed = orders.filtered(
            lambda o, card=card: card in o.voucher_ids and o.state == "sale"
        )
        used, back = moves.count("use"), moves.count("give_back")
        uses += used
        expected = 1 if card.voucher_state == "used" else 0
        if len(confirmed) != expected or used - back != expected:
            wrong.append(
                f"{card.code} is {card.voucher_state}: on {len(confirmed)} confirmed "
                f"orders, used {used} times, given back {back} times"
            )
        if expected and card.used_order_id != confirmed:
            wrong.append(f"{card.code} names another order")
    return wrong, uses, cards.mapped("voucher_state").count("used")


def look_at_stock(env, shop):
    """How many confirmed orders have a code, and how many codes are on several."""
    cards = env["loyalty.card"].search([("code", "in", shop["stock"])])
    lines = env["sale.order.line"].search(
        [("coupon_id", "in", cards.ids), ("order_id.state", "=", "sale")]
    )
    several = [lines for lines in lines.grouped("coupon_id").values() if lines[1:]]
    return len(lines.order_id), len(several)


def use_codes(clerks, shop, kind):
    """Code after code: all have a quotation, enter it, and go on if they may."""
    for place, code in enumerate(shop[kind]):
        quotes = [do(quote, shop=shop, partner=p) for p in shop["partners"]]
        orders = [answer.result() for answer in at_once(clerks, quotes)]
        words = {"shop": shop, "code": code, "ours": kind == "ours"}
        entered = at_once(clerks, [do(enter, order=o, **words) for o in orders])
        held = [
            (clerk, order)
            for clerk, order, answer in zip(clerks, orders, entered, strict=True)
            if answer.end == "done" and answer.value
        ]
        holders = [clerk for clerk, _order in held]
        sold = at_once(holders, [do(confirm, order=order) for _clerk, order in held])
        for (clerk, order), answer in zip(held, sold, strict=True):
            if answer.end == "done" and (order + place) % 3 == 0:
                clerk.begin(do(cancel, order=order))
                clerk.answer()


def test_one_code_is_used_by_one_order():
    guards = () if GUARDED else (do(look_before_writing),)
    with crew(CLERKS, *guards) as clerks:
        shop = clerks[0].call(make_shop, name=f"Storm {uuid.uuid4()}")
        use_codes(clerks, shop, "ours")
        wrong, uses, used = clerks[0].call(look_at_ours, shop=shop)
        use_codes(clerks, shop, "stock")
        orders, several = clerks[0].call(look_at_stock, shop=shop)
    print(f"\n{CODES} codes, {CLERKS} clerks:")
    print(f"  Retail CRM   {uses} uses, {used} codes are used now")
    print(f"  stock Odoo   {orders} orders with a code, {several} codes on several")
    assert wrong == []
    assert uses >= CODES
