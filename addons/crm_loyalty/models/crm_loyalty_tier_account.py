from odoo import api, fields, models
from odoo.tools import SQL

from .crm_loyalty_ladder import POINTS
from .loyalty_history import ISSUING


class CrmLoyaltyTierAccount(models.AbstractModel):
    """What of an account counts for tiers. Part of ``loyalty.card``.

    A running total, written by the statement that changes the balance, so that neither
    an order nor the night has to add up the ledger.
    """

    _name = "crm.loyalty.tier.account"
    _description = "Points That Count for Tiers"

    points_counted = fields.Integer(
        string="Points for Tiers",
        readonly=True,
        copy=False,
        help="All points that were earned and not taken back, spent ones included.",
    )

    def _after_post(self, lines, before):
        """Override of `crm_loyalty`: who has earned enough rises at once."""
        result = super()._after_post(lines, before)
        if any(line.kind in ISSUING and not line.uncounted for line in lines):
            self._follow_tier()
        return result

    def _post_gifts(self, points, **options):
        """Override of `crm_loyalty`: many rise together."""
        given = super()._post_gifts(points, **options)
        if given and not options.get("uncounted"):
            for program, cards in given.sudo().grouped("program_id").items():
                if program._tier_program_ids().get(program.id) in POINTS:
                    cards.partner_id._follow_tiers(program)
        return given

    @api.model
    def _merge_accounts(self, source, target):
        """Override of `crm_loyalty`: what counted for either counts for the one."""
        result = super()._merge_accounts(source, target)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH emptied AS (
                    UPDATE loyalty_card AS s SET points_counted = 0
                      FROM loyalty_card AS former
                     WHERE s.id = %s AND former.id = s.id
                    RETURNING former.points_counted
                )
                UPDATE loyalty_card AS t
                   SET points_counted = COALESCE(t.points_counted, 0)
                                      + COALESCE(emptied.points_counted, 0)
                  FROM emptied WHERE t.id = %s
                """,
                source.id,
                target.id,
            )
        )
        target.invalidate_recordset(["points_counted"])
        target._follow_tier()
        return result

    def _follow_tier(self):
        """Let the owner's tier follow, when there may be something to follow."""
        self.ensure_one()
        card = self.sudo()
        program, partner = card.program_id, card.partner_id
        basis = program._tier_program_ids().get(program.id)
        if not (partner and basis in POINTS):
            return
        ladder = program._tier_ladder()
        if not ladder or not ladder.knows(partner.grade_id.id):
            return
        settled = not (partner.tier_until or partner.tier_falls_on)
        reached = ladder.deserved(card.points_counted)
        # Of the points of a year there are never more than of all years.
        if settled and reached == (partner.grade_id.id or None):
            if basis == "points":
                return
        partner._follow_tiers(program)
