"""What promotions brought: each order and its revenue counts once."""

import json
from base64 import b64decode

from odoo.tests import tagged

from .common_uses import UseCase


@tagged("post_install", "-at_install")
class TestResults(UseCase):
    def figures(self, *names, **where):
        Report = self.env["crm.promotion.report"].with_user(self.promotion_manager)
        domain = [(name, "=", value) for name, value in where.items()]
        domain += [("company_id", "=", self.company.id)]
        [row] = Report._read_group(domain, [], [f"{name}:sum" for name in names])
        return row

    def test_figures_of_a_program(self):
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        self.promo.budget = 100_000
        self.promoted(10_000)
        self.promoted(20_000)
        self.promoted(5_000, partner=other)._action_cancel()
        third = self.env["res.partner"].create({"name": "Vũ Thị Dung"})
        self.promoted(5_000, partner=third, confirm=False)
        promo = self.promo
        promo.invalidate_recordset()
        self.assertEqual((promo.use_count, promo.customer_count), (2, 1))
        self.assertEqual((promo.revenue_total, promo.discount_total), (170_000, 30_000))
        self.assertEqual((promo.cost_per_order, promo.budget_left), (15_000, 70_000))
        self.assertEqual(promo.use_today_count, 2)
        # Whose order was cancelled was reached, and who has a quotation.
        self.assertEqual(promo.reached_count, 3)

    def test_number_of_queries_does_not_grow_with_programs(self):
        self.promoted()
        programs = self.promo
        counts = []
        for _round in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            for name in (
                "use_count",
                "reached_count",
                "use_today_count",
                "limit_used_count",
            ):
                programs.mapped(name)
            counts.append(self.env.cr.sql_log_count - start)
            programs |= self.make_promotion("Hai") | self.make_promotion("Ba")
        self.assertLessEqual(counts[1], counts[0])

    def test_order_with_two_promotions_counts_once(self):
        other = self.make_promotion("Ngày hội")
        order = self.promoted(10_000, confirm=False)
        self.take_off(order, 30_000, other)
        self.confirm(order)
        self.promoted(5_000)
        names = ("use_count", "order_count", "revenue", "cost")
        self.assertEqual(self.figures(*names), (3, 2, 155_000, 45_000))
        self.assertEqual(
            self.figures(*names, program_id=other.id), (1, 1, 60_000, 30_000)
        )
        self.assertEqual(
            self.figures(*names, program_id=self.promo.id), (2, 1, 95_000, 15_000)
        )

    def test_returned_order_is_no_result(self):
        order = self.promoted()
        self.refund(self.invoice(order))
        self.assertFalse(any(self.figures("use_count", "order_count", "revenue")))

    def test_actions_show_these_programs(self):
        other = self.make_promotion("Ngày hội")
        action = (self.promo | other).action_open_results()
        self.assertEqual(action["context"]["group_by"], ["day:day", "program_id"])
        self.assertEqual(self.promo.action_open_results()["view_mode"], "graph,pivot")
        action = self.promo.action_open_uses()
        self.assertEqual(action["domain"], [("program_id", "=", self.promo.id)])

    def test_dashboard_asks_for_what_is_there(self):
        dashboard = self.superuser_env.ref("crm_promotion.dashboard_promotions")
        dashboard._check_spreadsheet_data()
        data = json.loads(b64decode(dashboard.spreadsheet_binary_data))
        for sheet in data["sheets"]:
            for figure in sheet["figures"]:
                self.assertTrue(figure["data"]["title"]["text"])
