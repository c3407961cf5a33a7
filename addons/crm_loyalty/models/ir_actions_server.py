from odoo import api, fields, models

from .crm_loyalty_points_action import ADD
from .crm_loyalty_tier import MANAGER


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

    @api.model
    def _groups_of_guarded_actions(self):
        """Override of `crm_customer`: points and tiers are money."""
        ours = dict.fromkeys((ADD, "customer_tier"), MANAGER)
        return super()._groups_of_guarded_actions() | ours
