from odoo import api, models
from odoo.exceptions import AccessError


class CrmLoyaltyGuard(models.AbstractModel):
    """Fields that the points program writes, and nobody else.

    ``readonly`` holds for forms only; a request may name any field. Our own writers
    come with sudo.
    """

    _name = "crm.loyalty.guard"
    _description = "Fields Written by the Points Program"

    @api.model
    def _refuse_given(self, names, vals_list):
        """:raise AccessError: new records would come with such values, or defaults."""
        if self.env.su:
            return
        usual = self.default_get(sorted(names))
        for vals in vals_list:
            for name in names:
                if vals.get(name, usual.get(name)):
                    self._refuse_field(name)

    def _refuse_changes(self, names, vals):
        """:raise AccessError: such a value would change."""
        if self.env.su:
            return
        for name in names & vals.keys():
            convert = self._fields[name].convert_to_cache
            for record in self.sudo():
                if convert(vals[name], record) != convert(record[name], record):
                    self._refuse_field(name)

    def _refuse_field(self, name):
        label = self._fields[name]._description_string(self.env)
        raise AccessError(
            self.env._("Only the points program itself changes “%s”.", label)
        )
