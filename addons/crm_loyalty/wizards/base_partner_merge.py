from odoo import models
from odoo.tools import SQL

from ..models.crm_loyalty_tier import Move

#: What says a customer's tier, which is read and written as one.
_TIER = ("grade_id", "tier_since", "tier_until", "tier_falls_on")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

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

    def _update_values(self, src_partners, dst_partner):
        """Override of `base`: the higher tier stays, with the days that belong to it.

        Odoo would fill in each field by itself, as the user, who needn't be a manager
        of the points program. It doesn't get to see them.
        """
        all_partners = (src_partners | dst_partner).sudo()
        own = {name: dst_partner.sudo()[name] for name in _TIER}
        best = dst_partner.sudo()
        for partner in src_partners.sudo():
            if partner.grade_id._is_above(best.grade_id):
                best = partner
        highest = {name: best[name] for name in _TIER}
        # Who was brought by a customer that it becomes one with, was brought by nobody.
        owners = all_partners.commercial_partner_id
        all_partners.filtered(
            lambda partner: partner.referred_by_id.commercial_partner_id in owners
        ).referred_by_id = False
        self._hide_tiers(all_partners)
        result = super()._update_values(src_partners, dst_partner)
        self._give_back_tier(dst_partner, own)
        if highest["grade_id"] != own["grade_id"]:
            grade = highest["grade_id"]
            dst_partner.sudo().with_company(
                grade.company_id or self.env.company
            ).with_context(crm_tier_move=Move("merge")).write(
                highest | {"grade_id": grade.id}
            )
        return result

    def _hide_tiers(self, partners):
        partners.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner SET grade_id = NULL, tier_since = NULL,
                       tier_until = NULL, tier_falls_on = NULL
                 WHERE id = ANY(%s)
                """,
                partners.ids,
            )
        )
        partners.invalidate_recordset(_TIER)

    def _give_back_tier(self, partner, tier):
        partner.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner SET grade_id = %s, tier_since = %s,
                       tier_until = %s, tier_falls_on = %s
                 WHERE id = %s
                """,
                tier["grade_id"].id or None,
                *(tier[name] or None for name in _TIER[1:]),
                partner.id,
            )
        )
        partner.invalidate_recordset(_TIER)
