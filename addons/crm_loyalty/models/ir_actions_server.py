from odoo import fields, models
from odoo.exceptions import AccessError

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

    def run(self):
        """Override of `base`: a request can run any action by its number.

        Automation rules run theirs with sudo, whoever's change it was.
        """
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            actions = self.sudo()
            while actions:
                if set(actions.mapped("state")) & {ADD, "customer_tier"}:
                    raise AccessError(
                        self.env._(
                            "Only managers of the points program run actions that "
                            "give points or set tiers."
                        )
                    )
                actions = actions.child_ids
        return super().run()
