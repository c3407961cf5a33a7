"""Automation rules stop promotions, and hear of those that stop."""

from odoo.fields import Command
from odoo.tests import tagged

from .common_uses import UseCase


# Automation rules listen only when all modules are loaded.
@tagged("post_install", "-at_install")
class TestStopAutomation(UseCase):
    def make_action(self, model, **vals):
        return self.superuser_env["ir.actions.server"].create(
            {
                "name": "Ngừng",
                "state": "promotion_stop",
                "model_id": self.superuser_env["ir.model"]._get_id(model),
                "promotion_stop_reason": "Hết quà",
                **vals,
            }
        )

    def listen(self, action, model, **vals):
        return self.superuser_env["base.automation"].create(
            {
                "name": "Nghe",
                "model_id": self.superuser_env["ir.model"]._get_id(model),
                "trigger": "on_create_or_write",
                "action_server_ids": [Command.link(action.id)],
                **vals,
            }
        )

    def run_on(self, action, records, user=None):
        action.with_user(user or self.promotion_manager).with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id
        ).run()

    def test_action_stops_the_records_themselves(self):
        other = self.make_promotion("Hai")
        action = self.make_action("loyalty.program")
        self.assertFalse(action.warning)
        self.run_on(action, self.promo | other | self.program.with_env(self.promo.env))
        for program in self.promo | other:
            self.assertEqual(program.promotion_state, "stopped")
        self.assertEqual(other.stop_reason, "Hết quà")
        self.assertFalse(self.program.promotion_state)

    def test_action_stops_the_promotion_of_a_use(self):
        action = self.make_action("crm.promotion.use")
        self.listen(
            action, "crm.promotion.use", filter_domain="[('amount', '>', 50000)]"
        )
        self.promoted(10_000)
        self.assertEqual(self.promo.promotion_state, "running")
        self.promoted(60_000)
        self.assertEqual(self.promo.promotion_state, "stopped")

    def test_action_stops_a_certain_promotion(self):
        action = self.make_action("product.product", promotion_program_id=self.promo.id)
        self.run_on(action, self.product, self.superuser_env.user)
        self.assertEqual(self.promo.promotion_state, "stopped")

    def test_action_says_what_is_missing(self):
        action = self.make_action("product.product", promotion_stop_reason=False)
        self.assertIn("why", action.warning)
        self.assertIn("no promotion", action.warning)
        action.state = "object_write"
        self.assertFalse(action.promotion_program_id)

    def test_rules_hear_of_a_stopped_promotion(self):
        note = self.superuser_env["ir.actions.server"].create(
            {
                "name": "Ghi nhớ",
                "state": "code",
                "model_id": self.superuser_env["ir.model"]._get_id("loyalty.program"),
                "code": "record.sudo().write({'portal_point_name': 'Đã ngừng'})",
            }
        )
        self.listen(
            note,
            "loyalty.program",
            filter_pre_domain="[('promotion_state', '=', 'running')]",
            filter_domain="[('promotion_state', 'in', ['stopped', 'ended'])]",
        )
        self.promo.max_uses = 7
        self.assertNotEqual(self.promo.portal_point_name, "Đã ngừng")
        self.promo.stop_promotions("Hết quà")
        self.assertEqual(self.promo.portal_point_name, "Đã ngừng")

    def test_rules_hear_of_the_end_by_night(self):
        note = self.superuser_env["ir.actions.server"].create(
            {
                "name": "Ghi nhớ",
                "state": "code",
                "model_id": self.superuser_env["ir.model"]._get_id("loyalty.program"),
                "code": "record.sudo().write({'portal_point_name': 'Hết hạn'})",
            }
        )
        self.listen(
            note,
            "loyalty.program",
            filter_domain="[('promotion_state', '=', 'ended')]",
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE loyalty_program SET date_to = '2020-02-01' WHERE id = %s",
            [self.promo.id],
        )
        self.promo.invalidate_recordset()
        self.admin_env["loyalty.program"]._cron_promotion_state()
        self.assertEqual(self.promo.promotion_state, "ended")
        self.assertEqual(self.promo.portal_point_name, "Hết hạn")
