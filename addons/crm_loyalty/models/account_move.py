from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        """Override of `account`: returned goods take their points back."""
        result = super().write(vals)
        if "state" in vals:
            self._touch_points()
        return result

    def _compute_payment_state(self):
        """Override of `account`: points may be earned with the payment."""
        result = super()._compute_payment_state()
        self._touch_points()
        return result

    def _touch_points(self):
        sales = self._origin.filtered(lambda move: move.is_sale_document())
        sales.sudo().line_ids.sale_line_ids.order_id._touch_points()
