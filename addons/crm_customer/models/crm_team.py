from odoo import api, models


class CrmTeam(models.Model):
    """A leader sees the customers of the members: record rules remember them."""

    _name = "crm.team"
    _inherit = ["crm.customer.rule.value", "crm.team"]

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        if teams.user_id:
            self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"user_id", "active"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
