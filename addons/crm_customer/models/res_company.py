from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """The shop's own contact is no customer."""
        companies = super().create(vals_list)
        own = companies.partner_id.filtered("is_customer")
        own.write({"is_customer": False, "ref": False})
        return companies
