"""A real shop's sales lines: figures and groups against plain Python over the file."""

import csv
from collections import defaultdict
from datetime import date, datetime, timedelta
from unittest import skipUnless

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from . import online_retail
from .common_sales import SalesCase

LINES = online_retail.find()
TODAY = date(2011, 12, 10)
#: What the shop asks for, as conditions of a group and as plain Python over the orders
#: of a customer: dict of order number -> (local day, amount in whole dong).
GROUPS = (
    ([("order_count", ">=", {"number": 3})], lambda o: len(o) >= 3),
    ([("order_count", "=", {"number": 1})], lambda o: len(o) == 1),
    ([("order_count", "<=", {"number": 0})], lambda o: not o),
    ([("order_count", "!=", {"number": 1})], lambda o: len(o) != 1),
    (
        [("order_count", "between", {"number": 2, "number_to": 4})],
        lambda o: 2 <= len(o) <= 4,
    ),
    ([("amount_total", ">=", {"amount": 50_000})], lambda o: spent(o) >= 50_000),
    (
        [("amount_total", "between", {"amount": 10_000, "amount_to": 30_000})],
        lambda o: 10_000 <= spent(o) <= 30_000,
    ),
    (
        [("days_since_purchase", ">=", {"number": 90})],
        lambda o: bool(o) and (TODAY - last_day(o)).days >= 90,
    ),
    ([("days_since_purchase", "never", {})], lambda o: not o),
    (
        [
            ("days_since_purchase", "<=", {"number": 120}),
            ("amount_total", ">=", {"amount": 20_000}),
            ("order_count", ">=", {"number": 2}),
        ],
        lambda o: (
            len(o) >= 2 and spent(o) >= 20_000 and (TODAY - last_day(o)).days <= 120
        ),
    ),
)


def spent(orders):
    return sum(amount for _day, amount in orders.values())


def last_day(orders):
    return max(day for day, _amount in orders.values())


def orders_of_file():
    """Customer code -> its orders, read from the file by nothing but Python."""
    orders = defaultdict(dict)
    with LINES.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            code = line["CustomerID"].split(".")[0]
            if not code:
                continue
            number, own = line["InvoiceNo"], orders[code]
            if number.startswith("C"):
                continue
            at = datetime.fromisoformat(line["InvoiceDate"]) + timedelta(hours=7)
            _day, amount = own.get(number, (None, 0))
            hundredths = round(float(line["UnitPrice"]) * 100)
            own[number] = (at.date(), amount + int(line["Quantity"]) * hundredths)
    return orders


@skipUnless(LINES, "the real sales lines are absent")
@tagged("post_install", "-at_install")
class TestOnlineRetail(SalesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.documents = online_retail.documents(LINES)
        cls.partner_of = online_retail.load(cls, cls.documents)
        cls.customers = cls.Partner.union(*cls.partner_of.values())
        cls.Stat._refresh(cls.customers.ids)

    def test_figures_are_those_of_an_independent_count(self):
        partner_of = self.partner_of
        orders, returns = defaultdict(list), defaultdict(list)
        for number, code, moment, amount in self.documents:
            side = returns if number.startswith("C") else orders
            side[code].append((moment, amount))
        expected = {
            partner.id: (
                len(orders[code]),
                sum(amount for _moment, amount in orders[code]),
                min((moment for moment, _amount in orders[code]), default=False),
                max((moment for moment, _amount in orders[code]), default=False),
                len(returns[code]),
                -sum(amount for _moment, amount in returns[code]),
            )
            for code, partner in partner_of.items()
        }
        rows = self.Stat.search([("partner_id", "in", list(expected))])
        counted = {
            row.partner_id.id: (
                row.order_count,
                row.amount_total,
                row.first_order_date,
                row.last_order_date,
                row.return_count,
                row.return_amount,
            )
            for row in rows
        }
        self.assertEqual(counted, expected)
        self.assertGreater(len(expected), 100)

    def test_ten_groups_have_the_members_that_plain_python_finds(self):
        orders = orders_of_file()
        partner_of, customers = self.partner_of, self.customers
        self.assertEqual(set(partner_of), set(orders))
        env = self.env(user=self.manager)
        with freeze_time(f"{TODAY} 05:00:00"):
            for number, (conditions, belongs) in enumerate(GROUPS, 1):
                lines = [
                    Command.create(
                        {"attribute": attribute, "operator": operator, **values}
                    )
                    for attribute, operator, values in conditions
                ]
                group = env["crm.customer.group"].create(
                    {
                        "name": f"Nhóm {number}",
                        "condition_ids": lines,
                        "domain": str([("id", "in", customers.ids)]),
                    }
                )
                group.sudo()._job_rebuild()
                members = set(group.sudo().member_ids.partner_id.ids)
                found = {
                    code
                    for code, partner in partner_of.items()
                    if partner.id in members
                }
                expected = {code for code, own in orders.items() if belongs(own)}
                with self.subTest(conditions=conditions):
                    self.assertEqual(len(found), len(expected))
                    self.assertEqual(found, expected)
                    self.assertEqual(group.member_count, len(expected))
