"""Tiers in a browser, in Vietnamese; and the dashboard asks for what is there."""

import json
from base64 import b64decode

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_customer.tests.common import make_user
from odoo.addons.spreadsheet.utils.validate_data import odoo_charts

from .common import MANAGER, USER


@tagged("post_install", "-at_install")
class TestTierScreens(HttpCase):
    def test_an_order_raises_the_tier(self):
        self.env["res.lang"]._activate_lang("vi_VN")
        company = self.env.company
        manager = make_user(
            self.env,
            "tiers_of_tests",
            f"{MANAGER},sales_team.group_sale_manager",
            lang="vi_VN",
            tz="Asia/Ho_Chi_Minh",
        )
        Grade = self.env["res.partner.grade"]
        Grade.search([("company_id", "=", company.id)]).action_archive()
        program = self.env["loyalty.program"]._provide_points_program(company)
        program.money_per_point = 10
        Grade.create(
            [
                {
                    "name": name,
                    "is_tier": True,
                    "company_id": company.id,
                    "min_points": points,
                    "min_amount": points,
                }
                for name, points in (("Mới", 0), ("Bạc", 10), ("Vàng", 50))
            ]
        )
        product = self.env["product.product"].create(
            {"name": "Áo dài", "list_price": 1_000, "taxes_id": False}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Lê Hạnh"}).id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "crm_loyalty_tier_up",
            login=manager.login,
        )
        self.assertEqual(order.partner_id.grade_id.name, "Bạc")
        changes = order.partner_id.tier_change_ids.sorted("id")
        self.assertEqual(changes.mapped("cause"), ["up", "hand"])

    def test_the_dashboard_asks_for_what_is_there(self):
        dashboard = self.env.ref("crm_loyalty.dashboard_tiers")
        dashboard._check_spreadsheet_data()
        data = json.loads(b64decode(dashboard.spreadsheet_binary_data))
        seller = make_user(self.env, "seller_of_tests", USER)
        charts = list(odoo_charts(data))
        self.assertEqual(len(charts), 5)
        keys = {each["id"] for each in data["globalFilters"]}
        for chart in charts:
            about = chart["metaData"]
            measure = about["measure"]
            with self.subTest(chart["title"]["text"]):
                self.assertEqual(chart["fieldMatching"].keys(), keys)
                self.env(user=seller)[about["resModel"]].formatted_read_group(
                    chart["searchParams"]["domain"],
                    about["groupBy"],
                    [measure if measure == "__count" else f"{measure}:sum"],
                )
