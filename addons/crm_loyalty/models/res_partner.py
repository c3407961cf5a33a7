from odoo import fields, models

from ..tools.earning import NORMAL


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["crm.loyalty.event", "crm.loyalty.customer", "res.partner"]

    referred_by_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        domain=[("is_customer", "=", True)],
        help="Who brought this customer; earns points with the first order.",
    )

    def _points_multiplier(self, program):
        """Hook: how fast this customer earns, in percent. Kept with the order."""
        return NORMAL
