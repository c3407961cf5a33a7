import pytz

from odoo import api, fields, models

from .crm_customer_rules import OR_CONTACT

#: Of shops that name no time zone.
TIMEZONE = "Asia/Ho_Chi_Minh"


class ResCompany(models.Model):
    _inherit = "res.company"

    tells_owners = fields.Boolean(
        string="Tell Employees of New Customers", default=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        """The shop's own contact is no customer; the shop has rules for customers."""
        lenient = self.with_context(**OR_CONTACT)
        companies = super(ResCompany, lenient).create(vals_list).with_env(self.env)
        own = companies.partner_id.filtered("is_customer")
        own.write({"is_customer": False, "ref": False})
        self.env["crm.customer.field.rule"]._offer(companies)
        return companies

    def _shop_timezone(self):
        """The name of the zone that the shop's days are counted in, whoever asks."""
        zone = self.sudo().partner_id.tz
        return zone if zone in pytz.all_timezones_set else TIMEZONE

    def _shop_today(self):
        """The day that it is in the shop."""
        return fields.Date.context_today(self.with_context(tz=self._shop_timezone()))
