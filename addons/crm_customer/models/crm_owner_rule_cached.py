from odoo import api, models


class CrmOwnerRuleCached(models.AbstractModel):
    """What owner rules are made of: processes remember the rules as plain values.

    See ``crm.owner.rule._plans``.
    """

    _name = "crm.owner.rule.cached"
    _description = "Remembered Part of an Owner Rule"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
