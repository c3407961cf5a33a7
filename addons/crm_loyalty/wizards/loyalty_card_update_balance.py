from odoo import models
from odoo.exceptions import UserError


class LoyaltyCardUpdateBalance(models.TransientModel):
    _inherit = "loyalty.card.update.balance"

    def action_update_card_point(self):
        """Override of `loyalty`: an account is adjusted by a line with the reason."""
        card = self.card_id
        if not card._keeping():
            return super().action_update_card_point()
        if self.new_balance != int(self.new_balance):
            raise UserError(self.env._("Points are whole numbers."))
        card.action_adjust_points(
            int(self.new_balance) - int(card.points), self.description
        )
        return None
