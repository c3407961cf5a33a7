"""Down at the review, with grace; tiers by hand; many customers in few queries."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_tiers import TierCase


@tagged("post_install", "-at_install")
class TestTierReview(TierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write(
            {"tier_basis": "points_year", "tier_reviewed_on": date(2031, 4, 1)}
        )
        with freeze_time("2030-04-20 05:00:00"):
            cls.earn(60)
        cls.settle()

    def test_up_at_once(self):
        self.assertEqual(self.tier(), self.gold)

    def at(self, moment):
        with freeze_time(moment):
            self.night()
        return self.tier()

    def test_down_after_review_and_grace_only(self):
        self.assertEqual(self.at("2031-04-25 05:00:00"), self.gold)
        self.assertFalse(self.customer.tier_falls_on)
        self.assertEqual(self.at("2031-05-02 05:00:00"), self.gold)
        self.assertEqual(self.customer.tier_falls_on, date(2031, 5, 12))
        self.assertEqual(self.program.tier_reviewed_on, date(2031, 5, 2))
        self.assertEqual(self.at("2031-05-11 05:00:00"), self.gold)
        self.assertEqual(self.at("2031-05-12 05:00:00"), self.new)
        self.assertFalse(self.customer.tier_falls_on)
        self.assertEqual(self.changes(), [("up", "Vàng"), ("down", "Mới")])
        self.assertEqual(self.at("2031-05-12 09:00:00"), self.new)
        self.assertEqual(len(self.changes()), 2)

    def test_enough_during_the_grace_keeps_the_tier(self):
        self.at("2031-05-01 05:00:00")
        with freeze_time("2031-05-05 05:00:00"):
            self.earn(55)
            self.settle()
        self.assertFalse(self.customer.tier_falls_on)
        self.assertEqual(self.at("2031-05-12 05:00:00"), self.gold)

    def test_without_grace_down_in_the_night_of_the_review(self):
        self.program.tier_grace_days = 0
        self.assertEqual(self.at("2031-04-30 05:00:00"), self.gold)
        self.assertEqual(self.at("2031-05-01 05:00:00"), self.new)

    def test_by_hand_until_a_day(self):
        partner = self.customer.with_user(self.loyalty_manager)
        with freeze_time("2031-04-25 05:00:00"):
            partner.action_set_tier(self.silver.id, date(2031, 6, 30), "Khách quen")
            self.assertEqual(self.tier(), self.silver)
            self.earn(900)
        self.assertEqual(self.at("2031-06-30 05:00:00"), self.silver)
        self.assertEqual(self.at("2031-07-01 05:00:00"), self.gold)
        self.assertFalse(self.customer.tier_until)
        self.assertEqual(
            self.changes(), [("up", "Vàng"), ("hand", "Bạc"), ("hand_end", "Vàng")]
        )
        change = self.admin_env["crm.tier.change"].search([("cause", "=", "hand")])
        self.assertEqual(
            (change.reason, change.until, change.user_id),
            ("Khách quen", date(2031, 6, 30), self.loyalty_manager),
        )

    def test_the_wizard_sets_and_releases_and_says_what_is_missing(self):
        Wizard = self.env(user=self.loyalty_manager)["crm.tier.set"]
        with freeze_time("2031-04-21 05:00:00"):
            wizard = Wizard.with_context(
                active_model="res.partner", active_ids=self.customer.ids
            ).create({"grade_id": self.gold.id, "reason": "Tri ân"})
            wizard.action_set()
            self.assertEqual(self.customer.tier_until, date(2032, 4, 21))
            wizard.until = date(2031, 4, 1)
            for vals in ({}, {"until": "2032-01-01", "reason": " "}):
                wizard.write(vals)
                with self.assertRaises(UserError):
                    wizard.action_set()
            self.assertTrue(wizard.is_held)
            wizard.action_release()
            self.assertEqual(self.tier(), self.new)

    def test_many_customers_take_few_queries(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Khách {number}"} for number in range(40)]
        )
        with freeze_time("2030-04-20 05:00:00"):
            cards = self.admin_env["loyalty.card"]._provide_accounts(
                self.program, partners
            )
            for card in cards.values():
                card.points_counted = 0
            Card = self.admin_env["loyalty.card"].union(*cards.values())
            Card._post_gifts(20, prefix="seed", description="Quà")
        self.assertEqual(self.tier(partners[0]), self.silver)
        self.assertEqual(self.tier(partners[39]), self.silver)
        Grade = self.admin_env["res.partner.grade"]
        with freeze_time("2031-05-01 05:00:00"):
            self.settle()
            self.program._tier_ladder()
            self.admin_env.invalidate_all()
            with self.assertQueryCount(7):
                self.assertEqual(Grade._review_tiers(self.company), 0)
                self.settle()
        self.assertEqual(partners[39].tier_falls_on, date(2031, 5, 11))

    def test_two_tiers_cant_begin_at_the_same_value(self):
        with self.assertRaises(ValidationError) as refusal:
            self.gold.min_points = 10
        self.assertRegex(str(refusal.exception), "Bạc.*Vàng")
        self.gold.min_amount = 100_000  # nobody looks at amounts now
        with self.assertRaises(ValidationError):
            self.program.tier_basis = "amount"

    def test_progress_says_what_is_missing(self):
        partner = self.env["res.partner"].create({"name": "Khách"})
        with freeze_time("2031-04-21 05:00:00"):
            self.earn(30, partner)
            self.settle()
            partner.invalidate_recordset()
            self.assertEqual(
                (partner.tier_total, partner.tier_missing, partner.tier_progress),
                (30, 20, 50),
            )
            self.assertEqual(partner.tier_next_id, self.gold)
            self.assertIn("20 points more", partner.tier_sentence)
            self.assertIn("2031", partner.tier_sentence)
            others = self.env["res.partner"].create(
                [{"name": f"Khách {number}"} for number in range(20)]
            )
            self.settle()
            (partner | others).invalidate_recordset()
            self.env["res.partner"].browse().fetch(["name"])
            with self.assertQueryCount(3):
                (partner | others).mapped("tier_sentence")

    def test_the_usual_ladder_once(self):
        shop = self._make_shop("Shop B")
        env = self.superuser_env(context={"allowed_company_ids": shop.ids})
        env["res.partner.grade"].action_make_usual_ladder()
        program = env["loyalty.program"]._get_points_program(shop)
        self.assertEqual(len(program._tier_ladder().rungs), 5)
        self.assertEqual(program._tiers()[0].min_points, 0)
        with self.assertRaises(UserError):
            env["res.partner.grade"].action_make_usual_ladder()

    def test_an_archived_tier_is_left_for_the_deserved_one(self):
        self.gold.active = False
        self.assertEqual(self.at("2031-04-19 05:00:00"), self.silver)

    def test_history_stays(self):
        change = self.admin_env["crm.tier.change"].search([], limit=1)
        with self.assertRaises(UserError):
            change.reason = "Khác"
        with self.assertRaises(UserError):
            change.unlink()
        with self.assertRaises(UserError):
            self.gold.unlink()
