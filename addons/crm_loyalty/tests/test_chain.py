"""Branches of a chain share a points program, unless one has its own."""

from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .common import MANAGER, USER
from .common_tiers import TierCase


@tagged("post_install", "-at_install")
class TestChain(TierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold.multiplier = 100
        cls.branch = cls._make_branch("Shop Huế", cls.company)
        cls.kiosk = cls._make_branch("Quầy Huế", cls.branch)
        cls.branch_seller = cls._make_employee("branch_seller", USER, cls.branch)
        cls.branch_manager = cls._make_employee(
            "branch_manager",
            f"{MANAGER},sales_team.group_sale_manager,base.group_multi_company",
            cls.branch,
        )
        cls.at_branch = cls._at(cls.branch, cls.branch_seller)
        cls.Program = cls.admin_env["loyalty.program"]

    @classmethod
    def _make_branch(cls, name, parent):
        Company = cls.superuser_env["res.company"]
        with cls._without_extras():
            return Company.create({"name": name, "parent_id": parent.id})

    @classmethod
    def _at(cls, company, user):
        context = {"allowed_company_ids": company.ids, "tz": "UTC"}
        return cls.superuser_env(user=user, context=context)

    def sell(self, *quantities, company=None, **more):
        """An order in a branch."""
        company = company or self.branch
        self.branch_seller.sudo().company_ids |= company
        self.patch(self, "Order", self._at(company, self.branch_seller)["sale.order"])
        return self.order(*quantities, **more)

    def own_program(self):
        """The branch gets parameters of its own, as its manager asks for them."""
        env = self._at(self.branch, self.branch_manager)
        action = env["loyalty.program"].action_make_own_points_program()
        return self.Program.browse(action["res_id"])

    def test_points_of_one_shop_are_spent_in_another(self):
        self.sell(4)
        self.sell(2, company=self.kiosk)
        self.assertEqual(self.balance(), 60)
        self.assertEqual(self.card().company_id, self.company)
        order = self.sell(1, points=50)
        self.assertEqual((order.points_spent, order.amount_total), (50, 95_000))
        self.assertEqual(self.card().with_env(self.at_branch).points_usable, 19)
        self.assertProved()

    def test_the_nearest_program_counts(self):
        self.assertEqual(self.Program._get_points_program(self.kiosk), self.program)
        own = self.own_program()
        self.assertNotEqual(own, self.program)
        self.assertEqual((own.company_id, own.name), (self.branch, self.program.name))
        self.assertEqual(own.rule_ids.mapped("rule_type"), ["amount"])
        self.assertEqual(self.own_program(), own, "It is made once")
        for company, program in (
            (self.company, self.program),
            (self.branch, own),
            (self.kiosk, own),
        ):
            self.assertEqual(self.Program._get_points_program(company), program)
        later = self._make_branch("Shop Vinh", self.branch)
        self.assertEqual(self.Program._get_points_program(later), own)
        self.assertEqual(set(self.program._points_company_ids()), {self.company.id})
        self.sell(4)
        self.assertEqual(self.balance(), 0)
        own.active = False
        self.assertEqual(self.Program._get_points_program(self.kiosk), self.program)

    def test_orders_keep_the_program_they_were_confirmed_with(self):
        order = self.sell(4)
        self.own_program()
        order.order_line.product_uom_qty = 3
        self.assertEqual(self.balance(), 30)
        order._action_cancel()
        self.assertEqual(self.balance(), 0)
        self.assertProved()

    def test_parameters_are_the_chains(self):
        env = self._at(self.branch, self.branch_manager)
        action = env["loyalty.program"].action_open_points_program()
        self.assertEqual(action["res_id"], self.program.id)
        program = self.program.with_env(env)
        self.assertTrue(program.points_shared)
        self.assertFalse(self.program.with_company(self.company).points_shared)
        root = self._make_shop("Chuỗi khác")
        shop = self._make_branch("Chi nhánh", root)
        made = self.Program._provide_points_program(shop)
        self.assertEqual(made.company_id, root)
        env = self.superuser_env(context={"allowed_company_ids": shop.ids})
        env["res.partner.grade"].action_make_usual_ladder()
        tier = env["res.partner.grade"].with_context(default_is_tier=True)
        tier = tier.create({"name": "Ruby", "min_points": 9_999, "min_amount": 9_999})
        self.assertEqual((made._tiers().company_id, tier.company_id), (root, root))
        self.assertEqual(len(made._tier_ladder().rungs), 6)

    def test_orders_of_all_shops_count_for_conditions_and_tiers(self):
        self.program.write({"orders_before_redeeming": 2, "tier_basis": "amount"})
        self.order(2)
        self.sell(3)
        order = self.sell(1, confirm=False)
        self.assertEqual(order.points_allowed, 50)
        self.customer.sudo()._refresh_statistics()
        self.assertEqual(self.tier(), self.gold)
        self.own_program()
        totals = self.program._tier_totals_now(self.customer)
        self.assertEqual(totals, {self.customer.id: 200_000})

    def test_prices_of_a_tier_hold_in_all_shops(self):
        prices = self.admin_env["product.pricelist"].create(
            {"name": "Giá Vàng", "company_id": self.company.id}
        )
        self.gold.default_pricelist_id = prices
        shops = self.company | self.branch | self.kiosk
        self.sell(6)
        self.assertEqual(self.tier(), self.gold)

        def held():
            customer = self.customer.sudo()
            customer.invalidate_recordset()
            return [
                customer.with_company(shop).specific_property_product_pricelist
                for shop in shops
            ]

        self.assertEqual(held(), [prices] * 3)
        self.customer.sudo().grade_id = self.silver
        self.assertFalse(any(held()))

    def test_customers_of_a_branch_have_birthdays_and_bulk_adjustments(self):
        self.admin_env["loyalty.rule"].create(
            {
                "program_id": self.program.id,
                "rule_type": "birthday",
                "points": 50,
            }
        )
        own = self.at_branch["res.partner"].create(
            {
                "name": "Khách Huế",
                "company_id": self.branch.id,
                "birthdate": date(1990, 5, 5),
            }
        )
        with freeze_time("2030-05-05 05:00:00"):
            self.admin_env["res.partner"]._cron_give_event_points()
        self.settle()
        self.assertEqual(self.card(own).sudo().points, 50)
        adjustments = self._at(self.branch, self.branch_manager)
        record = adjustments["crm.loyalty.adjustment"].create(
            {"source": "customers", "partner_ids": own.ids, "points": 5, "reason": "x"}
        )
        self.assertEqual(record.program_id, self.program)
        self.assertEqual(
            record._customer_company_ids(), (self.company | self.branch).ids
        )

    def test_reports_name_the_shop(self):
        self.order(2)
        self.sell(3)
        self.settle()
        Report = self._at(self.branch, self.branch_seller)["crm.loyalty.report"]
        shops = Report._read_group(
            [("partner_id", "=", self.customer.id)], ["shop_id"], ["earned:sum"]
        )
        self.assertEqual(dict(shops), {self.company: 20, self.branch: 30})
        liability = self.at_branch["crm.loyalty.liability"]
        self.assertEqual(len(liability.search([])), 2)

    def test_a_branch_sees_the_tiers_and_not_another_chain(self):
        tiers = self.at_branch["res.partner.grade"].search([("is_tier", "=", True)])
        self.assertEqual(tiers, self.new | self.silver | self.gold)
        self.sell(6)
        self.assertEqual(self.tier(), self.gold)
        Change = self.at_branch["crm.tier.change"]
        self.assertEqual(Change.search([]).to_grade_id, self.gold)
        other = self._make_shop("Chuỗi khác")
        stranger = self._make_employee("stranger", USER, other)
        env = self._at(other, stranger)
        self.assertFalse(env["crm.tier.change"].search([]))
        self.assertFalse(env["res.partner.grade"].search([("is_tier", "=", True)]))

    def test_a_program_for_all_companies(self):
        everybodys = self.program.copy({"keep_ledger": True, "company_id": False})
        other, third = self._make_shop("Một mình"), self._make_shop("Hai mình")
        self.assertEqual(self.Program._get_points_program(other), everybodys)
        self.assertEqual(self.Program._get_points_program(self.kiosk), self.program)
        self.Program.create(self.Program._prepare_points_program_vals(third))
        shared = everybodys._points_company_ids()
        self.assertIn(other.id, shared)
        self.assertFalse({third.id, self.company.id, self.kiosk.id} & set(shared))
