from odoo import models
from odoo.exceptions import ValidationError


class SaleLoyaltyCouponWizard(models.TransientModel):
    _inherit = "sale.loyalty.coupon.wizard"

    def action_apply(self):
        """Override of `sale_loyalty`: ours have no reward to be chosen."""
        self.ensure_one()
        if self.env["loyalty.card"]._find_voucher(self.coupon_code):
            self.order_id.apply_voucher(self.coupon_code)
            return {"type": "ir.actions.act_window_close"}
        if self.order_id._find_promotion_code(self.coupon_code):
            status = self.order_id._try_apply_code(self.coupon_code)
            if "error" in status:
                raise ValidationError(status["error"])
            return {"type": "ir.actions.act_window_close"}
        return super().action_apply()
