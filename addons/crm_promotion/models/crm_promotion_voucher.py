from odoo import models


class CrmPromotionVoucher(models.AbstractModel):
    """The vouchers that an order holds or has used. Part of ``sale.order``."""

    _name = "crm.promotion.voucher"
    _description = "Vouchers of an Order"

    def _vouchers_held(self):
        """Vouchers that these orders have reserved or used."""
        return self.env["loyalty.card"]
