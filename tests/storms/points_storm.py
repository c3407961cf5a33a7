"""What the processes of ``test_points_ledger`` do, and what must be true afterwards."""

import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from . import points_shop
from .shop import in_company

LOTS_THAT_EXPIRED, LOT_THAT_STAYS = [20, 20, 20], 200
SEEDED = sum(LOTS_THAT_EXPIRED) + LOT_THAT_STAYS


def make_shop(env, name, accounts):
    """A shop whose customers have lots that expired yesterday, and others."""
    shop = points_shop.make_shop(env, name, accounts, debt_policy="forgive")
    env = in_company(env, shop["company"])
    cards = points_shop.provide_accounts(env, shop)
    program = cards.program_id
    with freeze_time(datetime.now() - timedelta(days=3)):
        yesterday = program._local_day() + timedelta(days=2)
        for card in cards:
            for points in LOTS_THAT_EXPIRED:
                card._post_points(points, description="old", expires_on=yesterday)
    for card in cards:
        card._post_points(LOT_THAT_STAYS, description="seed")
    return shop


def post_without_collision(env):
    """From now on balances are right, but no row of the transaction's own changes."""

    def change_balance(card, entries, *_more):
        with card.env.registry.cursor() as other:
            other.execute(
                "UPDATE loyalty_card SET points = points + %s WHERE id = %s",
                [sum(entry.points for entry in entries), card.id],
            )
        return 0

    env.registry["loyalty.card"]._change_balance = change_balance


def act(env, shop, name, seed):
    """One operation with some customer or some order."""
    env = in_company(env, shop["company"])
    env = env(context={**env.context, "tracking_disable": True})
    return ACTS[name](env, shop, random.Random(seed))


def _new_order(env, shop, chance):
    partner, quantity = chance.choice(shop["partners"]), chance.randint(1, 8)
    return points_shop.new_order(env, shop, partner, quantity)


def _some_order(env, chance, state):
    orders = env["sale.order"]
    domain = [("company_id", "=", env.company.id), ("state", "=", state)]
    if count := orders.search_count(domain):
        return orders.search(domain, offset=chance.randrange(count), limit=1)
    return orders


def _earn(env, shop, chance):
    _new_order(env, shop, chance).action_confirm()


def _spend(env, shop, chance):
    order = _new_order(env, shop, chance)
    if allowed := order.points_allowed:
        order.points_to_spend = chance.randint(1, allowed)
    order.action_confirm()


def _cancel(env, _shop, chance):
    order = _some_order(env, chance, "sale")
    if not order.invoice_ids:
        order._action_cancel()


def _again(env, _shop, chance):
    order = _some_order(env, chance, "cancel")
    order.action_draft()
    order.action_confirm()


def _edit(env, _shop, chance):
    order = _some_order(env, chance, "sale")
    lines = order.order_line.filtered(lambda line: not line.reward_id)
    if not order.invoice_ids:
        lines.product_uom_qty = chance.randint(1, 8)


def _give_back(env, _shop, chance):
    order = _some_order(env, chance, "sale")
    invoice = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
    if order and not invoice:
        order._create_invoices(final=True).action_post()
    elif order and not order.points_returned:
        refund = invoice[:1]._reverse_moves([{"invoice_date": invoice[0].invoice_date}])
        refund.invoice_line_ids[:1].quantity = 1
        refund.action_post()


def _expire(env, shop, chance):
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    cards.browse(chance.sample(cards.ids, 10))._job_expire_points()


def _adjust(env, shop, chance):
    """:return: the account and what it got, when it got something."""
    program = env["loyalty.program"].browse(shop["program"])
    customer = env["res.partner"].browse(chance.choice(shop["partners"]))
    card = env["loyalty.card"]._find_account(program, customer)
    points = chance.choice([-30, -5, 5, 40])
    if points < 0 and card._usable_points() < -points:
        return None
    if points < 0 or chance.random() < 0.5:
        card._post_points(points, description="adjust")
        return card.id, points
    key = f"storm:{program.id}:{chance.randrange(20)}"
    known = env["loyalty.history"]._find_posting(key)
    card._post_points(points, description="key", key=key)
    return None if known else (card.id, points)


ACTS = {
    "earn": _earn,
    "spend": _spend,
    "cancel": _cancel,
    "again": _again,
    "edit": _edit,
    "give_back": _give_back,
    "expire": _expire,
    "adjust": _adjust,
}


def judge(env, shop, adjusted):
    """What is wrong, in words, and how many lines there are.

    :param adjusted: account -> points that it got from adjustments.
    """
    env = in_company(env, shop["company"])
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    wrong = points_shop.unproved(env, cards)
    due = dict.fromkeys(cards.ids, SEEDED)
    orders = env["sale.order"].search([("company_id", "=", env.company.id)])
    posted = orders._read_posted()
    for order in orders:
        _judge_order(order, posted.get(order.id, {}), due, wrong)
    for card in cards:
        _judge_card(card, due[card.id] + adjusted.get(card.id, 0), wrong)
    lines = env["loyalty.history"].search_count([("card_id", "in", cards.ids)])
    env.cr.rollback()
    return wrong, lines


def _judge_order(order, posted, due, wrong):
    """The order has what follows from its state; its accounts have it to have."""
    target = order._points_target()
    for card, rows in posted.items():
        given = sum(row.points for row in rows if row.kind.startswith("earn"))
        taken = -sum(
            row.points
            for row in rows
            if row.kind.startswith("spend") or row.kind == "move"
        )
        mine = target["card"].id == card
        right = (target["earned"], target["spent"]) if mine else (0, 0)
        if (given, taken) != right:
            wrong.append(f"{order.name}: {given, taken} is not {target}")
        due[card] += given - taken


def _judge_card(card, due, wrong):
    """The balance is what orders, adjustments, expiry and pardons make it."""
    kinds = ("expire", "expire_back", "write_off", "write_off_back")
    lines = card.history_ids
    others = lines.filtered(lambda line: line.kind in kinds)
    expected = due + sum(others.mapped("points"))
    if card.points != expected:
        wrong.append(f"card {card.id}: {card.points} is not {expected}")
    if card.points < 0:
        wrong.append(f"card {card.id} is below zero: {card.points}")
    card._replay("storm")
    fresh = set((card.history_ids - lines).mapped("kind")) - {"expire"}
    if fresh:
        wrong.append(f"card {card.id}: lots are not those of a replay: {fresh}")
