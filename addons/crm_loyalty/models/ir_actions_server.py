from odoo import fields, models


class IrActionsServer(models.Model):
    """What automation rules can do with points and tiers without Python."""

    _name = "ir.actions.server"
    _inherit = ["crm.loyalty.tier.action", "ir.actions.server"]

    state = fields.Selection(
        selection_add=[("customer_tier", "Set Tier"), ("code",)],
        ondelete={"customer_tier": "cascade"},
    )
