from odoo import api, fields, models

from ..tools import address


class ResCity(models.Model):
    """Wards and communes: the second and last level of a Vietnamese address.

    Since July 2025 an address has a province (``res.country.state``) and a ward; there
    are no districts any more.
    """

    _inherit = "res.city"

    code = fields.Char(
        index="btree_not_null",
        help="Code of the unit in the government's list of units.",
    )

    @api.depends("state_id")
    @api.depends_context("show_province")
    def _compute_display_name(self):
        """Override of `base_address_extended`: wards of many provinces share a name."""
        result = super()._compute_display_name()
        if self.env.context.get("show_province"):
            for city in self.filtered("state_id"):
                city.display_name = f"{city.display_name}, {city.state_id.name}"
        return result

    @api.model
    def _load_vietnamese_wards(self):
        """Create today's wards of Vietnam that are not there yet."""
        country = self.env.ref("base.vn")
        state_ids = self._vietnamese_state_ids()
        self._load_records(
            [
                {
                    "xml_id": f"crm_customer.city_vn_{code}",
                    "noupdate": True,
                    "values": {
                        "name": name,
                        "code": code,
                        "country_id": country.id,
                        "state_id": state_ids[province_code],
                    },
                }
                for code, name, province_code in address.iter_wards()
            ]
        )

    @api.model
    def _vietnamese_state_ids(self):
        """The government's code of a province -> id of Odoo's `res.country.state`."""
        states = self.env["res.country.state"].search(
            [("country_id", "=", self.env.ref("base.vn").id)]
        )
        id_of = {state.code: state.id for state in states}
        return {code: id_of[odoo] for code, odoo in address.ODOO_STATE_CODES.items()}
