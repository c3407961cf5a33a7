from odoo import api, models

from .crm_customer_rules import OR_CONTACT

USER = "crm_customer.crm_customer_group_user"
ALL = "crm_customer.crm_customer_group_all"


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["crm.customer.rule.value", "res.users"]

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

    def write(self, vals):
        """Who becomes an employee is no customer any more; the code stays his."""
        outside = self.filtered("share") if "group_ids" in vals else self.browse()
        result = super().write(vals)
        employed = outside.filtered(lambda user: not user.share).partner_id
        employed.sudo().filtered("is_customer").is_customer = False
        return result

    def _sees_own_customers_only(self):
        """Whether the user works with customers, but not with those of colleagues.

        :rtype: bool
        """
        return self.has_group(USER) and not self.has_group(ALL)

    def _visible_owner_ids(self):
        """Ids of the users whose customers this one sees, when not those of everyone.

        His own, and as a team leader those of the members. Record rules ask and
        remember the answer: teams forget it when they change.

        :rtype: list[int]
        """
        teams = self.env["crm.team"].sudo().search([("user_id", "=", self.id)])
        return (self | teams.member_ids).ids
