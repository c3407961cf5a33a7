from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        """The contact of an employee is no customer."""
        users = super().create(vals_list)
        employees = users.filtered(lambda user: not user.share).partner_id
        employees.filtered("is_customer").write({"is_customer": False, "ref": False})
        return users
