"""What processes remember of tiers and programs is the same whoever asked first.

Customers are opened with ``active_test=False`` from the lists of imports and of
duplicates, and merged so.
"""

from odoo.tests import tagged

from .common_tiers import TierCase


@tagged("post_install", "-at_install")
class TestRemembered(TierCase):
    def ask_first(self, records):
        """The records as a screen opens them that shows archived ones, too."""
        self.env.flush_all()
        self.env.registry.clear_cache()
        return records.sudo().with_context(active_test=False)

    def test_archived_tiers_are_no_rungs(self):
        self.gold.active = False
        self.ask_first(self.customer)._follow_all_tiers()
        ladder = self.program.sudo()._tier_ladder()
        self.assertEqual(
            [rung.grade for rung in ladder.rungs], (self.new | self.silver).ids
        )
        self.earn(60)
        self.assertEqual(self.tier(), self.silver)

    def test_archived_program_moves_nobody(self):
        self.program.active = False
        Program = self.env["loyalty.program"].sudo()
        self.ask_first(Program)._tier_program_ids()
        self.assertNotIn(self.program.id, Program._tier_program_ids())

    def test_archived_program_earns_nothing(self):
        self.program.active = False
        Program = self.env["loyalty.program"]
        self.ask_first(Program)._get_points_program(self.company)
        self.assertFalse(Program._get_points_program(self.company))
        self.assertEqual(self.order(1).points_earned, 0)

    def test_archived_program_welcomes_nobody(self):
        self.admin_env["loyalty.rule"].create(
            {
                "program_id": self.program.id,
                "name": "Chào mừng",
                "rule_type": "signup",
                "points": 20,
            }
        )
        self.program.active = False
        new = self.env["res.partner"].create({"name": "Khách Mới"})
        self.ask_first(new)._refresh_membership()
        self.assertFalse(self.card(new))
