"""Real sales lines with their cancellations: what was returned was never bought.

Customers of a file of sales lines buy, spend points and return in the file's order;
each invoice line with a negative quantity is a credit note. Another customer buys only
what the first one kept. Both stand the same: balance, debt, and what can be used until
when.

Needs `crm_loyalty` in the database, see ``harness``, and the file: CRM_SALES_LINES, or
online_retail_lines.csv in CRM_DATA (InvoiceNo, StockCode, Quantity, InvoiceDate,
UnitPrice, CustomerID). CRM_REPLAY_CUSTOMERS says how many, the busiest ones first.
"""

import csv
import os
import uuid
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from . import points_replay
from .harness import crew, do, needs_database, share

LINES = Path(
    os.environ.get("CRM_SALES_LINES")
    or Path(os.environ.get("CRM_DATA", ""), "online_retail_lines.csv")
)
PROCESSES = 2
CUSTOMERS = int(os.environ.get("CRM_REPLAY_CUSTOMERS", "4"))

pytestmark = [
    needs_database,
    pytest.mark.skipif(not LINES.is_file(), reason="no sales lines to replay"),
]


def stories():
    """Per customer: buying and returning in the file's order, with what was kept."""
    by_customer = defaultdict(list)
    with LINES.open(encoding="utf-8", newline="") as file:
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
    with crew(PROCESSES) as processes:
        # A story is one long transaction: in a shop of its own it waits for nobody.
        make = processes[0].call
        shops = [
            make(points_replay.make_shop, name=f"Replay {uuid.uuid4()}") for _ in told
        ]
        lives = [
            do(points_replay.live, shop=shop, story=story)
            for shop, story in zip(shops, told, strict=True)
        ]
        answers = share(processes, lives)
    done, wrong = Counter(customers=len(told)), []
    for story, answer in zip(told, answers, strict=True):
        happened, real, kept, proof = answer.result()
        done.update(happened)
        if real != kept or proof:
            wrong.append((story[0]["customer"], real, kept, proof))
    print(dict(done), wrong)
    assert wrong == []
    assert done["returns"] and done["spends"]
