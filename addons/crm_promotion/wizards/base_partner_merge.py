from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Override of `base`: the uses of merged customers are counted anew.

        Two customers may have a counter of the same program each, of which there is
        only one per customer; the same with their turns.
        """
        Turn = self.env["crm.promotion.turn"].sudo()
        Turn.search([("partner_id", "in", src_partners.ids)]).unlink()
        Counter = self.env["crm.promotion.counter"].sudo()
        counters = Counter.search([("partner_id", "in", src_partners.ids)])
        programs = counters.program_id
        counters.unlink()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        if programs:
            Counter._recount(programs)
        return result
