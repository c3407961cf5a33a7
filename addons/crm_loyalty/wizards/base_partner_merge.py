from odoo import models

from ..models.crm_loyalty_tier import ELSEWHERE


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """Override of `base`: who merges brings the days of a tier along."""
        dst_partner = dst_partner.with_context(crm_tier_move=ELSEWHERE)
        return super()._update_values(src_partners, dst_partner)

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Override of `loyalty`: accounts are merged with their ledgers.

        Odoo would add up the balances and leave the history behind.
        """
        Card = self.env["loyalty.card"].sudo().with_context(active_test=False)
        accounts = Card.search(
            [("partner_id", "in", src_partners.ids), ("is_account", "=", True)],
            order="id",
        )
        owner = dst_partner.commercial_partner_id
        for account in accounts:
            target = Card._find_account(account.program_id, owner).sudo()
            if target:
                Card._merge_accounts(account, target)
            else:
                account.partner_id = owner
                account.flush_recordset()
        return super()._merge_loyalty_cards(src_partners, dst_partner)
