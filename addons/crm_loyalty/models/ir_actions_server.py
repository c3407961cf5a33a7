from odoo import fields, models


class IrActionsServer(models.Model):
    """What automation rules can do with points and tiers without Python."""

    _name = "ir.actions.server"
    _inherit = [
        "crm.loyalty.points.action",
        "crm.loyalty.tier.action",
        "ir.actions.server",
    ]

    state = fields.Selection(
        selection_add=[
            ("points_add", "Add Points"),
            ("customer_tier", "Set Tier"),
            ("code",),
        ],
        ondelete={"points_add": "cascade", "customer_tier": "cascade"},
    )
