"""Roles have their points without further clicks, and no more."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_customer.tests.rights_table import OPERATIONS, ROLES

from .common import LoyaltyCase
from .rights_table import MENUS, RIGHTS, WITHOUT_CUSTOMER_RULE

ADDON = "crm_loyalty"


@tagged("post_install", "-at_install")
class TestRightsOfRoles(LoyaltyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.superuser_env(context={"no_reset_password": True})
        cls.people = {
            role: new_test_user(
                env,
                f"{role}_points_role_of_tests",
                groups,
                company_id=cls.company.id,
                company_ids=cls.company.ids,
            )
            for role, groups in ROLES.items()
        }

    def own_models(self):
        """Models that the addon defines, not those that it extends."""
        return [
            self.superuser_env[model.model]
            for model in self.superuser_env["ir.model"].search([])
            if model.model in self.env
            and self.env[model.model]._original_module == ADDON
            and not self.env[model.model]._abstract
        ]

    def of_the_program(self):
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

    def test_each_role_may_do_what_it_needs_and_no_more(self):
        known = self.of_the_program()
        for model, rights in RIGHTS.items():
            records = known.get(model, self.superuser_env[model])
            for role, expected in rights.items():
                with self.subTest(model=model, role=role):
                    Model = records.with_user(self.people[role])
                    allowed = [name for name in OPERATIONS if Model.has_access(name)]
                    self.assertEqual("".join(name[0] for name in allowed), expected)

    def test_every_model_of_the_addon_is_in_the_table(self):
        names = {Model._name for Model in self.own_models()}
        self.assertGreater(len(names), 3)
        self.assertFalse(names - RIGHTS.keys())

    def test_models_that_speak_of_a_customer_follow_its_visibility(self):
        followed = [self.env["loyalty.card"], self.env["loyalty.history"]]
        for Model in [*followed, *self.own_models()]:
            if Model._transient or Model._name in WITHOUT_CUSTOMER_RULE:
                continue
            if Model in followed or any(
                field.comodel_name == "res.partner"
                and field.store
                and field.type in ("many2one", "many2many")
                for field in Model._fields.values()
            ):
                self.assertTrue(
                    hasattr(Model, "_customer_field"),
                    f"{Model._name} needs a _customer_field (see ir.rule)",
                )

    def test_menus_follow_the_roles(self):
        for role, user in self.people.items():
            if not user._is_internal():
                continue
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            for name, roles in MENUS.items():
                with self.subTest(role=role, menu=name):
                    menu = self.superuser_env.ref(f"{ADDON}.{name}")
                    self.assertEqual(menu.id in visible, role in roles)

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
        stranger = new_test_user(
            self.superuser_env(context={"no_reset_password": True}),
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
