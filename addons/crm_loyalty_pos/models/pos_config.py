from odoo import models


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _get_program_ids(self):
        """Override of `pos_loyalty`: a till counts points by rules of its own.

        It knows neither our types of rules nor lots, and works from balances of the
        morning, so the points program isn't for tills.
        """
        programs = super()._get_program_ids()
        return programs.filtered(lambda program: not program.keep_ledger)
