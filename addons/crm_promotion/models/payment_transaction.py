from odoo import models

from .crm_promotion_agreed import AGREED


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """Override of `sale`: the customer gets what was paid for, or a person is told.

        What a page that was opened anew took off while the customer paid comes back
        first: the order is what it was when the payment began.
        """
        paid = self.with_context(**{AGREED: True})
        for order in paid.sale_order_ids.filtered(
            lambda o: o.state in ("draft", "sent")
        ):
            if not order._is_confirmation_amount_reached():
                order._update_promotions()
        confirmed = super(PaymentTransaction, paid)._check_amount_and_confirm_order()
        return confirmed.filtered(lambda order: order.state == "sale")
