from odoo import api, models


class LoyaltyCard(models.Model):
    _inherit = "loyalty.card"

    @api.model
    def get_gift_card_status(self, gift_code, config_id):
        """Override of `pos_loyalty`: a voucher's code is taken, and that is all."""
        result = super().get_gift_card_status(gift_code, config_id)
        taken = [("code", "=", gift_code), ("program_id.is_promotion", "=", True)]
        if self.sudo().with_context(active_test=False).search_count(taken, limit=1):
            return result | {"status": False, "data": {self._name: []}}
        return result
