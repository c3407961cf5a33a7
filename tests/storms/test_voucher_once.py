"""16 clerks type the same voucher code at once, code after code: one order gets it.

Each clerk has a quotation, enters the code in one transaction and confirms it in the
next; a third of the winners cancel afterwards. At the end each code is used by one
confirmed order, or by none if that was cancelled, and came back as often as orders with
it were cancelled. The same storm on a coupon program of stock Odoo is printed beside
ours, whatever it gives.

Needs a database with `crm_promotion` that may be written to: its name in CRM_TEST_DB,
Odoo's configuration file in CRM_TEST_CONF. Runs in Odoo's Python environment.
CRM_STORM_CODES says how many codes; CRM_STORM_WITHOUT_GUARD looks whether a voucher is
used and writes then, in a transaction of its own, and the test must fail.
"""

import json
import os
import subprocess
import sys

import pytest

CODES = int(os.environ.get("CRM_STORM_CODES", "6"))
CLERKS = 16

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

# One process loads Odoo and makes a shop, then forks the clerks, who start each code at
# the same moment of the clock.
STORM = """
import json, os, sys, time
from unittest.mock import patch
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config
import odoo.sql_db

conf, database, codes, clerks = sys.argv[1:]
codes, clerks = int(codes), int(clerks)
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)

def environment(cr, shop=None):
    context = {"lang": "en_US"}
    if shop:
        context["allowed_company_ids"] = [shop["company"]]
    return api.Environment(cr, SUPERUSER_ID, context)

def make_program(env, company, name, ours):
    program = env["loyalty.program"].create({
        "name": name, "is_promotion": ours, "program_type": "coupons",
        "date_from": "2020-01-01", "date_to": "2099-12-31", "applies_on": "current",
        "trigger": "with_code", "rule_ids": [] if ours else [Command.create({})],
        "currency_id": company.currency_id.id, "company_id": company.id,
        "reward_ids": [Command.create({"discount": 10})], "communication_plan_ids": []})
    if ours:
        program.action_start_promotion()
    return program

def make_shop():
    with registry.cursor() as cr:
        env = environment(cr)
        company = env["res.company"].create({
            "name": f"Storm {os.getpid()}", "currency_id": env.ref("base.VND").id})
        env = environment(cr, {"company": company.id})
        product = env["product.product"].create({"name": "Storm", "type": "consu",
            "list_price": 100_000, "taxes_id": False})
        partners = env["res.partner"].create(
            [{"name": f"Storm {number}"} for number in range(clerks)])
        ours = make_program(env, company, "Ours", True)
        stock = make_program(env, company, "Stock", False)
        cards = ours._issue_vouchers(count=codes)
        coupons = env["loyalty.card"].create(
            [{"program_id": stock.id, "points": 1} for _number in range(codes)])
        env["ir.config_parameter"].set_param("crm_promotion.attempts_user", "9999999")
        return dict(company=company.id, product=product.id, partners=partners.ids,
                    ours=cards.mapped("code"), stock=coupons.mapped("code"))

def perform(shop, function):
    with registry.cursor() as cr:
        env = environment(cr, shop)
        try:
            return retrying(lambda: function(env), env)
        except Exception:
            cr.rollback()
            return None

def quote(env, shop, partner):
    return env["sale.order"].create({"partner_id": partner,
        "company_id": shop["company"], "order_line": [
            Command.create({"product_id": shop["product"], "product_uom_qty": 1})]}).id

def enter(env, order, code, ours):
    order = env["sale.order"].browse(order)
    if ours:
        order.apply_voucher(code)
        return True
    result = order._try_apply_code(code)
    if "error" in result:
        raise UserError(result["error"])
    for coupon, rewards in result.items():
        order._apply_program_reward(rewards[:1], coupon)
    return True

def work(shop, number, kind, begin):
    # Odoo waits seconds before it repeats; a storm is denser.
    patch("odoo.service.model.random.uniform", lambda low, high: high / 40).start()
    if os.environ.get("CRM_STORM_WITHOUT_GUARD"):
        real = registry["loyalty.card"]._write_move
        def elsewhere(self, move):
            with registry.cursor() as other:
                return real(self.with_env(self.env(cr=other)), move)
        patch.object(registry["loyalty.card"], "_write_move", elsewhere).start()
        # Whoever has read that the voucher is free takes it.
        from odoo.addons.crm_promotion.models import crm_voucher_moves as moves
        judge = registry["loyalty.card"]._voucher_refusal
        def unless_used(self, **asked):
            word = judge(self, **asked)
            return None if word == "reserved" else word
        patch.object(registry["loyalty.card"], "_voucher_refusal", unless_used).start()
        for name in ("reserve", "use"):
            moves.MOVES[name] = (moves.MOVES[name][0], odoo.tools.SQL("TRUE"))
    for place, code in enumerate(shop[kind]):
        order = perform(shop, lambda env: quote(
            env, shop, shop["partners"][number]))
        time.sleep(max(0, begin + place * PAUSE - time.time()))
        if not perform(shop, lambda env: enter(env, order, code, kind == "ours")):
            continue
        time.sleep(max(0, begin + (place + 0.5) * PAUSE - time.time()))
        done = perform(shop, lambda env: (
            env["sale.order"].browse(order).action_confirm(), True)[1])
        if done and (order + place) % 3 == 0:
            perform(shop, lambda env: (
                env["sale.order"].browse(order)._action_cancel(), True)[1])

PAUSE = 3.0
shop = make_shop()
for kind in ("ours", "stock"):
    odoo.sql_db.close_all()
    begin = time.time() + 1
    children = []
    for number in range(clerks):
        pid = os.fork()
        if not pid:
            try:
                work(shop, number, kind, begin)
            finally:
                os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)

answer = {"wrong": [], "ours": {}, "stock": {}}
with registry.cursor() as cr:
    env = environment(cr, shop)
    def cards_of(kind):
        return env["loyalty.card"].search([("code", "in", shop[kind])])
    held = env["sale.order"].search([("voucher_ids", "in", cards_of("ours").ids)])
    uses = 0
    for card in cards_of("ours"):
        moves = card.voucher_log_ids.mapped("move")
        confirmed = held.filtered(
            lambda o: card in o.voucher_ids and o.state == "sale")
        used, back = moves.count("use"), moves.count("give_back")
        uses += used
        expected = 1 if card.voucher_state == "used" else 0
        if len(confirmed) != expected or used - back != expected:
            answer["wrong"].append(
                f"{card.code} is {card.voucher_state}: on {len(confirmed)} confirmed "
                f"orders, used {used} times, given back {back} times")
        if expected and card.used_order_id != confirmed:
            answer["wrong"].append(f"{card.code} names another order")
    answer["ours"] = {"codes": codes, "uses": uses,
        "still used": cards_of("ours").mapped("voucher_state").count("used")}
    sold = env["sale.order.line"].search([
        ("coupon_id", "in", cards_of("stock").ids), ("order_id.state", "=", "sale")])
    answer["stock"] = {"codes": codes, "confirmed orders with a code": len(
        sold.order_id), "codes on several": sum(
            len(sold.filtered(lambda l: l.coupon_id == c).order_id) > 1
            for c in cards_of("stock"))}
    cr.rollback()
print(json.dumps(answer))
"""


def test_one_code_is_used_by_one_order():
    words = (CONFIGURATION, DATABASE, CODES, CLERKS)
    done = subprocess.run(
        [sys.executable, "-c", STORM, *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    print("ours:", answer["ours"])
    print("stock Odoo:", answer["stock"])
    assert answer["wrong"] == []
    assert answer["ours"]["uses"] >= CODES
