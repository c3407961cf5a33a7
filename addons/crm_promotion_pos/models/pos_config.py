from odoo import models


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _get_program_ids(self):
        """Override of `pos_loyalty`: promotions aren't for tills.

        A till works without the server and from what it loaded in the morning: it
        knows no conditions on the customer, no limits and no states of vouchers. This
        is what it loads, and where it looks codes up, so a voucher is a code like any
        other that nobody knows.
        """
        programs = super()._get_program_ids()
        return programs.filtered(lambda program: not program.is_promotion)
