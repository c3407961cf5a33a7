"""16 processes earn, spend, cancel, return, expire and adjust on 50 accounts at once.

They are repeated by Odoo when they collide, and some end in mid-transaction. At the end
no point is lost or doubled: each order has exactly what follows from its state, each
adjustment is there once, balances are the sums of their ledgers and none is below zero.

Needs a database with `crm_loyalty` that may be written to: its name in CRM_TEST_DB,
Odoo's configuration file in CRM_TEST_CONF. Runs in Odoo's Python environment.
CRM_STORM_OPERATIONS says how many operations (10,000 is the full size);
CRM_STORM_WITHOUT_GUARD lets the postings not collide, and the test must fail.
"""

import json
import os
import subprocess
import sys

import pytest

OPERATIONS = int(os.environ.get("CRM_STORM_OPERATIONS", "96"))
PROCESSES = 16
ACCOUNTS = 50

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

# One process loads Odoo and makes a shop, then forks the others, so that they start at
# once. A child that ends in mid-transaction is replaced.
STORM = """
import json, os, random, select, signal, sys, time
from datetime import timedelta
from unittest.mock import patch
import odoo.init
from freezegun import freeze_time
from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config
import odoo.sql_db

conf, database, operations, processes, accounts = sys.argv[1:]
operations, processes, accounts = int(operations), int(processes), int(accounts)
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
KEYS = [f"storm:{os.getpid()}:{number}" for number in range(operations // 10 + 1)]

def environment(cr, **context):
    return api.Environment(cr, SUPERUSER_ID, {"lang": "en_US", **context})

def make_shop():
    with registry.cursor() as cr:
        env = environment(cr)
        company = env["res.company"].create({
            "name": f"Storm {os.getpid()}", "currency_id": env.ref("base.VND").id})
        env = environment(cr, allowed_company_ids=company.ids)
        receivable, income = env["account.account"].create([
            {"code": "131901", "name": "R", "account_type": "asset_receivable"},
            {"code": "511901", "name": "I", "account_type": "income"}])
        env["account.journal"].create({"name": "S", "code": "STM", "type": "sale",
            "default_account_id": income.id})
        env["ir.default"].set("res.partner", "property_account_receivable_id",
            receivable.id, company_id=company.id)
        product = env["product.product"].create({"name": "Storm", "type": "consu",
            "list_price": 100_000, "taxes_id": False, "invoice_policy": "order"})
        program = env["loyalty.program"]._provide_points_program(company)
        program.write({"debt_policy": "forgive"})
        partners = env["res.partner"].create(
            [{"name": f"Storm {number}"} for number in range(accounts)])
        cards = env["loyalty.card"]._provide_accounts(program, partners)
        with freeze_time(fields.Datetime.now() - timedelta(days=3)):
            yesterday = program._local_day() + timedelta(days=2)
            for card in cards.values():
                for _lot in range(3):
                    card._post_points(20, description="old", expires_on=yesterday)
        for card in cards.values():
            card._post_points(200, description="seed")
        cr.execute("CREATE TABLE IF NOT EXISTS storm_adjust (card int, points int)")
        cr.execute("TRUNCATE storm_adjust")
        cr.execute("INSERT INTO storm_adjust SELECT id, 260 FROM loyalty_card "
                   "WHERE program_id = %s", [program.id])
        cr.commit()
        return dict(company=company.id, product=product.id, program=program.id,
                    partners=partners.ids)

def some_order(env, shop, states):
    Order = env["sale.order"]
    domain = [("company_id", "=", shop["company"]), ("state", "in", states)]
    count = Order.search_count(domain)
    return Order.search(domain, offset=random.randrange(count), limit=1) if count else (
        Order)

def new_order(env, shop, partner):
    return env["sale.order"].create({
        "partner_id": partner, "company_id": shop["company"],
        "order_line": [Command.create({"product_id": shop["product"],
                                       "product_uom_qty": random.randint(1, 8)})]})

def earn(env, shop, partner):
    new_order(env, shop, partner).action_confirm()

def spend(env, shop, partner):
    order = new_order(env, shop, partner)
    allowed = order.points_allowed
    if allowed:
        order.points_to_spend = random.randint(1, allowed)
    order.action_confirm()

def cancel(env, shop, partner):
    order = some_order(env, shop, ["sale"])
    if not order.invoice_ids:
        order._action_cancel()

def again(env, shop, partner):
    order = some_order(env, shop, ["cancel"])
    order.action_draft()
    order.action_confirm()

def edit(env, shop, partner):
    order = some_order(env, shop, ["sale"])
    lines = order.order_line.filtered(lambda line: not line.reward_id)
    if not order.invoice_ids:
        lines.product_uom_qty = random.randint(1, 8)

def give_back(env, shop, partner):
    order = some_order(env, shop, ["sale"])
    if order.invoice_ids:
        invoice = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice")[:1]
        if not order.points_returned:
            refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
            refund.invoice_line_ids[:1].quantity = 1
            refund.action_post()
    elif order:
        order._create_invoices(final=True).action_post()

def expire(env, shop, partner):
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    env["loyalty.card"].browse(random.sample(cards.ids, 10))._job_expire_points()

def adjust(env, shop, partner):
    program = env["loyalty.program"].browse(shop["program"])
    card = env["loyalty.card"]._find_account(
        program, env["res.partner"].browse(partner))
    points = random.choice([-30, -5, 5, 40])
    if points < 0 and card._usable_points() < -points:
        return
    if points > 0 and random.random() < 0.5:
        key = random.choice(KEYS)
        known = env["loyalty.history"].search([("idempotency_key", "=", key)])
        card._post_points(points, description="key", key=key)
        if known:
            return
    else:
        card._post_points(points, description="adjust")
    env.cr.execute("INSERT INTO storm_adjust VALUES (%s, %s)", [card.id, points])

ACTS = [earn] * 5 + [spend] * 6 + [cancel] * 3 + [again] * 2 + [edit] * 2
ACTS += [give_back] * 3 + [expire] * 2 + [adjust] * 4

def without_guard(card, entries, *more):
    # The balance is right, but no row of the transaction's own changes.
    with registry.cursor() as other:
        other.execute("UPDATE loyalty_card SET points = points + %s WHERE id = %s",
                      [sum(entry.points for entry in entries), card.id])
    return 0

def work(shop, share, say):
    # Odoo waits seconds before it repeats; a storm is denser.
    patch("odoo.service.model.random.uniform", lambda low, high: high / 40).start()
    if os.environ.get("CRM_STORM_WITHOUT_GUARD"):
        patch.object(registry["loyalty.card"], "_change_balance", without_guard).start()
    random.seed(os.getpid() * 7919 + time.time_ns())
    for _number in range(share):
        act, partner = random.choice(ACTS), random.choice(shop["partners"])
        die = random.random() < 0.05
        with registry.cursor() as cr:
            env = environment(cr, allowed_company_ids=[shop["company"]])
            def perform():
                act(env, shop, partner)
                if die:
                    env.cr.flush()
                    os.kill(os.getpid(), signal.SIGKILL)
            try:
                retrying(perform, env)
                say(act.__name__)
            except UserError:
                say("refused")
            except Exception as error:
                say(f"{type(error).__name__}")
            finally:
                cr.rollback()

shop = make_shop()
odoo.sql_db.close_all()
done, left = {}, {}
reader, writer = os.pipe()
def start(share):
    pid = os.fork()
    if not pid:
        try:
            work(shop, share, lambda word: os.write(
                writer, f"{os.getpid()} {word}\\n".encode()))
        finally:
            os._exit(0)
    left[pid] = share
def listen(wait):
    # A line is one write, shorter than what a pipe takes at once.
    while select.select([reader], [], [], wait)[0]:
        for line in os.read(reader, 65536).decode().splitlines():
            pid, word = line.split()
            done[word] = done.get(word, 0) + 1
            left[int(pid)] -= 1
for child in range(processes):
    start(operations // processes + (child < operations % processes))
killed = 0
while left:
    pid, status = os.waitpid(-1, os.WNOHANG)
    listen(0 if pid else 0.05)
    if pid:
        rest = left.pop(pid)
        if os.WIFSIGNALED(status):
            # The killed operation is over; somebody else does what it had left.
            killed += 1
            if rest > 1:
                start(rest - 1)

wrong = []
with registry.cursor() as cr:
    env = environment(cr, allowed_company_ids=[shop["company"]])
    program = env["loyalty.program"].browse(shop["program"])
    cards = env["loyalty.card"].search([("program_id", "=", program.id)])
    wrong += [f"verify: {row}" for row in cards._verify_points() if row[0] in cards.ids]
    targets = dict.fromkeys(cards.ids, 0)
    for order in env["sale.order"].search([("company_id", "=", shop["company"])]):
        target = order._points_target()
        rows = order._read_posted().get(order.id, {})
        for card, lines in rows.items():
            give = sum(r.points for r in lines if r.kind.startswith("earn"))
            take = -sum(r.points for r in lines if r.kind.startswith("spend")
                        or r.kind == "move")
            mine = target["card"].id == card
            due = (target["earned"], target["spent"]) if mine else (0, 0)
            if (give, take) != due:
                wrong.append(f"{order.name}: {give, take} is not {target}")
            targets[card] += give - take
    env["sale.order"]._sync_points()
    cr.execute("SELECT card, SUM(points) FROM storm_adjust GROUP BY card")
    adjusted = dict(cr.fetchall())
    for card in cards:
        sums = dict(env["loyalty.history"]._read_group(
            [("card_id", "=", card.id)], ["kind"], ["points:sum"]))
        expired = sums.get("expire", 0) + sums.get("expire_back", 0)
        forgiven = sums.get("write_off", 0) + sums.get("write_off_back", 0)
        expected = targets[card.id] + adjusted.get(card.id, 0) + expired + forgiven
        if card.points != expected:
            wrong.append(f"card {card.id}: {card.points} is not {expected}")
        if card.points < 0:
            wrong.append(f"card {card.id} is below zero: {card.points}")
        before = len(card.history_ids)
        card._replay("storm")
        kinds = card.history_ids.sorted("id")[before:].mapped("kind")
        if set(kinds) - {"expire"}:
            wrong.append(f"card {card.id}: lots are not those of a replay: {kinds}")
    lines = env["loyalty.history"].search_count([("card_id", "in", cards.ids)])
    cr.rollback()
print(json.dumps({"done": done, "killed": killed, "wrong": wrong, "lines": lines}))
"""


def test_no_point_is_lost_or_doubled():
    words = (CONFIGURATION, DATABASE, OPERATIONS, PROCESSES, ACCOUNTS)
    answer = subprocess.run(
        [sys.executable, "-c", STORM, *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    storm = json.loads(answer.stdout.splitlines()[-1])
    print(storm)
    assert storm["wrong"] == []
    done = storm["done"]
    assert sum(done.values()) + storm["killed"] == OPERATIONS
    strange = set(done) - {
        "earn",
        "spend",
        "cancel",
        "again",
        "edit",
        "give_back",
        "expire",
        "adjust",
        "refused",
        # Five repetitions were not enough: nothing happened.
        "SerializationFailure",
        "DeadlockDetected",
    }
    assert not strange
