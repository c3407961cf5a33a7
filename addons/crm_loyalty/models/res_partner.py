from odoo import fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "crm.loyalty.event",
        "crm.loyalty.customer",
        "crm.loyalty.tier",
        "crm.loyalty.tier.progress",
        "crm.loyalty.guard",
        "res.partner",
    ]

    referred_by_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        domain=[("is_customer", "=", True)],
        help="Who brought this customer; earns points with the first order.",
    )
