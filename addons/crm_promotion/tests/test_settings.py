"""Limits of guessing on the page of settings; columns of an export."""

from odoo.tests import Form, tagged

from ..models.crm_voucher_attempt import LIMITS
from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestSettings(PromotionCase):
    def limits(self):
        return self.superuser_env["crm.voucher.attempt"]._limits()

    def test_limits_of_guessing_are_set_and_unset(self):
        Settings = self.superuser_env["res.config.settings"]
        self.assertEqual(self.limits(), LIMITS)
        with Form(Settings) as form:
            self.assertEqual(form.promotion_attempts_user, LIMITS["user"])
            form.promotion_attempts_user = 5
            form.promotion_attempts_minutes = 60
        form.record.execute()
        self.assertEqual(self.limits(), LIMITS | {"user": 5, "minutes": 60})
        with Form(Settings) as form:
            self.assertEqual(form.promotion_attempts_user, 5)
            form.promotion_attempts_user = 0
            form.promotion_attempts_order = -3
        form.record.execute()
        self.assertEqual(self.limits(), LIMITS | {"minutes": 60})

    def test_export_of_vouchers_has_columns_that_people_read(self):
        export = self.env.ref("crm_promotion.ir_exports_voucher").sudo()
        program = self.promote(20, given_by="voucher", name="Mừng năm mới")
        [card] = program.sudo()._issue_vouchers(self.customer, 1)
        names = export.export_fields.mapped("name")
        [row] = card.with_env(self.admin_env).export_data(names)["datas"]
        told = dict(zip(names, row, strict=True))
        self.assertEqual(told["code"], card.code)
        self.assertEqual(told["program_id"], "Mừng năm mới")
        self.assertEqual(told["voucher_state"], "Issued")
        self.assertEqual(told["partner_id/name"], "Trần Thị Bích")
