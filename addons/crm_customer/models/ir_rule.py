from odoo import api, models
from odoo.fields import Domain

_OF_CUSTOMERS = ("crm.interaction", "crm.interaction.report")


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        """Override of `base`: whoever may not see a customer sees none of its facts.

        Rules of other models don't follow each other by themselves; so whatever rule
        the shop makes for customers holds for their interactions as well.
        """
        domain = super()._compute_domain(model_name, mode)
        if model_name not in _OF_CUSTOMERS:
            return domain
        visible = super()._compute_domain("res.partner", "read")
        if visible.is_true():
            return domain
        nobody = Domain("partner_id", "=", False)
        return domain & (nobody | Domain("partner_id", "any!", visible))
