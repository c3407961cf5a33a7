"""Leaving: Odoo alone goes on with what it understands."""

from odoo.tests import tagged

from odoo.addons.crm_loyalty.hooks import uninstall_hook as uninstall_loyalty

from ..hooks import uninstall_hook
from .common_uses import UseCase


@tagged("post_install", "-at_install")
class TestHooks(UseCase):
    def test_no_line_names_a_document_that_is_gone(self):
        promo = self.promote({"benefit_type": "points", "benefit_points": 20})
        order = self.order(1)
        lines = self.card().history_ids.sudo()
        given = lines.filtered(lambda line: line.order_model == "crm.promotion.use")
        self.assertTrue(given)
        uninstall_hook(self.superuser_env)
        self.assertEqual(given.mapped("order_model"), [False] * len(given))
        self.assertFalse(any(given.mapped("order_id")))
        others = lines - given
        self.assertEqual(others[:1]._get_order_description(), order.display_name)
        self.assertFalse((promo | self.promo).filtered("active"))
        self.assertTrue(self.program.active)

    def test_points_programs_rest(self):
        uninstall_loyalty(self.superuser_env)
        self.assertFalse(self.program.active)
