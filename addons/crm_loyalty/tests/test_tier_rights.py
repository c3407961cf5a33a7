"""Who sees and sets tiers; other companies; the portal; automation."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_user

from .common import USER
from .common_tiers import TierCase


@tagged("post_install", "-at_install")
class TestTierRights(TierCase):
    def test_sellers_see_tiers_and_set_none(self):
        self.earn(20)
        customer = self.customer.with_user(self.seller)
        self.assertEqual(customer.grade_id, self.silver)
        self.assertEqual(customer.tier_change_ids.to_grade_id, self.silver)
        self.assertTrue(customer.tier_sentence)
        for attempt in (
            lambda: customer.write({"grade_id": self.gold.id}),
            lambda: customer.action_set_tier(self.gold.id, "2099-01-01", "Bạn"),
            lambda: customer.action_release_tier(),
            lambda: customer.create({"name": "x", "grade_id": self.gold.id}),
            lambda: customer.with_context(default_grade_id=self.gold.id).create(
                {"name": "x"}
            ),
            lambda: self.gold.with_user(self.seller).write({"min_points": 1}),
            lambda: self.gold.with_user(self.seller).write({"multiplier": 900}),
            lambda: self.gold.with_user(self.seller).action_review_tiers(),
            lambda: self.gold.with_user(self.seller).action_make_usual_ladder(),
            lambda: self.gold.with_user(self.seller).copy({"name": "y"}),
            lambda: self.env["crm.tier.set"].create({}),
            lambda: self.env["crm.tier.change"].create({}),
        ):
            with self.assertRaises(AccessError):
                attempt()
        customer.write({"grade_id": self.silver.id, "street": "Lê Lợi"})

    def test_an_order_of_a_seller_raises_all_the_same(self):
        self.gold.welcome_points = 5
        self.order(5)
        self.assertEqual(self.tier(), self.gold)
        self.assertEqual(self.balance(), 55)

    def test_managers_set_up_and_set_by_hand(self):
        env = self.env(user=self.loyalty_manager)
        self.gold.with_env(env).min_points = 60
        self.customer.with_env(env).action_set_tier(
            self.gold.id, "2099-01-01", "Tri ân"
        )
        self.assertEqual(self.tier(), self.gold)
        action = env["res.partner.grade"].action_review_tiers()
        self.assertEqual(action["params"]["type"], "success")
        change = env["crm.tier.change"].search([], limit=1)
        with self.assertRaises(AccessError):
            change.unlink()

    def test_another_company_sees_no_tiers_and_gets_no_benefit(self):
        self.earn(60)
        shop = self._make_shop("Shop B")
        stranger = make_user(
            self.superuser_env,
            "stranger_of_tests",
            USER,
            company_id=shop.id,
            company_ids=shop.ids,
        )
        context = {"allowed_company_ids": shop.ids}
        env = self.superuser_env(user=stranger, context=context)
        mine = [("company_id", "=", self.company.id)]
        self.assertFalse(env["res.partner.grade"].search(mine))
        self.assertFalse(env["crm.tier.change"].search(mine))
        customer = self.customer.with_env(env)
        customer.web_read({"grade_id": {"fields": {"display_name": {}}}})
        self.assertFalse(customer.tier_sentence)
        admin = self.superuser_env(context=context)
        program = admin["loyalty.program"]._provide_points_program(shop)
        self.assertEqual(customer._points_multiplier(program), 100)
        admin["res.partner.grade"].action_make_usual_ladder()
        admin["res.partner.grade"]._review_tiers(shop)
        self.assertEqual(self.tier(), self.gold, "A customer is in one ladder")

    def test_the_portal_learns_nothing(self):
        self.earn(60)
        portal = make_user(
            self.superuser_env,
            "portal_of_tests",
            "base.group_portal",
        )
        customer = self.customer.with_user(portal)
        for attempt in (
            lambda: customer.read(["tier_sentence"]),
            lambda: customer.action_set_tier(self.gold.id, "2099-01-01", "x"),
            lambda: self.gold.with_user(portal).read(["min_points"]),
            lambda: self.env["crm.tier.change"].with_user(portal).search([]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_groups_by_tier_follow(self):
        group = self.admin_env["crm.customer.group"].create(
            {
                "name": "VIP",
                "company_id": self.company.id,
                "condition_ids": [
                    Command.create(
                        {
                            "attribute": "tier",
                            "operator": "in",
                            "grade_ids": self.gold.ids,
                        }
                    )
                ],
            }
        )
        self.assertIn("Vàng", group.condition_ids.display_name)
        self.earn(60)
        self.settle()
        self.customer.sudo()._job_refresh()
        self.assertEqual(self.customer.sudo().customer_group_ids, group)

    def test_automation_hears_of_tiers_and_sets_them(self):
        automation = self.admin_env["base.automation"].create(
            {
                "name": "Lên hạng Bạc",
                "model_id": self.env.ref("base.model_res_partner").id,
                "trigger": "on_create_or_write",
                "trigger_field_ids": [
                    Command.link(
                        self.superuser_env["ir.model.fields"]
                        ._get("res.partner", "grade_id")
                        .id
                    )
                ],
                "filter_domain": f"[('grade_id', '=', {self.silver.id})]",
            }
        )
        action = self.admin_env["ir.actions.server"].create(
            {
                "name": "Tặng hạng Vàng",
                "model_id": self.env.ref("base.model_res_partner").id,
                "base_automation_id": automation.id,
                "usage": "base_automation",
                "state": "customer_tier",
                "tier_id": self.gold.id,
                "tier_days": 30,
            }
        )
        self.assertFalse(action.warning)
        self.order(1)
        self.assertEqual(self.tier(), self.gold)
        self.assertEqual(self.changes(), [("up", "Bạc"), ("action", "Vàng")])
        self.assertTrue(self.customer.tier_until)

    def test_managers_set_no_tier_of_another_company(self):
        other = self._make_shop("Cửa hàng khác")
        foreign = self.superuser_env["res.partner.grade"].create(
            self.prepare_tier("Kim", 0, 0) | {"company_id": other.id}
        )
        customer = self.customer.with_user(self.loyalty_manager)
        with self.assertRaises(AccessError):
            customer.action_set_tier(foreign.id, "2099-12-31", "Nhầm")
        with self.assertRaises(AccessError):
            customer.grade_id = foreign.id
        self.assertFalse(self.tier())
        # Who manages both shops still can't mix them.
        manager = self.loyalty_manager.with_env(self.superuser_env)
        manager.company_ids += other
        both = customer.with_context(allowed_company_ids=(self.company | other).ids)
        self.customer.sudo().company_id = self.company
        with self.assertRaisesRegex(UserError, "Kim"):
            both.action_set_tier(foreign.id, "2099-12-31", "Nhầm")
        both.action_set_tier(self.silver.id, "2099-12-31", "Khách quen")
        self.assertEqual(self.tier(), self.silver)
