from odoo import api, models


class ResPartnerCategory(models.Model):
    """Tags of customers: what groups know about customers follows them at once.

    The customers themselves aren't written when a tag goes, or when they are chosen on
    the tag's side.
    """

    _name = "res.partner.category"
    _inherit = ["crm.customer.rule.value", "res.partner.category"]

    @api.model_create_multi
    def create(self, vals_list):
        tags = super().create(vals_list)
        if any(vals.get("partner_ids") for vals in vals_list):
            tags._tagged()._touch()
        return tags

    def write(self, vals):
        if "partner_ids" not in vals:
            return super().write(vals)
        before = self._tagged()
        result = super().write(vals)
        (before | self._tagged())._touch()
        return result

    def unlink(self):
        """Override of `base`: the tags below these go as well."""
        everything = self.with_context(active_test=False)
        tagged = everything.search([("id", "child_of", self.ids)])._tagged()
        result = super().unlink()
        tagged._touch()
        return result

    def _tagged(self):
        """Contacts with one of these tags, archived ones, too."""
        contacts = self.env["res.partner"].sudo().with_context(active_test=False)
        return contacts.search([("category_id", "in", self.ids)])
