from odoo import fields, models

from .crm_voucher_attempt import LIMITS


def _limit(name, **details):
    """How many wrong codes are heard; 0 and less go back to the usual number."""
    return fields.Integer(
        default=LIMITS[name],
        config_parameter=f"crm_promotion.attempts_{name}",
        **details,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    promotion_attempts_minutes = _limit("minutes", string="Minutes That Count")
    promotion_attempts_user = _limit("user", string="Wrong Codes per User")
    promotion_attempts_address = _limit("address", string="Wrong Codes per Address")
    promotion_attempts_order = _limit("order", string="Wrong Codes per Order")

    def set_values(self):
        """Override of `base`: a shop that hears nobody at all helps nobody."""
        for name, usual in LIMITS.items():
            field = f"promotion_attempts_{name}"
            if self[field] < 1:
                self[field] = usual
        return super().set_values()
