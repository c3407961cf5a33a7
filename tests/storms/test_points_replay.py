"""Real sales lines with their cancellations: what was returned was never bought.

Customers of a file of sales lines buy, spend points and return in the file's order;
each invoice line with a negative quantity is a credit note. Another customer buys only
what the first one kept. Both stand the same: balance, debt, and what can be used until
when.

Needs a database with `crm_loyalty` that may be written to (CRM_TEST_DB), Odoo's
configuration file (CRM_TEST_CONF) and the file (CRM_SALES_LINES: InvoiceNo, StockCode,
Quantity, InvoiceDate, UnitPrice, CustomerID). CRM_REPLAY_CUSTOMERS says how many.
"""

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict

import pytest

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")
LINES = os.environ.get("CRM_SALES_LINES")
CUSTOMERS = int(os.environ.get("CRM_REPLAY_CUSTOMERS", "4"))

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION and LINES),
    reason="CRM_TEST_DB, CRM_TEST_CONF and CRM_SALES_LINES name no sales to replay",
)

REPLAY = """
import json, sys
from datetime import datetime
from unittest.mock import patch
import odoo.init
from freezegun import freeze_time
from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

conf, database = sys.argv[1:]
stories = json.load(sys.stdin)
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
answer = {"orders": 0, "returns": 0, "spends": 0, "wrong": []}

def close(env):
    env.flush_all()
    env.cr.precommit.run()
    env.flush_all()
    env.cr.precommit.clear()

with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    company = env["res.company"].create(
        {"name": "Replay", "currency_id": env.ref("base.VND").id})
    env = env(context={"lang": "en_US", "allowed_company_ids": company.ids})
    receivable, income = env["account.account"].create([
        {"code": "131901", "name": "R", "account_type": "asset_receivable"},
        {"code": "511901", "name": "I", "account_type": "income"}])
    env["account.journal"].create({"name": "S", "code": "RPL", "type": "sale",
        "default_account_id": income.id})
    env["ir.default"].set("res.partner", "property_account_receivable_id",
        receivable.id, company_id=company.id)
    product = env["product.product"].create({"name": "Goods", "type": "consu",
        "taxes_id": False, "invoice_policy": "order"})
    program = env["loyalty.program"]._provide_points_program(company)
    program.write({"validity": "months", "validity_months": 2,
                   "earn_base": "before"})
    # A world may owe points that it never had; the other is asked for as much.
    free = patch.object(registry["sale.order"], "_check_points_allowed",
                        lambda order, points: None)

    def buy(partner, event, quantities, points):
        order = env["sale.order"].create({
            "partner_id": partner.id, "company_id": company.id,
            "order_line": [Command.create({
                "product_id": product.id, "product_uom_qty": quantity,
                "price_unit": line["price"]})
                for line, quantity in zip(event["lines"], quantities) if quantity]})
        if points and order.order_line:
            reward = program.reward_ids
            order.order_line = [Command.create({
                "product_id": reward.discount_line_product_id.id,
                "product_uom_qty": 1, "price_unit": -100 * points, "name": "Points",
                "reward_id": reward.id, "points_cost": points, "tax_ids": False,
                "coupon_id": order._points_account().id})]
        with patch.object(registry["sale.order"], "_update_programs_and_rewards",
                          lambda order: None):
            order.action_confirm()
        close(env)
        return order

    def state(partner):
        card = env["loyalty.card"]._find_account(program, partner)
        lots = {}
        for lot in card.history_ids:
            if lot.remaining:
                day = str(lot.expires_on)
                lots[day] = lots.get(day, 0) + lot.remaining
        return card.points, card.points_debt, lots

    for story in stories:
        real, kept = env["res.partner"].create([{"name": "Real"}, {"name": "Kept"}])
        for partner in (real, kept):
            env["loyalty.card"]._provide_accounts(program, partner)
        orders, spent, kinds = {}, {}, set()
        with free:
            for event in story:
                with freeze_time(event["at"]):
                    if event["kind"] == "buy":
                        card = env["loyalty.card"]._find_account(program, real)
                        worth = sum(l["quantity"] * l["price"] for l in event["lines"])
                        points = min(card._usable_points() // 2, int(worth // 200))
                        points = points if event["spends"] else 0
                        quantities = [line["quantity"] for line in event["lines"]]
                        order = buy(real, event, quantities, points)
                        order._create_invoices(final=True).action_post()
                        close(env)
                        orders[event["number"]] = order
                        spent[event["number"]] = points
                        answer["orders"] += 1
                        answer["spends"] += bool(points)
                    else:
                        order = orders[event["number"]]
                        goods = order._points_goods()[event["line"]]
                        invoice = order.invoice_ids.filtered(
                            lambda move: move.move_type == "out_invoice")
                        refund = invoice._reverse_moves([{"invoice_date": event["at"]}])
                        for line in refund.invoice_line_ids:
                            if line.sale_line_ids == goods:
                                line.quantity = event["quantity"]
                            else:
                                line.unlink()
                        refund.action_post()
                        close(env)
                        answer["returns"] += 1
            for event in story:
                if event["kind"] != "buy" or not any(event["kept"]):
                    continue
                with freeze_time(event["at"]):
                    points = orders[event["number"]].points_spent
                    buy(kept, event, event["kept"], points)
        with freeze_time(story[-1]["at"]):
            for partner in (real, kept):
                env["loyalty.card"]._find_account(program, partner)._job_expire_points()
        if state(real) != state(kept):
            answer["wrong"].append([story[0]["customer"], state(real), state(kept)])
    cards = env["loyalty.card"].search([("program_id", "=", program.id)])
    answer["verify"] = [
        str(row) for row in cards._verify_points() if row[0] in cards.ids]
    cr.rollback()
print(json.dumps(answer))
"""


