from odoo import models
from odoo.exceptions import ValidationError


class SaleLoyaltyCouponWizard(models.TransientModel):
    _inherit = "sale.loyalty.coupon.wizard"

    def action_apply(self):
        """Override of `sale_loyalty`: ours have no reward to be chosen.

        Refusals are of the same kind as Odoo's, so that they tell no more.
        """
        self.ensure_one()
        order, code = self.order_id, self.coupon_code
        ours = self.env["loyalty.card"]._find_voucher(code)
        if not (ours or order._find_promotion_code(code)):
            return super().action_apply()
        order.check_access("write")
        status = order._try_apply_code(code)
        if "error" in status:
            raise ValidationError(status["error"])
        return {"type": "ir.actions.act_window_close"}
