from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.exact import exact
from ..tools.tiers import Fact, Rise, best_since, never_reached
from .crm_loyalty_ladder import DIGITS


class CrmTierChange(models.Model):
    """A customer's tier changed: a fact that is never changed itself."""

    _name = "crm.tier.change"
    _description = "Change of a Customer's Tier"
    _customer_field = "partner_id"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    from_grade_id = fields.Many2one(
        "res.partner.grade", string="Former Tier", readonly=True, ondelete="restrict"
    )
    to_grade_id = fields.Many2one(
        "res.partner.grade",
        string="New Tier",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    cause = fields.Selection(
        [
            ("up", "Enough was reached"),
            ("down", "Too little at the review"),
            ("taken_back", "Goods came back"),
            ("hand", "Set by hand"),
            ("hand_end", "The time by hand is over"),
            ("action", "Automation"),
            ("merge", "Customers were merged"),
            ("other", "Changed elsewhere"),
        ],
        required=True,
        readonly=True,
    )
    direction = fields.Selection(
        [("up", "Up"), ("down", "Down"), ("same", "Same")],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(string="Time", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    program_id = fields.Many2one("loyalty.program", readonly=True, ondelete="cascade")
    total = fields.Float(
        string="Counted Then",
        readonly=True,
        digits=DIGITS,
        aggregator=None,
        help="Points or amount, as the parameters say.",
    )
    minimum = fields.Float(
        string="Needed Then", readonly=True, digits=DIGITS, aggregator=None
    )
    until = fields.Date(readonly=True, help="The last day of a tier set by hand.")
    reason = fields.Char(readonly=True)

    _partner_idx = models.Index("(partner_id, id)")

    def write(self, vals):
        """Override of `base`: history isn't rewritten."""
        if self and vals:
            raise UserError(self.env._("The history of tiers can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of tiers can't be deleted."))

    @api.model
    def _note(self, before, move):
        """Write down that these customers' tiers were changed.

        :param dict before: customer -> the former tier.
        :param move: why, see ``crm.loyalty.tier``.
        """
        now = fields.Datetime.now()
        totals = move.totals or self._totals_now(before)
        self.sudo().create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": (partner.grade_id or former).company_id.id
                    or partner.company_id.id,
                    "from_grade_id": former.id,
                    "to_grade_id": partner.grade_id.id,
                    "cause": move.cause,
                    "direction": _direction(former, partner.grade_id),
                    "at": now,
                    "user_id": self.env.uid,
                    "program_id": move.program_id,
                    "total": totals.get(partner.id, 0),
                    "minimum": self._needed(partner.grade_id, move),
                    "until": partner.tier_until,
                    "reason": move.reason,
                }
                for partner, former in before.items()
            ]
        )

    @api.model
    def _totals_now(self, customers):
        """What counts for customers whose tier isn't changed by a rule."""
        partners = self.env["res.partner"].union(*customers)
        company = partners.grade_id.company_id[:1] or self.env.company
        program = self.env["loyalty.program"].sudo()._get_points_program(company)
        return program._tier_totals_now(partners) if program else {}

    def _needed(self, grade, move):
        if not (move.program_id and grade):
            return 0
        program = self.env["loyalty.program"].browse(move.program_id)
        return program.sudo()._tier_ladder().minimum(grade.id)

    @api.model
    def _never_reached(self, program, standings):
        """Who rose by what came back since.

        :param dict standings: partner id -> standing, with less than the tier asks for.
        :return: dict, partner id -> the tier that is left, and the undone rises.
        """
        rises = self._latest_rises(program, standings)
        if not rises:
            return {}
        facts = {}
        program.env.flush_all()
        for partner_id, at, value in program.env.execute_query(
            program._tier_facts(list(rises))
        ):
            facts.setdefault(partner_id, []).append(Fact(at, exact(value)))
        ladder = program._tier_ladder()
        found = {}
        for partner_id, changes in rises.items():
            grade, count = never_reached(
                ladder,
                standings[partner_id].grade,
                [Rise(c.at, c.from_grade_id.id, c.minimum) for c in changes],
                partial(self._best_since, program, facts.get(partner_id, ())),
            )
            if count:
                found[partner_id] = (grade, changes[:count])
        return found

    @api.model
    def _best_since(self, program, facts, since):
        return best_since(
            facts,
            since,
            fields.Datetime.now(),
            lambda moment: program._tier_since(program._local_day(moment)),
        )

    def _latest_rises(self, program, standings):
        """Rises by the rules since another kind of change, the newest first.

        Those that were taken back are in: goods may come back one after the other.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.partner_id, c.id
                  FROM crm_tier_change c
                 WHERE c.partner_id = ANY (%(partners)s)
                   AND c.cause = 'up' AND c.program_id = %(program)s
                   AND NOT EXISTS (
                       SELECT FROM crm_tier_change later
                        WHERE later.partner_id = c.partner_id
                          AND later.id > c.id
                          AND later.cause NOT IN ('up', 'taken_back'))
                 ORDER BY c.id DESC
                """,
                partners=list(standings),
                program=program.id,
            )
        )
        rises = {}
        for partner_id, id_ in rows:
            rises.setdefault(partner_id, []).append(id_)
        return {id_: self.browse(ids) for id_, ids in rises.items()}

    def _take_back_welcome(self):
        """What was given for tiers that were never reached."""
        for change in self:
            change.to_grade_id._take_back_welcome(change.partner_id)


def _direction(former, grade):
    if former == grade:
        return "same"
    return "up" if grade._is_above(former) else "down"