def stories():
    """Per customer: buying and returning in the file's order, with what was kept."""
    by_customer = defaultdict(list)
    with open(LINES, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"] and float(row["UnitPrice"]) > 0:
                by_customer[row["CustomerID"]].append(row)
    told = (_story(customer, rows) for customer, rows in by_customer.items())
    with_returns = [s for s in told if any(event["kind"] == "return" for event in s)]
    return sorted(with_returns, key=lambda story: -len(story))[:CUSTOMERS]


def _story(customer, rows):
    story, invoices = [], {}
    for row in rows:
        quantity = int(row["Quantity"])
        if quantity > 0:
            event = invoices.get(row["InvoiceNo"])
            if not event:
                event = invoices[row["InvoiceNo"]] = {
                    "kind": "buy",
                    "customer": customer,
                    "number": row["InvoiceNo"],
                    "at": row["InvoiceDate"],
                    "lines": [],
                    "kept": [],
                    "spends": len(invoices) % 3 == 1,
                }
                story.append(event)
            # Pounds become thousands of đồng.
            price = round(float(row["UnitPrice"]) * 1000)
            line = {"quantity": quantity, "price": price, "code": row["StockCode"]}
            event["lines"].append(line)
            event["kept"].append(quantity)
        else:
            _return(story, row, -quantity)
    return story


def _return(story, row, quantity):
    """What comes back was bought last; more than was bought can't come back."""
    bought = [event for event in story if event["kind"] == "buy"]
    for event in reversed(bought):
        for number, line in enumerate(event["lines"]):
            back = min(quantity, event["kept"][number])
            if line["code"] == row["StockCode"] and back:
                event["kept"][number] -= back
                quantity -= back
                story.append(
                    {
                        "kind": "return",
                        "at": row["InvoiceDate"],
                        "number": event["number"],
                        "line": number,
                        "quantity": back,
                    }
                )


def test_returned_goods_leave_no_trace():
    told = stories()
    assert told
    answer = subprocess.run(
        [sys.executable, "-c", REPLAY, CONFIGURATION, DATABASE],
        input=json.dumps(told),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    world = json.loads(answer.stdout.splitlines()[-1])
    print(world)
    assert world["wrong"] == []
    assert world["verify"] == []
    assert world["returns"]
    assert world["spends"]
