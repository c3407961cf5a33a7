from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_customer.models.crm_customer_refresh import looking_again

from ..tools.earning import NORMAL
from ..tools.tiers import TAKEN_BACK, UP, Decision, decide

MANAGER = "crm_loyalty.crm_loyalty_group_manager"


@dataclass(frozen=True)
class Move:
    """Why a tier is written. An object, so that no request can put one into a context.

    ``totals``: partner id -> what counted then.
    """

    cause: str
    program_id: int = 0
    totals: dict = field(default_factory=dict)
    reason: str = ""


#: Somebody wrote the field: on a form, by an import, through the API.
ELSEWHERE = Move("other")


#: What follows from a tier's change; nobody else writes it.
_MARKS = {"tier_since", "tier_until", "tier_falls_on"}


class CrmLoyaltyTier(models.AbstractModel):
    """The tier of a customer: who sets it and what follows. Part of ``res.partner``.

    Whatever door a tier comes through, ``write`` notes the change in
    ``crm.tier.change``, gives what belongs to the tier and takes away what belonged to
    the former one. Each change writes the customer's row, so two transactions that
    raise a customer at once collide, and the later one is repeated and finds it done.
    """

    _name = "crm.loyalty.tier"
    _description = "Tier of a Customer"

    grade_id = fields.Many2one(
        "res.partner.grade",
        string="Tier",
        index="btree_not_null",
        copy=False,
    )
    tier_since = fields.Date(string="In This Tier Since", readonly=True, copy=False)
    tier_until = fields.Date(
        string="Set by Hand until",
        readonly=True,
        copy=False,
        help="Until then the tier neither rises nor falls by itself.",
    )
    tier_falls_on = fields.Date(
        string="Grace until",
        readonly=True,
        copy=False,
        help="The review found too little for this tier. On this day it falls.",
    )
    tier_change_ids = fields.One2many(
        "crm.tier.change",
        "partner_id",
        string="Changes of the Tier",
        groups="crm_loyalty.crm_loyalty_group_user",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `partnership`: who begins with a tier gets what belongs to it."""
        self._refuse_given(_MARKS, vals_list)
        usual = self.env.context.get("default_grade_id")
        given = [vals.get("grade_id", usual) for vals in vals_list]
        if usual:
            self = self.with_context(default_grade_id=False)
        partners = super().create(
            [{k: v for k, v in vals.items() if k != "grade_id"} for vals in vals_list]
        )
        for grade_id in dict.fromkeys(filter(None, given)):
            partners.browse(
                partner.id
                for partner, grade in zip(partners, given, strict=True)
                if grade == grade_id
            ).write({"grade_id": grade_id})
        return partners

    def write(self, vals):
        """Override of `partnership`: a tier's change is noted, its benefits follow."""
        # Only code can put a Move there: customers are being merged.
        if not isinstance(self.env.context.get("crm_tier_move"), Move):
            self._refuse_changes(_MARKS, vals)
        if "grade_id" not in vals:
            return super().write(vals)
        changing = self.filtered(
            lambda partner: partner.grade_id.id != (vals["grade_id"] or False)
        )
        if not changing:
            return super().write(vals)
        changing._check_may_set_tier(vals["grade_id"])
        before = {partner: partner.grade_id for partner in changing.sudo()}
        marks = {
            "tier_since": fields.Date.context_today(self),
            "tier_until": False,
            "tier_falls_on": False,
        }
        # Odoo adds the tier's pricelist to the values that it gets.
        result = super(CrmLoyaltyTier, changing).write(marks | vals)
        if others := self - changing:
            super(CrmLoyaltyTier, others).write(dict(vals))
        changing.sudo()._after_tier_change(before)
        return result

    def _check_may_set_tier(self, grade_id=False):
        """:param grade_id: a tier that the user must be able to see."""
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._(
                    "Only managers of the points program set the tier of customers."
                )
            )
        self.env["res.partner.grade"].browse(grade_id or ()).check_access("read")

    def _after_tier_change(self, before):
        """Note what changed and let the benefits follow.

        :param before: customer -> the former tier.
        """
        self._follow_tier_pricelists(before)
        self.env["crm.tier.change"]._note(before, self._tier_move())
        risen = self.filtered(
            lambda partner: partner.grade_id._is_above(before[partner])
        )
        for grade, partners in risen.grouped("grade_id").items():
            grade._welcome(partners)

    def _follow_tier_pricelists(self, before):
        """In all shops of the chain; Odoo did it in the current one.

        Who leaves a tier with a pricelist for one without loses it again. A pricelist
        that was chosen for the customer stays.
        """
        for (left, grade), partners in self.grouped(
            lambda partner: (before[partner], partner.grade_id)
        ).items():
            former, pricelist = left.default_pricelist_id, grade.default_pricelist_id
            if not (former or pricelist):
                continue
            for company in self.env.company | (grade | left)._tier_companies():
                here = partners.with_company(company)
                here.filtered(
                    lambda partner, former=former, pricelist=pricelist: (
                        (held := partner.specific_property_product_pricelist)
                        != pricelist
                        and (pricelist or held == former)
                    )
                ).specific_property_product_pricelist = pricelist

    def _tier_move(self):
        """Why the tier is being written."""
        move = self.env.context.get("crm_tier_move")
        return move if isinstance(move, Move) else ELSEWHERE

    def _points_multiplier(self, program):
        """Hook: how fast this customer earns, in percent. Kept with the order."""
        tier = self.sudo().grade_id
        if tier.is_tier and tier.active and tier.company_id == program.company_id:
            return tier.multiplier
        return NORMAL

    # ---------------------------------------------------------------- set by hand

    def action_set_tier(self, grade_id, until, reason):
        """Give these customers a tier until a day, with a reason; for managers.

        :param until: the last day. The rules decide again from the next one on.
        """
        grade = self.env["res.partner.grade"].browse(grade_id).exists()
        self._check_may_set_tier(grade.id)
        self.check_access("write")
        if not grade:
            raise UserError(self.env._("Please choose a tier."))
        until = fields.Date.to_date(until)
        if not until or until < fields.Date.context_today(self):
            raise UserError(self.env._("Please choose a last day that is to come."))
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why the tier is set by hand."))
        customers = self.commercial_partner_id
        grade._check_fits(customers)
        customers._hold_tier(grade, until, Move("hand", reason=reason))

    def _hold_tier(self, grade, until, move):
        """Set a tier, and let rules leave it alone until a day (when there is one)."""
        partners = self.sudo().with_context(crm_tier_move=move)
        if grade.company_id:
            partners = partners.with_company(grade.company_id)
        holding = partners.filtered(lambda partner: partner.grade_id == grade)
        others = partners - holding
        holding = holding.filtered(lambda partner: partner.tier_until != until)
        if others:
            others.write({"grade_id": grade.id, "tier_until": until})
        if holding:
            holding.write({"tier_until": until, "tier_falls_on": False})
            holding.env["crm.tier.change"]._note(dict.fromkeys(holding, grade), move)

    def action_release_tier(self):
        """Let the rules decide again about tiers that were set by hand."""
        self._check_may_set_tier()
        self.check_access("write")
        held = self.sudo().filtered("tier_until")
        held._follow_all_tiers(released=True)
        # Those whom no rule is about.
        held.filtered("tier_until").tier_until = False

    # --------------------------------------------------------------------- follow

    def _follow_all_tiers(self, released=False):
        """Let the tiers of these customers follow in all programs.

        :param released: see ``_follow_tiers``.
        """
        programs = self.env["loyalty.program"].sudo()
        for program_id in programs._tier_program_ids():
            program = programs.browse(program_id)
            self._follow_tiers(program.with_company(program.company_id), released)

    def _follow_tiers(self, program, released=False):
        """Bring these customers to the tier that they deserve today.

        Up at once; down when the grace is over; back at once to where they were when
        what they rose by came back. May be called any number of times.

        :param released: also those whose tier was set by hand until a day to come.
        """
        partners, program = self.sudo(), program.sudo()
        ladder, today = program._tier_ladder(), program._local_day()
        standings = program._tier_standings(today, partners.ids)
        decisions = {
            id_: decide(ladder, standing, today, released=released)
            for id_, standing in standings.items()
        }
        doubtful = {
            id_: standing
            for id_, standing in standings.items()
            if not decisions[id_].cause
            and not decisions[id_].until
            and ladder.rank(ladder.deserved(standing.total))
            < ladder.rank(standing.grade)
        }
        if doubtful:
            Change = self.env["crm.tier.change"].sudo()
            for id_, (grade, undone) in Change._never_reached(
                program, doubtful
            ).items():
                decisions[id_] = Decision(grade, TAKEN_BACK)
                undone._take_back_welcome()
        self._apply_decisions(program, standings, decisions)

    def _job_follow_tiers(self, program_id):
        """Job: after the review; may run twice, late and beside others."""
        program = self.env["loyalty.program"].sudo().browse(program_id).exists()
        with looking_again(self.env):
            customers = self.with_context(tracking_disable=True).exists()
            customers._follow_tiers(program.with_company(program.company_id))

    def _apply_decisions(self, program, standings, decisions):
        """Write what was decided, one statement for all that is the same."""
        same = {}
        for id_, decision in decisions.items():
            if decision.changes(standings[id_]):
                same.setdefault(decision, []).append(id_)
        for decision, ids in same.items():
            vals = {
                "tier_until": decision.until or False,
                "tier_falls_on": decision.falls_on or False,
            }
            if decision.cause:
                vals["grade_id"] = decision.grade or False
            totals = {id_: standings[id_].total for id_ in ids}
            move = Move(decision.cause or UP, program.id, totals)
            self.sudo().browse(ids).with_company(program.company_id).with_context(
                crm_tier_move=move, tz=program._timezone()
            ).write(vals)

    def _refresh_statistics(self):
        """Override of `crm_customer`: tiers by amount follow orders and returns."""
        result = super()._refresh_statistics()
        programs = self.env["loyalty.program"].sudo()
        for program_id, basis in programs._tier_program_ids().items():
            if basis.startswith("amount"):
                self._follow_tiers(programs.browse(program_id))
        return result
