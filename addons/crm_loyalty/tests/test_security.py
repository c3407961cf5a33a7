"""Who may see and change points: sellers, users, managers, other companies, portal."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_customer.tests.common import make_user

from .common import MANAGER, USER, LoyaltyCase


@tagged("post_install", "-at_install")
class TestSecurity(LoyaltyCase):
    def test_user_sees_the_ledger_and_changes_nothing(self):
        line = self.give(10).with_user(self.seller)
        card = self.card().with_user(self.seller)
        self.assertEqual((line.points, card.points_usable), (10, 10))
        with self.assertRaises(AccessError):
            card.program_id.money_per_point = 1
        with self.assertRaises(AccessError):
            card.program_id.rule_ids.points = 100
        with self.assertRaises(AccessError):
            card.points = 100
        with self.assertRaises(AccessError):
            card.action_adjust_points(5, "Quà")
        with self.assertRaises(AccessError):
            self.env["loyalty.program"].action_open_points_program()
        with self.assertRaises(AccessError):
            self.env["loyalty.card"].action_verify_points()

    def test_manager_sets_parameters_and_adjusts(self):
        self.give(10)
        env = self.env(user=self.loyalty_manager)
        action = env["loyalty.program"].action_open_points_program()
        self.assertEqual(action["res_id"], self.program.id)
        self.program.with_user(self.loyalty_manager).money_per_point = 20_000
        card = self.card().with_user(self.loyalty_manager)
        card.action_adjust_points(-4, "Nhập nhầm")
        line = card.history_ids.sorted("id")[-1]
        self.assertEqual((line.points, line.user_id), (-4, self.loyalty_manager))
        self.assertEqual(line.description, "Nhập nhầm")
        with self.assertRaisesRegex(Exception, "only 6"):
            card.action_adjust_points(-7, "Nhập nhầm")
        with self.assertRaisesRegex(Exception, "why"):
            card.action_adjust_points(7, " ")
        self.assertEqual(
            env["loyalty.card"].action_verify_points()["params"]["type"], "success"
        )
        wizard = env["loyalty.card.update.balance"].create(
            {"card_id": card.id, "new_balance": 20, "description": "Kiểm kê"}
        )
        wizard.action_update_card_point()
        self.assertEqual(self.balance(), 20)

    def test_each_manager_is_told_of_accounts_of_their_shops(self):
        self.give(10)
        shop = self._make_shop("Shop B")
        other = self._make_employee("manager_b", MANAGER, shop)
        self.settle()
        self.env.cr.execute(
            "UPDATE loyalty_card SET points = 11 WHERE id = %s", (self.card().id,)
        )
        self.env.invalidate_all()
        Card = self.superuser_env["loyalty.card"]
        for user, company, kind in (
            (self.loyalty_manager, self.company, "danger"),
            (other, shop, "success"),
        ):
            context = {"allowed_company_ids": company.ids}
            found = Card.with_user(user).with_context(**context).action_verify_points()
            self.assertEqual(found["params"]["type"], kind, user.name)
        with mute_logger("odoo.addons.crm_loyalty.models.crm_loyalty_expiry"):
            Card._cron_verify_points()
        message = self.superuser_env["mail.message"].search(
            [("model", "=", "loyalty.card"), ("res_id", "=", self.card().id)], limit=1
        )
        told = message.notified_partner_ids
        self.assertIn(self.loyalty_manager.partner_id, told)
        self.assertNotIn(other.partner_id, told)

    def test_another_company_sees_nothing(self):
        self.give(10)
        shop = self._make_shop("Shop B")
        stranger = make_user(
            self.superuser_env,
            "stranger_of_tests",
            USER,
            company_id=shop.id,
            company_ids=shop.ids,
        )
        env = self.superuser_env(
            user=stranger, context={"allowed_company_ids": shop.ids}
        )
        domain = [("card_id.program_id", "=", self.program.id)]
        self.assertFalse(env["loyalty.history"].search(domain))
        self.assertFalse(env["loyalty.card"].search([("is_account", "=", True)]))
        order = env["sale.order"].create({"partner_id": self.customer.id})
        self.assertEqual((order.points_allowed, order.points_to_earn), (0, 0))

    def test_portal_reaches_neither_ledger_nor_spending(self):
        self.give(10)
        portal = make_user(
            self.superuser_env,
            "portal_of_tests",
            "base.group_portal",
        )
        order = self.order(1, confirm=False)
        for attempt in (
            lambda: self.card().with_user(portal).read(["points"]),
            lambda: self.card().with_user(portal).action_adjust_points(5, "x"),
            lambda: order.with_user(portal).spend_points(5),
        ):
            with self.assertRaises(AccessError):
                attempt()
