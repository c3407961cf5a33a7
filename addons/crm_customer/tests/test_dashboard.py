import json
from base64 import b64decode

from odoo.tests import TransactionCase, tagged

from odoo.addons.spreadsheet.utils.validate_data import odoo_charts

from .common import USER, make_user


@tagged("post_install", "-at_install")
class TestDashboard(TransactionCase):
    """The spreadsheet "Customer Statistics" asks for what is there, and may be read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("crm_customer.dashboard_customers")
        cls.data = json.loads(b64decode(cls.dashboard.spreadsheet_binary_data))
        cls.telesale = make_user(cls.env, "telesale_of_tests", USER)
        cls.charts = [
            chart
            for chart in odoo_charts(cls.data)
            if chart["type"].startswith("odoo_")
        ]
        cls.pivots = list(cls.data["pivots"].values())

    def test_models_and_fields_exist(self):
        self.dashboard._check_spreadsheet_data()
        self.assertEqual((len(self.charts), len(self.pivots)), (8, 7))

    def test_each_source_of_data_obeys_each_filter(self):
        filters = {each["id"]: each for each in self.data["globalFilters"]}
        sources = [(chart["metaData"]["resModel"], chart) for chart in self.charts]
        sources += [(pivot["model"], pivot) for pivot in self.pivots]
        for model, source in sources:
            matching = source["fieldMatching"]
            left_out = {filters[key]["label"] for key in set(filters) - set(matching)}
            # Only the number of all customers is that of all times.
            self.assertLessEqual(left_out, {"Period"})
            for key, match in matching.items():
                field = self._field(model, match["chain"])
                with self.subTest(filters[key]["label"], model=model):
                    self.assertEqual(field.type, match["type"])
                    if filters[key]["type"] == "relation":
                        self.assertEqual(field.comodel_name, filters[key]["modelName"])

    def _field(self, model, chain):
        *path, name = chain.split(".")
        for step in path:
            model = self.env[model]._fields[step].comodel_name
        return self.env[model]._fields[name]

    def test_a_telesale_sees_each_chart_and_table(self):
        env = self.env(user=self.telesale)
        for chart in self.charts:
            about = chart["metaData"]
            measure = about["measure"]
            with self.subTest(chart["title"]["text"]):
                env[about["resModel"]].formatted_read_group(
                    chart["searchParams"]["domain"],
                    [about["groupBy"][0]],
                    [measure if measure == "__count" else f"{measure}:sum"],
                )
        for pivot in self.pivots:
            with self.subTest(pivot["name"]):
                env[pivot["model"]].formatted_read_group(
                    pivot["domain"],
                    [row["fieldName"] for row in pivot["rows"]],
                    ["__count"],
                )

    def test_each_figure_is_named(self):
        for sheet in self.data["sheets"]:
            for figure in sheet["figures"]:
                self.assertTrue(figure["data"]["title"]["text"])
