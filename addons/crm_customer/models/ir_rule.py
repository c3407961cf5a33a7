from odoo import api, models
from odoo.fields import Domain


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        """Override of `base`: whoever may not see a customer sees none of its facts.

        Rules of other models don't follow each other by themselves. A model names the
        customer whom its records tell of as ``_customer_field``: then whatever rules
        the shop makes for customers hold for them, too. Records of nobody are shown.
        """
        domain = super()._compute_domain(model_name, mode)
        customer = getattr(self.env[model_name], "_customer_field", None)
        if not customer:
            return domain
        visible = super()._compute_domain("res.partner", "read")
        if visible.is_true():
            return domain
        nobody = Domain(customer, "=", False)
        return domain & (nobody | Domain(customer, "any!", visible))
