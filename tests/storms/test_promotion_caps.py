"""16 processes confirm orders with limited promotions at once, and cancel some.

Of a promotion that is limited to n uses exactly n orders are confirmed with it, however
they collide; the same for its uses per customer and per day; its budget isn't exceeded
by one đồng, and counters are what the orders say. The same orders on a stock programme
with `limit_usage`, in the same run, are printed beside.

Needs a database with `crm_promotion` that may be written to: its name in CRM_TEST_DB,
Odoo's configuration file in CRM_TEST_CONF. Runs in Odoo's Python environment.
CRM_STORM_LIMIT says how many uses are allowed (100 is the full size);
CRM_STORM_WITHOUT_GUARD counts first and writes then, and the test must fail.
"""

import json
import os
import subprocess
import sys

import pytest

LIMIT = int(os.environ.get("CRM_STORM_LIMIT", "12"))
PROCESSES = 16

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

# One process loads Odoo and makes a shop, then forks the others, so that they start at
# once. Each operation is a transaction that Odoo repeats when it collides; one that it
# gives up after five times is tried again, as a cashier would.
STORM = """
import json, os, random, sys, time
from datetime import timedelta
from unittest.mock import patch
import odoo.init
from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config
from psycopg2 import OperationalError
import odoo.sql_db

conf, database, limit, processes = sys.argv[1:]
limit, processes = int(limit), int(processes)
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
CUSTOMERS = max(4, limit // 8)

def environment(cr, **context):
    return api.Environment(cr, SUPERUSER_ID, {"lang": "en_US", **context})

def make_shop():
    with registry.cursor() as cr:
        env = environment(cr)
        company = env["res.company"].create({
            "name": f"Storm {os.getpid()}", "currency_id": env.ref("base.VND").id})
        env = environment(cr, allowed_company_ids=company.ids)
        def programme(name, **vals):
            ours = vals.pop("is_promotion", True)
            today = fields.Date.today()
            program = env["loyalty.program"].create({
                "name": name, "is_promotion": ours, "program_type": "promotion",
                "applies_on": "current", "trigger": "auto",
                "rule_ids": [] if ours else [Command.create({})],
                "reward_ids": [Command.create({
                    "discount": 10, "discount_mode": "percent",
                    "discount_applicability": "order"})],
                "communication_plan_ids": [], "company_id": company.id,
                "currency_id": company.currency_id.id,
                "date_from": today - timedelta(days=1),
                "date_to": today + timedelta(days=9), **vals})
            if ours:
                program.action_start_promotion()
            product = env["product.product"].create({
                "name": name, "type": "consu", "list_price": 10_000,
                "taxes_id": False})
            return [program.id, product.id]
        shop = {
            "company": company.id,
            "partners": env["res.partner"].create(
                [{"name": f"Storm {n}"} for n in range(CUSTOMERS)]).ids,
            "uses": programme("uses", max_uses=limit),
            "customer": programme("customer", max_uses_customer=2),
            "day": programme("day", max_uses_day=limit // 2),
            "budget": programme("budget", budget=limit * 777),
            "stock": programme("stock", is_promotion=False, limit_usage=True,
                               max_usage=limit),
        }
        # Each is for the orders of its own product.
        for kind in ("uses", "customer", "day", "budget"):
            program, product = shop[kind]
            only_for(env["loyalty.program"].browse(program), product)
        program, product = shop["stock"]
        env["loyalty.program"].browse(program).rule_ids.product_ids = [product]
        cr.commit()
        return shop

def only_for(program, product):
    if "product_ids" in program._fields:
        program.product_ids = [product]

def order_with(env, shop, kind, number):
    program, product = shop[kind]
    order = env["sale.order"].create({
        "partner_id": shop["partners"][number % CUSTOMERS],
        "company_id": shop["company"],
        "order_line": [Command.create({
            "product_id": product, "price_unit": random.randint(3_001, 19_999)})]})
    if kind == "stock":
        order._update_programs_and_rewards()
        for card, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards[:1], card)
    order.action_confirm()

def cancel_some(env, shop, kind, number):
    orders = env["sale.order"].search([
        ("company_id", "=", shop["company"]), ("state", "=", "sale"),
        ("order_line.reward_id.program_id", "=", shop[kind][0])])
    if orders:
        env["sale.order"].browse(random.choice(orders.ids))._action_cancel()

def without_guard(counter, deltas):
    Use = counter.env["crm.promotion.use"].sudo()
    for scope, delta in deltas.items():
        if delta.used <= 0:
            continue
        program = counter.env["loyalty.program"].browse(scope.program)
        domain = [("program_id", "=", scope.program), ("state", "=", "counted")]
        domain += [("partner_id", "=", scope.partner)] if scope.partner else []
        domain += [("day", "=", scope.day)] if scope.day else []
        uses = Use.search(domain)
        cap = (program.max_uses_customer_day if scope.partner and scope.day
               else program.max_uses_customer if scope.partner
               else program.max_uses_day if scope.day else program.max_uses)
        spent = sum(uses.mapped("amount"))
        if cap and len(uses) >= cap or (
                program.budget and not scope.partner and not scope.day
                and spent + delta.amount > program.budget):
            raise UserError("full")

def work(shop, acts):
    # Odoo waits seconds before it repeats; a storm is denser.
    patch("odoo.service.model.random.uniform", lambda low, high: high / 40).start()
    if os.environ.get("CRM_STORM_WITHOUT_GUARD"):
        patch.object(
            registry["crm.promotion.counter"], "_claim", without_guard).start()
    random.seed(os.getpid() * 7919 + time.time_ns())
    for number, (act, kind) in acts:
        for _try in range(60):
            with registry.cursor() as cr:
                env = environment(cr, allowed_company_ids=[shop["company"]])
                try:
                    retrying(lambda: act(env, shop, kind, number), env)
                    break
                except UserError:
                    cr.rollback()
                    break
                except OperationalError:
                    cr.rollback()
                    time.sleep(random.random() / 10)

def storm(shop, acts):
    acts = list(enumerate(acts))
    odoo.sql_db.close_all()
    children = []
    for child in range(processes):
        pid = os.fork()
        if not pid:
            try:
                work(shop, acts[child::processes])
            except BaseException as error:
                print(f"child: {error!r}", file=sys.stderr)
                os._exit(1)
            os._exit(0)
        children.append(pid)
    return [pid for pid in children if os.waitpid(pid, 0)[1]]

def look(shop, wrong, exact):
    with registry.cursor() as cr:
        env = environment(cr, allowed_company_ids=[shop["company"]])
        Use = env["crm.promotion.use"]
        found = {}
        for kind in ("uses", "customer", "day", "budget", "stock"):
            program = env["loyalty.program"].browse(shop[kind][0])
            orders = env["sale.order"].search([
                ("company_id", "=", shop["company"]), ("state", "=", "sale"),
                ("order_line.reward_id.program_id", "=", program.id)])
            money = -sum(orders.order_line.filtered("reward_id").mapped("price_total"))
            found[kind] = [len(orders), money]
            if kind == "stock":
                continue
            uses = Use.search(
                [("program_id", "=", program.id), ("state", "=", "counted")])
            if uses.order_id != orders or sum(uses.mapped("amount")) != money:
                wrong.append(f"{kind}: uses are not the orders")
            allowed = {"uses": limit, "customer": 2 * CUSTOMERS, "day": limit // 2}
            if kind == "budget":
                if money > program.budget:
                    wrong.append(f"budget {program.budget} exceeded: {money}")
                if exact and program.budget - money > 2_000:
                    wrong.append(f"budget {program.budget} not used: {money}")
            elif len(orders) > allowed[kind] or (
                    exact and len(orders) != allowed[kind]):
                wrong.append(f"{kind}: {len(orders)} uses, not {allowed[kind]}")
            if kind == "customer":
                each = Use._read_group([("id", "in", uses.ids)], ["partner_id"],
                                       ["__count"])
                wrong.extend(f"customer {p.id}: {n} uses" for p, n in each if n > 2)
            rows = env["crm.promotion.counter"]._verify(program)
            if rows and not os.environ.get("CRM_STORM_WITHOUT_GUARD"):
                wrong.append(f"verify: {rows}")
        return found

wrong = []
shop = make_shop()
many = limit + limit // 2 + processes
# All processes are busy with the same promotion at the same time.
kinds = [kind for kind in ("uses", "stock", "day", "budget") for _each in range(many)]
kinds += ["customer"] * (4 * CUSTOMERS)
died = storm(shop, [(order_with, kind) for kind in kinds])
first = look(shop, wrong, exact=True)
ours = ["uses", "customer", "day", "budget"]
acts = [(act, random.choice(ours)) for act in
        [order_with] * limit + [cancel_some] * limit]
random.shuffle(acts)
died += storm(shop, acts)
second = look(shop, wrong, exact=False)
if died:
    wrong.append(f"{len(died)} processes died")
print(json.dumps({"wrong": wrong, "first": first, "second": second}))
"""


def test_no_limit_is_exceeded():
    answer = subprocess.run(
        [
            sys.executable,
            "-c",
            STORM,
            *map(str, (CONFIGURATION, DATABASE, LIMIT, PROCESSES)),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    storm = json.loads(answer.stdout.splitlines()[-1])
    first = storm["first"]
    print(f"\nUses with {PROCESSES} processes; {LIMIT} are allowed:")
    print(f"  Retail CRM   {first['uses'][0]}")
    print(f"  stock Odoo   {first['stock'][0]}")
    print(f"Budget {LIMIT * 777}: {first['budget'][1]:.0f} given")
    print(storm)
    assert storm["wrong"] == []
    assert first["uses"][0] == LIMIT
