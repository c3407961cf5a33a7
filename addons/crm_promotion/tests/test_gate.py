"""Promotions of ours are not Odoo's to evaluate, and Odoo's aren't ours."""

from odoo.fields import Command
from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestGate(PromotionCase):
    def test_odoo_passes_over_our_promotions(self):
        Program = self.admin_env["loyalty.program"]
        stock, ours = (
            Program.create(
                {
                    "name": name,
                    "is_promotion": name == "Ours",
                    "date_from": "2020-01-01",
                    "date_to": "2099-12-31",
                    "program_type": "promotion",
                    "applies_on": "current",
                    "trigger": "auto",
                    "rule_ids": [],
                    "reward_ids": [Command.create({"discount": 10})],
                    "communication_plan_ids": [],
                    "company_id": self.company.id,
                }
            )
            for name in ("Stock", "Ours")
        )
        order = self.order(1, confirm=False).with_env(self.admin_env)
        found = (stock | ours).filtered_domain(order._get_program_domain())
        self.assertEqual(found, stock)
