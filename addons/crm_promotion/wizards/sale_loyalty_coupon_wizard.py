from odoo import models


class SaleLoyaltyCouponWizard(models.TransientModel):
    _inherit = "sale.loyalty.coupon.wizard"

    def action_apply(self):
        """Override of `sale_loyalty`: a voucher has no reward to be chosen."""
        self.ensure_one()
        if self.env["loyalty.card"]._find_voucher(self.coupon_code):
            self.order_id.apply_voucher(self.coupon_code)
            return {"type": "ir.actions.act_window_close"}
        return super().action_apply()
