"""Figures of a real shop's sales lines, against an independent count."""

from collections import defaultdict
from unittest import skipUnless

from odoo.tests import tagged

from . import online_retail
from .common_sales import SalesCase

LINES = online_retail.find()


@skipUnless(LINES, "the real sales lines are absent")
@tagged("post_install", "-at_install")
class TestOnlineRetail(SalesCase):
    def test_figures_are_those_of_an_independent_count(self):
        found = online_retail.documents(LINES)
        partner_of = online_retail.load(self, found)
        self.Stat._refresh(self.Partner.union(*partner_of.values()).ids)

        orders, returns = defaultdict(list), defaultdict(list)
        for number, code, moment, amount in found:
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
