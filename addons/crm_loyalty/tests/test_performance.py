"""How many queries an order's points cost, whatever else there is."""

from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestPerformance(LoyaltyCase):
    # With all our addons installed: crm_promotion reads cards, too, in two statements
    # for an order that earns and in one for an order that spends.
    EARNING = 16
    SPENDING = 21

    def setUp(self):
        super().setUp()
        for _number in range(3):
            self.order(10)
        self.settle()

    def posting_queries(self, order):
        """Queries of the ledger while the order is confirmed."""
        self.settle()
        self.env.invalidate_all()
        counted = []
        execute = type(self.env.cr).execute

        def count(cr, query, params=None, log_exceptions=True):
            text = str(getattr(query, "code", query))
            if "loyalty_card" in text or "loyalty_history" in text:
                counted.append(" ".join(text.split()))
            return execute(cr, query, params, log_exceptions)

        self.patch(type(self.env.cr), "execute", count)
        order.action_confirm()
        self.settle()
        self.patch(type(self.env.cr), "execute", execute)
        return counted

    def test_confirming_an_order_that_earns(self):
        order = self.order(4, 2, confirm=False)
        queries = self.posting_queries(order)
        self.assertLessEqual(len(queries), self.EARNING, "\n".join(queries))

    def test_confirming_an_order_that_spends(self):
        order = self.order(4, 2, confirm=False, points=50)
        queries = self.posting_queries(order)
        self.assertLessEqual(len(queries), self.SPENDING, "\n".join(queries))

    def test_queries_do_not_grow_with_lines_and_rules(self):
        few = self.order(4, confirm=False)
        few_queries = len(self.posting_queries(few))
        self.rule.copy({"name": "Thêm"})
        many = self.order(4, 2, confirm=False)
        self.assertLessEqual(len(self.posting_queries(many)), few_queries)
