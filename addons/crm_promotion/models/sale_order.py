from odoo import models
from odoo.fields import Domain


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "crm.promotion.order",
        "crm.promotion.claim",
        "crm.promotion.voucher",
        "sale.order",
    ]

    def _get_program_domain(self):
        """Override of `sale_loyalty`: promotions of ours aren't Odoo's to evaluate."""
        return Domain(super()._get_program_domain()) & Domain(
            "is_promotion", "=", False
        )

    def _get_trigger_domain(self):
        """Override of `sale_loyalty`: promotions of ours aren't Odoo's to evaluate."""
        ours = Domain("program_id.is_promotion", "=", False)
        return Domain(super()._get_trigger_domain()) & ours
