from odoo import models


class CrmPromotionClaim(models.AbstractModel):
    """The uses of promotions that confirmed orders count as. Part of ``sale.order``."""

    _name = "crm.promotion.claim"
    _description = "Uses of Promotions by an Order"
