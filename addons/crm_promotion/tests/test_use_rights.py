"""Who sees uses, counters, history and results: roles, other companies, portal."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_user

from .common import USER
from .common_uses import UseCase


@tagged("post_install", "-at_install")
class TestUseRights(UseCase):
    def test_seller_sees_uses_and_changes_nothing(self):
        self.promoted()
        use = self.env["crm.promotion.use"].search([])
        self.assertEqual(use.amount, 10_000)
        with self.assertRaises(AccessError):
            use.amount = 0
        with self.assertRaises(AccessError):
            self.env["crm.promotion.counter"].search([])
        with self.assertRaises(AccessError):
            self.env["loyalty.program"].action_verify_uses()
        promo = self.promo.with_user(self.seller)
        self.assertEqual((promo.use_count, promo.reached_count), (1, 1))

    def test_another_company_sees_nothing(self):
        self.promo.max_uses = 5
        self.promoted()
        shop = self._make_shop("Shop B")
        stranger = make_user(
            self.superuser_env,
            "stranger_of_tests",
            "crm_promotion.crm_promotion_group_manager",
            company_id=shop.id,
            company_ids=shop.ids,
        )
        env = self.superuser_env(
            user=stranger, context={"allowed_company_ids": shop.ids}
        )
        for model in ("use", "counter", "report", "change"):
            found = env[f"crm.promotion.{model}"].search(
                [("program_id", "=", self.promo.id)]
            )
            self.assertFalse(found, model)
        with self.assertRaises(AccessError):
            self.promo.with_env(env).stop_promotions("Thử")

    def test_shared_program_shows_each_company_its_own_figures(self):
        shared = self.make_promotion(
            "Chung",
            company_id=False,
            currency_id=self.company.currency_id.id,
            max_uses=4,
            max_uses_day=2,
            budget=40_000,
        )
        self.promoted(program=shared)
        shop = self._make_shop("Shop B")
        stranger = make_user(
            self.superuser_env,
            "stranger_of_tests",
            USER,
            company_id=shop.id,
            company_ids=shop.ids,
        )
        theirs = shared.with_user(stranger).with_context(allowed_company_ids=shop.ids)
        theirs.invalidate_recordset()
        self.assertEqual((theirs.use_count, theirs.reached_count), (0, 0))
        self.assertEqual((theirs.revenue_total, theirs.cost_total), (0, 0))
        self.assertEqual((theirs.customer_count, theirs.use_today_count), (0, 0))
        # What is left of its limits is left for all: numbers, without whose they are.
        self.assertEqual(theirs.limit_used_count, 1)
        self.assertEqual(theirs.limit_used_today_count, 1)
        self.assertEqual((theirs.budget_spent, theirs.budget_left), (10_000, 30_000))
        self.assertEqual(theirs.budget_percent, 25)
        self.assertEqual((shared.use_count, shared.limit_used_count), (1, 1))
        self.assertFalse(theirs.env["crm.promotion.use"].search([]))

    def test_portal_reaches_nothing(self):
        self.promoted()
        portal = make_user(
            self.superuser_env,
            "portal_of_tests",
            "base.group_portal",
        )
        promo = self.promo.with_user(portal)
        for attempt in (
            lambda: promo.stop_promotions("Thử"),
            lambda: promo.action_start_promotion(),
            lambda: promo.action_verify_uses(),
            lambda: promo.env["crm.promotion.use"].search([]),
            lambda: promo.env["crm.promotion.report"].search([]),
            lambda: promo.read(["use_count"]),
        ):
            with self.assertRaises(AccessError):
                attempt()
