"""Automation rules hear of vouchers, and issue them."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .voucher_common import VoucherCase


@tagged("post_install", "-at_install")
class TestVoucherAutomation(VoucherCase):
    def automation(self, model, domain, program):
        env = self.superuser_env
        model_id = env["ir.model"]._get(model)
        action = {
            "name": "Tặng voucher",
            "model_id": model_id.id,
            "state": "voucher_issue",
            "voucher_program_id": program.id,
        }
        return env["base.automation"].create(
            {
                "name": "Bài thử",
                "model_id": model_id.id,
                "trigger": "on_create_or_write",
                "filter_domain": domain,
                "action_server_ids": [Command.create(action)],
            }
        )

    def vouchers_of(self, program):
        return self.superuser_env["loyalty.card"].search(
            [("program_id", "=", program.id)]
        )

    def test_used_voucher_brings_the_next_one(self):
        thanks = self._make_voucher_program("Cảm ơn", self.company)
        self.automation(
            "loyalty.card",
            f"[('voucher_state', '=', 'used'), "
            f"('program_id', '=', {self.voucher_program.id})]",
            thanks,
        )
        card, order = self.issue(self.customer), self.quotation()
        order.apply_voucher(card.code)
        self.assertFalse(self.vouchers_of(thanks))
        order.action_confirm()
        self.assertEqual(card.voucher_state, "used")
        self.assertEqual(self.vouchers_of(thanks).partner_id, self.customer)

    def test_a_record_brings_one_voucher(self):
        thanks = self._make_voucher_program("Cảm ơn", self.company)
        rule = self.automation("sale.order", "[('state', '=', 'sale')]", thanks)
        order = self.order(1)
        order.client_order_ref = "Sửa lần một"
        self.assertEqual(self.vouchers_of(thanks).partner_id, self.customer)
        self.assertEqual(len(self.vouchers_of(thanks)), 1)
        self.order(1)
        self.assertEqual(len(self.vouchers_of(thanks)), 2)
        rule.action_server_ids.voucher_once = False
        order.client_order_ref = "Sửa lần hai"
        self.assertEqual(len(self.vouchers_of(thanks)), 3)

    def test_archived_voucher_was_brought(self):
        thanks = self._make_voucher_program("Cảm ơn", self.company)
        self.automation("sale.order", "[('state', '=', 'sale')]", thanks)
        order = self.order(1)
        self.vouchers_of(thanks).active = False
        order.client_order_ref = "Sửa"
        self.assertFalse(self.vouchers_of(thanks))

    def test_index_lets_one_voucher_of_an_action(self):
        program = self.voucher_program
        card = program._issue_by_cause({"action:1:res.partner:1": self.customer.id})
        again = self.superuser_env["loyalty.card"]._insert_codes(
            program,
            [("NUA-1", self.customer.id), ("NUA-2", self.customer.id)],
            expires_on=card.expiration_date,
            causes=["action:1:res.partner:1", "action:1:res.partner:2"],
        )
        self.assertEqual([code for _id, _owner, code in again], ["NUA-2"])
        several = program._issue_vouchers(self.customer, 2, cause="promotion:7:1:1")
        self.assertEqual(len(several), 2)

    def test_used_voucher_is_changed_by_a_rule(self):
        env = self.superuser_env
        card_model = env["ir.model"]._get("loyalty.card")
        day = self.day(90)
        env["base.automation"].create(
            {
                "name": "Dùng rồi thì giữ lâu",
                "model_id": card_model.id,
                "trigger": "on_create_or_write",
                "filter_domain": "[('voucher_state', '=', 'used')]",
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Giữ lâu",
                            "model_id": card_model.id,
                            "state": "object_write",
                            "update_path": "expiration_date",
                            "value": str(day),
                        }
                    )
                ],
            }
        )
        card, order = self.issue(self.customer), self.quotation()
        order.apply_voucher(card.code)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual((card.voucher_state, card.expiration_date), ("used", day))
        self.assertEqual(self.moves(card), ["issue", "reserve", "use"])

    def test_voucher_about_to_expire(self):
        reminder = self._make_voucher_program("Nhắc", self.company)
        self.automation(
            "loyalty.card",
            f"[('is_expiring', '=', True), "
            f"('program_id', '=', {self.voucher_program.id})]",
            reminder,
        )
        self.issue(self.customer)
        with freeze_time(fields.Datetime.now() + timedelta(days=25)):
            self.night()
            self.night()
        self.assertEqual(len(self.vouchers_of(reminder)), 1)

    def test_action_says_what_is_missing(self):
        action = self.superuser_env["ir.actions.server"].new(
            {
                "model_id": self.env.ref("base.model_res_partner").id,
                "state": "voucher_issue",
            }
        )
        self.assertIn("Choose the voucher program.", action._get_warning_messages())
        action.voucher_program_id = self.voucher_program
        self.assertFalse(action._get_warning_messages())
        self.assertEqual(action._generate_action_name(), "Issue Voucher: Voucher Tết")
        action.state = "code"
        self.assertFalse(action.voucher_program_id)

    def test_seller_issues_no_voucher_by_an_action_s_number(self):
        action = self.superuser_env["ir.actions.server"].create(
            {
                "name": "Tặng voucher",
                "state": "voucher_issue",
                "voucher_program_id": self.voucher_program.id,
                "model_id": self.superuser_env["ir.model"]._get_id("res.partner"),
            }
        )
        several = self.superuser_env["ir.actions.server"].create(
            {
                "name": "Nhiều việc",
                "state": "multi",
                "model_id": action.model_id.id,
                "child_ids": action.ids,
            }
        )
        context = {
            "active_model": "res.partner",
            "active_id": self.customer.id,
            "active_ids": self.customer.ids,
        }
        for each in (action, several):
            with self.subTest(each.name), self.assertRaises(AccessError):
                each.with_user(self.seller).with_context(**context).run()
        self.assertFalse(self.vouchers_of(self.voucher_program))
        action.with_user(self.promotion_manager).with_context(**context).run()
        vouchers = self.vouchers_of(self.voucher_program)
        self.assertEqual(vouchers.partner_id, self.customer)
        # As an automation rule does.
        action.with_user(self.seller).sudo().with_context(**context).run()
        self.assertEqual(self.vouchers_of(self.voucher_program), vouchers)
