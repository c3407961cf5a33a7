from odoo import api, models


class CrmTeamMember(models.Model):
    """A leader sees the customers of the members: record rules remember them."""

    _inherit = "crm.team.member"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        self.env.registry.clear_cache()
        return members

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"user_id", "crm_team_id", "active"}:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
