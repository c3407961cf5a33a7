from odoo import api, models


class ResCountryState(models.Model):
    """Provinces of the company's own country are known by their bare name.

    Odoo writes the country behind each, which fills columns, charts and reports of a
    shop with the same two letters.
    """

    _name = "res.country.state"
    _inherit = ["crm.customer.rule.value", "res.country.state"]

    @api.depends_context("company")
    def _compute_display_name(self):
        """Override of `base`."""
        result = super()._compute_display_name()
        home = self.env.company.country_id
        for state in self:
            if state.country_id == home:
                state.display_name = state.name
        return result
