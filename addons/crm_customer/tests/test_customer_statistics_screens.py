"""Figures where people see them: lists, groups, reports, the check."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common_sales import SalesCase


@tagged("post_install", "-at_install")
class TestListOfCustomers(SalesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.names = ("never", "once", "often", "owes")
        cls.customers = cls.Partner.create([{"name": name} for name in cls.names])
        cls.never, cls.once, cls.often, cls.owes = cls.customers
        cls.domain = [("id", "in", cls.customers.ids)]
        # Another company's orders must not show.
        cls.other = cls._make_shop("Other shop")
        cls.make_order(cls.never, 900_000, "2026-01-05 03:00:00", company=cls.other)
        cls.make_order(cls.once, 500_000, "2026-01-05 03:00:00")
        for day in ("2026-02-05", "2026-03-05", "2026-03-09"):
            cls.make_order(cls.often, 100_000, f"{day} 03:00:00")
        cls.make_move(cls.owes, 70_000)
        cls.refresh()

    def assertFound(self, condition, *expected):
        with self.subTest(condition):
            found = self.Partner.search([*self.domain, condition])
            self.assertEqual(set(found.mapped("name")), set(expected))
            kept = self.customers.filtered_domain([condition])
            self.assertEqual(kept, found.sorted("id"))

    def test_search(self):
        for condition, *expected in (
            (("customer_order_count", ">", 0), "once", "often"),
            (("customer_order_count", "=", 0), "never", "owes"),
            (("customer_order_count", "!=", 0), "once", "often"),
            (("customer_order_count", "=", False), "never", "owes"),
            (("customer_order_count", "in", [1, 3]), "once", "often"),
            (("customer_order_count", "not in", [0, 3]), "once"),
            (("customer_order_count", "<", 3), "never", "once", "owes"),
            (("customer_order_count", "<=", 3), *self.names),
            (("customer_amount_total", ">=", 300_000), "once", "often"),
            (("customer_average_basket", "<=", 100_000), "never", "often", "owes"),
            (("customer_debt", ">", 0), "owes"),
            (("customer_debt", "=", 0), "never", "once", "often"),
            (("customer_last_order_date", ">=", "2026-03-09"), "often"),
            (("customer_last_order_date", "<", "2026-03-09"), "once"),
            (("customer_last_order_date", "=", False), "never", "owes"),
            (("customer_last_order_date", "!=", False), "once", "often"),
        ):
            self.assertFound(condition, *expected)

    def test_other_company_sees_its_own_figures(self):
        partners = self.superuser_env["res.partner"].with_company(self.other)
        found = partners.search([*self.domain, ("customer_order_count", ">", 0)])
        self.assertEqual(found.name, "never")
        self.assertEqual(found.customer_amount_total, 900_000)

    def test_shared_customers_are_those_of_each_company(self):
        self.once.sudo().company_id = self.company
        for company, *expected in (
            (self.company, *self.names),
            (self.other, "never", "often", "owes"),
        ):
            with self.subTest(company.name):
                condition = ("customer_company_ids", "in", company.ids)
                found = self.Partner.search([*self.domain, condition])
                self.assertEqual(set(found.mapped("name")), set(expected))
        self.assertEqual(self.once.customer_company_ids, self.company)

    def test_sorting(self):
        for order, expected in (
            ("customer_amount_total desc, id", ["once", "often", "never", "owes"]),
            ("customer_order_count, id", ["never", "owes", "once", "often"]),
            ("customer_last_order_date desc, id", ["often", "once", "never", "owes"]),
        ):
            with self.subTest(order):
                found = self.Partner.search(self.domain, order=order)
                self.assertEqual(found.mapped("name"), expected)

    def test_grouping_and_sums(self):
        groups = self.Partner.formatted_read_group(
            self.domain,
            ["customer_last_order_date:month"],
            [
                "__count",
                "customer_amount_total:sum",
                "customer_average_basket:avg",
                "customer_currency_id:array_agg_distinct",
            ],
        )
        self.assertEqual(
            [
                (
                    group["__count"],
                    group["customer_amount_total:sum"],
                    group["customer_average_basket:avg"],
                )
                for group in groups
            ],
            [(1, 500_000, 500_000), (1, 300_000, 100_000), (2, 0, False)],
        )
        described = self.Partner.fields_get(["customer_amount_total", "age_band"])
        self.assertTrue(described["customer_amount_total"]["sortable"])
        self.assertEqual(described["customer_amount_total"]["aggregator"], "sum")
        self.assertTrue(described["age_band"]["groupable"])

    def test_a_page_of_the_list_reads_the_figures_once(self):
        names = ("customer_order_count", "customer_debt", "customer_currency_id")
        spec = {name: {} for name in names}
        self.customers.web_read(spec)
        for customers in (self.once, self.customers):
            self.env.invalidate_all()
            with self.assertQueryCount(5):
                customers.web_read(spec)

    def test_form_shows_the_figures(self):
        form = Form(self.often, "base.view_partner_form")
        self.assertEqual(form.customer_order_count, 3)
        self.assertEqual(form.customer_amount_total, 300_000)

    def test_report_opens_the_customer(self):
        stat = self.env["crm.customer.stat"].search([("partner_id", "=", self.once.id)])
        self.assertEqual(stat.action_open_customer()["res_id"], self.once.id)
        groups = self.env["crm.customer.stat"].formatted_read_group(
            [("partner_id", "in", self.customers.ids)], [], ["average_basket:avg"]
        )
        self.assertEqual(groups[0]["average_basket:avg"], 200_000)


@tagged("post_install", "-at_install")
class TestAgeBands(SalesCase):
    def test_bands(self):
        today = fields.Date.context_today(self.Partner)
        for years, days, band in (
            (17, 0, "00_17"),
            (18, 1, "00_17"),
            (18, 0, "18_24"),
            (25, 0, "25_34"),
            (54, 0, "45_54"),
            (55, 0, "55"),
            (None, 0, False),
        ):
            with self.subTest(years=years, days=days):
                born = years and fields.Date.add(today, years=-years) + timedelta(days)
                customer = self.make_customer(birthdate=born)
                self.assertEqual(customer.age_band, band)
                domain = [("id", "=", customer.id)]
                [[stored]] = self.Partner._read_group(domain, ["age_band"])
                self.assertEqual(stored, band)
                found = self.Partner.search([*domain, ("age_band", "=", band)])
                self.assertEqual(found, customer)
                others = self.Partner.search([*domain, ("age_band", "!=", band)])
                self.assertFalse(others)


@tagged("post_install", "-at_install")
class TestCheck(SalesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.make_customer()
        cls.make_order(cls.buyer, 500_000, "2026-01-05 03:00:00")
        cls.refresh()
        cls.Check = cls.env["crm.customer.stat.check"].with_user(cls.manager)

    def check(self):
        return self.Check.browse(self.Check.action_check()["res_id"])

    def test_right_figures(self):
        check = self.check()
        self.assertEqual((check.checked_count, check.difference_count), (1, 0))
        self.assertFalse(check.line_ids)

    def test_differences_are_listed_and_repaired(self):
        self.env.cr.execute(
            "UPDATE crm_customer_stat SET order_count = 7, debt = 5"
            " WHERE partner_id = %s",
            [self.buyer.id],
        )
        forgotten = self.make_customer("Forgotten")
        self.make_order(forgotten, 1_000, "2026-01-05 03:00:00")
        check = self.check()
        self.assertEqual((check.checked_count, check.difference_count), (2, 2))
        line = check.line_ids.filtered(lambda line: line.partner_id == self.buyer)
        self.assertEqual((line.stored_order_count, line.counted_order_count), (7, 1))
        self.assertEqual((line.stored_debt, line.counted_debt), (5, 0))
        line = check.line_ids - line
        self.assertEqual((line.stored_order_count, line.counted_order_count), (0, 1))
        with trap_jobs() as trap:
            action = check.action_repair()
            self.assertIn("counted anew", action["params"]["message"])
            trap.perform_enqueued_jobs()
        self.env.invalidate_all()
        self.assertFalse(self.check().difference_count)
        self.assertEqual(self.row(self.buyer), (1, 500_000, 0, 0, 0))

    def test_only_managers_check(self):
        with self.assertRaises(AccessError):
            self.Check.with_user(self.telesale).action_check()
