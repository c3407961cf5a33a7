from odoo import api, models

from .crm_customer_rules import OR_CONTACT


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        """A new contact of an employee is no customer; that of a portal user is one.

        Unless the field rules refuse it: signing up works nevertheless.
        """
        users = super().create(
            [
                vals if vals.get("partner_id") else {"is_customer": False} | vals
                for vals in vals_list
            ]
        )
        for user, vals in zip(users, vals_list, strict=True):
            if user.share and not vals.get("partner_id") and "is_customer" not in vals:
                contact = user.partner_id.with_context(**OR_CONTACT)
                contact.is_customer = not contact.parent_id
        employees = users.filtered(lambda user: not user.share).partner_id
        employees.filtered("is_customer").write({"is_customer": False, "ref": False})
        return users
