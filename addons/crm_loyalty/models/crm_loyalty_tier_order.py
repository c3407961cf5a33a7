from odoo import models


class CrmLoyaltyTierOrder(models.AbstractModel):
    """Orders that sell a membership. Part of ``sale.order``."""

    _name = "crm.loyalty.tier.order"
    _description = "Memberships That Are Sold"

    def _add_partnership(self):
        """Override of `partnership`: whoever confirms the order, it gives the level."""
        return super(CrmLoyaltyTierOrder, self.sudo())._add_partnership()
