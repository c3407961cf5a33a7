"""Reports say what the ledger says."""

import json
from base64 import b64decode
from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.spreadsheet.utils.validate_data import odoo_charts

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestReports(LoyaltyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write({"validity": "months", "validity_months": 3})

    def live(self):
        """Earn in January, spend in February, return, lose the rest in April."""
        with freeze_time("2030-01-10 05:00:00"):
            self.order(10)
            returned = self.order(2)
        with freeze_time("2030-02-10 05:00:00"):
            self.order(0, 1, points=40)
            returned._action_cancel()
            self.settle()
        with freeze_time("2030-04-12 05:00:00"):
            cards = self.admin_env["loyalty.card"].browse(self.card().id)
            cards._job_expire_points()
            self.give(7)

    def months(self, *measures):
        rows = self.env["crm.loyalty.report"]._read_group(
            [("partner_id", "=", self.customer.id)],
            ["at:month"],
            [f"{measure}:sum" for measure in measures],
            order="at:month",
        )
        return [(day.month, *values) for day, *values in rows]

    def test_earned_spent_and_expired_per_month(self):
        self.live()
        self.assertEqual(
            self.months("earned", "spent", "expired", "adjusted", "points"),
            [
                (1, 100, 0, 0, 0, 100),
                (2, 4, 40, 0, 0, -36),
                (4, 0, 0, 60, 7, -53),
            ],
        )
        total = sum(row[-1] for row in self.months("points"))
        self.assertEqual(total, self.balance())

    def test_liability_by_expiry_month(self):
        self.live()
        with freeze_time("2030-04-13 05:00:00"):
            rows = self.env["crm.loyalty.liability"]._read_group(
                [("partner_id", "=", self.customer.id)],
                ["expires_on:month"],
                ["points:sum", "worth:sum", "expected_points:sum"],
                order="expires_on:month",
            )
        # Of 100 points that came due in the last 12 months 60 were lost.
        self.assertEqual(
            [(day, *values[:2], round(values[2], 2)) for day, *values in rows],
            [(date(2030, 5, 1), 4, 400, 2.4), (date(2030, 7, 1), 7, 700, 4.2)],
        )

    def test_points_that_never_expire_are_not_expected_to(self):
        self.program.validity = "none"
        self.give(10)
        row = self.env["crm.loyalty.liability"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(
            (row.points, row.worth, row.expected_points, row.expires_on),
            (10, 1_000, 0, False),
        )

    def test_a_lot_is_owed_until_the_shop_s_day_is_over(self):
        with freeze_time("2030-01-10 05:00:00"):
            self.give(10)
        reader = self.env["crm.loyalty.liability"].with_context(tz="UTC")
        mine = [("partner_id", "=", self.customer.id)]
        for moment, points in (
            ("2030-04-10 16:00:00", [10]),  # 23:00 of the last day in Vietnam
            ("2030-04-10 18:00:00", []),  # it is still the last day in UTC
        ):
            with freeze_time(moment):
                self.assertEqual(reader.search(mine).mapped("points"), points, moment)

    def test_other_programs_are_none_of_ours(self):
        other = self.admin_env["loyalty.program"].create(
            {
                "name": "Thẻ khác",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "company_id": self.company.id,
            }
        )
        card = self.admin_env["loyalty.card"].create(
            {"program_id": other.id, "partner_id": self.customer.id, "points": 3}
        )
        self.admin_env["loyalty.history"].create(
            {"card_id": card.id, "description": "Khác", "issued": 3, "used": 0}
        )
        domain = [("partner_id", "=", self.customer.id)]
        self.assertFalse(self.env["crm.loyalty.report"].search(domain))
        self.assertFalse(self.env["crm.loyalty.liability"].search(domain))


@tagged("post_install", "-at_install")
class TestDashboard(LoyaltyCase):
    """The spreadsheet "Points" asks for what is there, and may be read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.superuser_env.ref("crm_loyalty.dashboard_points")
        cls.data = json.loads(b64decode(cls.dashboard.spreadsheet_binary_data))
        cls.charts = [
            chart
            for chart in odoo_charts(cls.data)
            if chart["type"].startswith("odoo_")
        ]
        cls.pivots = list(cls.data["pivots"].values())

    def test_models_and_fields_exist(self):
        self.dashboard._check_spreadsheet_data()
        self.assertTrue(self.charts and self.pivots)

    def test_each_source_of_data_obeys_each_filter(self):
        filters = {each["id"]: each for each in self.data["globalFilters"]}
        sources = [(chart["metaData"]["resModel"], chart) for chart in self.charts]
        sources += [(pivot["model"], pivot) for pivot in self.pivots]
        for model, source in sources:
            matching = source["fieldMatching"]
            left_out = {filters[key]["label"] for key in set(filters) - set(matching)}
            # What is owed is owed now, whatever the period.
            expected = {"Period"} if model == "crm.loyalty.liability" else set()
            self.assertEqual(left_out, expected)
            for match in matching.values():
                *path, name = match["chain"].split(".")
                Model = self.env[model]
                for step in path:
                    Model = self.env[Model._fields[step].comodel_name]
                self.assertEqual(Model._fields[name].type, match["type"])

    def test_a_telesale_sees_each_chart_and_table(self):
        for chart in self.charts:
            about = chart["metaData"]
            with self.subTest(chart["title"]["text"]):
                self.env[about["resModel"]].formatted_read_group(
                    chart["searchParams"]["domain"],
                    about["groupBy"],
                    [f"{about['measure']}:sum"],
                )
        for pivot in self.pivots:
            with self.subTest(pivot["name"]):
                self.env[pivot["model"]].formatted_read_group(
                    pivot["domain"],
                    [row["fieldName"] for row in pivot["rows"]],
                    [f"{m['fieldName']}:sum" for m in pivot["measures"]],
                )
