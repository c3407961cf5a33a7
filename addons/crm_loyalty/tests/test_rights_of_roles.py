"""Roles have their points without further clicks, and no more."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_user
from odoo.addons.crm_customer.tests.rights_case import RightsOfRoles

from .common import LoyaltyCase
from .rights_table import MENUS, RIGHTS, WITHOUT_CUSTOMER_RULE


@tagged("post_install", "-at_install")
class TestRightsOfRoles(RightsOfRoles, LoyaltyCase):
    addon = "crm_loyalty"
    rights, menus = RIGHTS, MENUS
    without_customer_rule = WITHOUT_CUSTOMER_RULE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._make_people(
            company_id=cls.company.id, company_ids=cls.company.ids
        )

    def looked_at(self):
        """Odoo's model -> records of the points program; record rules count as well.

        Other addons let other people have programs of their own.
        """
        line = self.give(10)
        program = self.program
        program.communication_plan_ids = [
            Command.create(
                {
                    "trigger": "create",
                    "mail_template_id": self.superuser_env["mail.template"]
                    .create(
                        {
                            "name": "Thẻ mới",
                            "model_id": self.superuser_env["ir.model"]._get_id(
                                "loyalty.card"
                            ),
                        }
                    )
                    .id,
                }
            )
        ]
        records = [
            program,
            program.rule_ids,
            program.reward_ids,
            program.communication_plan_ids,
            line.card_id,
            line,
        ]
        self.assertTrue(all(records))
        return {some._name: some for some in records}

    def test_accounts_and_ledger_follow_the_visibility_of_their_customer(self):
        for model in ("loyalty.card", "loyalty.history"):
            self.assertTrue(hasattr(self.env[model], "_customer_field"), model)

    def test_telesale_uses_points_and_the_manager_gives_them(self):
        self.give(50)
        telesale, manager = self.people["telesale"], self.people["shop_manager"]
        order = self.order(1, confirm=False).with_user(telesale)
        order.points_to_spend = 20
        self.assertEqual(order.points_allowed, 50)
        customer = self.customer.with_user(telesale)
        self.assertEqual(customer.points_balance, 50)
        with self.assertRaises(AccessError):
            customer.add_points(5, "Quà")
        answer = self.customer.with_user(manager).add_points(5, "Quà", key="web-1")
        self.assertEqual(answer, [{"id": self.customer.id, "points": 55}])
        answer = self.customer.with_user(manager).add_points(5, "Quà", key="web-1")
        self.assertEqual(answer, [{"id": self.customer.id, "points": 55}])

    def test_who_sees_own_customers_only_sees_only_their_points(self):
        self.switch(True)
        mine = self.env["res.partner"].create({"name": "Khách của tôi"})
        hidden = self.env["res.partner"].create({"name": "Khách kín đáo"})
        telesale = self.people["telesale"]
        mine.sudo().user_id = telesale
        hidden.sudo().user_id = self.people["shop_manager"]
        self.give(10, mine)
        self.give(20, hidden)
        self.env.flush_all()
        ours = [("partner_id", "in", (mine | hidden).ids)]
        for model in (
            "loyalty.card",
            "loyalty.history",
            "crm.loyalty.report",
            "crm.loyalty.liability",
        ):
            with self.subTest(model):
                records = self.env[model].with_user(telesale).search(ours)
                self.assertEqual(records.sudo().partner_id.ids, mine.ids)
                boss = self.env[model].with_user(self.people["marketing"])
                self.assertEqual(boss.search_count(ours), 2)

    def test_reports_stay_in_the_company(self):
        self.give(10)
        shop = self._make_shop("Shop B")
        stranger = make_user(
            self.superuser_env,
            "stranger_to_points_of_tests",
            "crm_customer.role_shop_manager",
            company_id=shop.id,
            company_ids=shop.ids,
        )
        for model in ("crm.loyalty.report", "crm.loyalty.liability"):
            Model = self.superuser_env[model].with_user(stranger)
            domain = [("program_id", "=", self.program.id)]
            self.assertFalse(Model.search(domain), model)
            self.assertTrue(self.env[model].search(domain), model)
        adjustment = self.env(user=self.loyalty_manager)[
            "crm.loyalty.adjustment"
        ].create({"points": 5, "reason": "Quà", "company_id": self.company.id})
        with self.assertRaises(AccessError):
            adjustment.with_user(stranger).read(["points"])
