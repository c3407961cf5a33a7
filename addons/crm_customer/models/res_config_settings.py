from odoo import fields, models

from .res_users import ALL, USER


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    own_customers_only = fields.Boolean()
    tells_owners = fields.Boolean(related="company_id.tells_owners", readonly=False)

    def get_values(self):
        """Override of `base`: the switch is whether users have the right to see all.

        As a group it governs what Odoo's own rules govern, too: orders, leads, invoices
        and their analyses.
        """
        users = self.env.ref(USER).sudo()
        own_only = self.env.ref(ALL) not in users.implied_ids
        return super().get_values() | {"own_customers_only": own_only}

    def set_values(self):
        result = super().set_values()
        users, see_all = self.env.ref(USER).sudo(), self.env.ref(ALL).sudo()
        if self.own_customers_only:
            users._remove_group(see_all)
        else:
            users._apply_group(see_all)
        return result
