from odoo import api, fields, models
from odoo.tools import format_amount, format_date, formatLang

from ..tools.tiers import next_review
from .crm_loyalty_ladder import DIGITS, POINTS, YEARLY

_USER = "crm_loyalty.crm_loyalty_group_user"


class CrmLoyaltyTierProgress(models.AbstractModel):
    """How far a customer is from the next tier. Part of ``res.partner``."""

    _name = "crm.loyalty.tier.progress"
    _description = "Progress to the Next Tier"

    tier_total = fields.Float(
        string="Counts for the Tier",
        digits=DIGITS,
        compute="_compute_tier_progress",
        groups=_USER,
    )
    tier_next_id = fields.Many2one(
        "res.partner.grade",
        string="Next Tier",
        compute="_compute_tier_progress",
        groups=_USER,
    )
    tier_missing = fields.Float(
        string="Missing to the Next Tier",
        digits=DIGITS,
        compute="_compute_tier_progress",
        groups=_USER,
    )
    tier_progress = fields.Integer(
        string="Progress (%)", compute="_compute_tier_progress", groups=_USER
    )
    tier_sentence = fields.Char(
        string="Next Step", compute="_compute_tier_progress", groups=_USER
    )
    tier_can_be_set = fields.Boolean(
        compute="_compute_tier_can_be_set", export_string_translation=False
    )

    @api.depends_context("uid")
    def _compute_tier_can_be_set(self):
        manager = "crm_loyalty.crm_loyalty_group_manager"
        self.tier_can_be_set = self.env.user.has_group(manager)

    @api.depends("grade_id", "tier_until", "tier_falls_on")
    @api.depends_context("company", "lang")
    def _compute_tier_progress(self):
        """In the current company's ladder; one query for all customers."""
        program = (
            self.env["loyalty.program"].sudo()._get_points_program(self.env.company)
        )
        ladder = program._tier_ladder() if program else None
        owners = self.commercial_partner_id._origin
        totals = {}
        if ladder and owners.ids:
            totals = program._tier_totals_now(owners)
        for partner in self:
            owner = partner.commercial_partner_id._origin.sudo()
            total = totals.get(owner.id, 0.0)
            partner.tier_total = total
            partner.tier_next_id, partner.tier_missing = False, 0
            partner.tier_progress, partner.tier_sentence = 0, False
            grade = owner.grade_id.id or None
            if not ladder or not ladder.knows(grade):
                continue
            reached = ladder.higher(grade, ladder.deserved(total))
            if above := ladder.above(reached):
                start = ladder.minimum(reached)
                step = max(0, min(total, above.minimum) - start)
                partner.tier_next_id = above.grade
                partner.tier_missing = max(0, above.minimum - total)
                partner.tier_progress = int(100 * step / (above.minimum - start))
            elif ladder.rungs:
                partner.tier_progress = 100
            partner.tier_sentence = self._tier_sentence(program, owner, partner)

    @api.model
    def _tier_sentence(self, program, owner, progress):
        """What comes next, in words; the first thing that is true."""
        if owner.tier_until:
            return self.env._(
                "Set by hand, stays until %(day)s.",
                day=format_date(self.env, owner.tier_until),
            )
        if owner.tier_falls_on:
            return self.env._(
                "Has too little for %(tier)s: it falls on %(day)s unless %(needed)s "
                "are reached.",
                tier=owner.grade_id.name,
                day=format_date(self.env, owner.tier_falls_on),
                needed=self._tier_quantity(
                    program, program._tier_ladder().minimum(owner.grade_id.id)
                ),
            )
        if not program.tiers_automatic:
            return self.env._("Managers set the tiers.")
        if not progress.tier_next_id:
            return self.env._("The highest tier.")
        said = {
            "missing": self._tier_quantity(program, progress.tier_missing),
            "tier": progress.tier_next_id.name,
        }
        if program.tier_basis in YEARLY:
            return self.env._(
                "%(missing)s more within 12 months until %(tier)s. Next review on "
                "%(day)s.",
                **said,
                day=format_date(
                    self.env, next_review(program.tier_review, program._local_day())
                ),
            )
        return self.env._("%(missing)s more until %(tier)s.", **said)

    def _tier_for_customer(self, program):
        """What the customer may know: the tier, and what is missing to the next one.

        Not that somebody set it by hand, nor that managers do.
        """
        grade = self.grade_id
        named = (
            grade.active and grade.is_tier and grade.company_id == program.company_id
        )
        by_rules = program.tiers_automatic and not self.tier_until
        if not named and not (by_rules and self.tier_next_id):
            return {}
        return {
            "name": named and grade.name,
            "sentence": by_rules and self.tier_sentence,
            "progress": self.tier_progress if by_rules and self.tier_next_id else None,
        }

    @api.model
    def _tier_quantity(self, program, value):
        """So many points, or so much money."""
        if program.tier_basis in POINTS:
            number = formatLang(self.env, value, digits=0)
            return self.env._("%(number)s points", number=number)
        return format_amount(self.env, value, program.currency_id)

    def action_open_tier_wizard(self):
        """Ask for a tier by hand."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set the Tier by Hand"),
            "res_model": "crm.tier.set",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }
