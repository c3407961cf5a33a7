from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.tools import SQL

from odoo.addons.crm_customer.sql import among

from ..tools.tiers import Ladder, Rung, Standing, year_before
from ..tools.validity import day_after

_DAY = timedelta(days=1)
#: What is counted in the latest twelve months only.
YEARLY = ("points_year", "amount_year")
POINTS = ("points", "points_year")
#: Of what counts: points are whole, and no currency has more decimals.
DIGITS = (16, 3)
#: Parameters that say who belongs to which tier.
_DECIDING = {"tier_basis", "tiers_automatic", "active", "keep_ledger", "company_id"}


class CrmLoyaltyLadder(models.AbstractModel):
    """The tiers of a points program and what counts for them. Part of
    ``loyalty.program``.

    The basis is the program's, not the tier's: all tiers of a ladder measure the same,
    so that a higher one always asks for more.
    """

    _name = "crm.loyalty.ladder"
    _description = "Tiers of a Points Program"

    tiers_automatic = fields.Boolean(
        string="Tiers Follow by Themselves",
        default=True,
        help="Customers rise at once and fall after a review. Otherwise managers set "
        "tiers by hand.",
    )
    tier_basis = fields.Selection(
        [
            ("points", "Points earned in total"),
            ("points_year", "Points earned in the last 12 months"),
            ("amount", "Amount bought in total"),
            ("amount_year", "Amount bought in the last 12 months"),
        ],
        string="Tiers Are Reached By",
        default="points",
        required=True,
        help="Returned goods don't count, spent points do.",
    )
    tier_review = fields.Selection(
        [
            ("month", "On the first day of each month"),
            ("quarter", "On the first day of each quarter"),
            ("year", "On the first of January"),
        ],
        string="Tiers Are Reviewed",
        default="quarter",
        required=True,
    )
    tier_grace_days = fields.Integer(
        string="Days of Grace",
        default=30,
        help="Who has too little at a review keeps the tier for so many days.",
    )
    tier_reviewed_on = fields.Date(
        string="Latest Review",
        readonly=True,
        copy=False,
        default=lambda self: fields.Date.context_today(self),
    )

    _tier_grace_not_negative = models.Constraint(
        "CHECK (tier_grace_days IS NULL OR tier_grace_days >= 0)",
        "The days of grace can't be below zero.",
    )

    @api.constrains("tier_basis")
    def _check_tier_basis(self):
        for program in self.filtered("keep_ledger"):
            program._tiers()._check_minimums()

    def write(self, vals):
        result = super().write(vals)
        if _DECIDING & vals.keys():
            self.env.registry.clear_cache()
        return result

    # --------------------------------------------------------------------- ladder

    def _tiers(self):
        """The tiers of this program, from the lowest."""
        self.ensure_one()
        # Processes remember the ladder: who asks first may be looking at archived ones.
        tiers = (
            self.env["res.partner.grade"]
            .sudo()
            .with_context(active_test=True)
            .search([("is_tier", "=", True), ("company_id", "=", self.company_id.id)])
        )
        return tiers.sorted(lambda tier: tier[self._tier_minimum_field()])

    def _tier_minimum_field(self):
        return "min_points" if self.tier_basis in POINTS else "min_amount"

    @tools.ormcache("self.id")
    def _tier_ladder(self):
        """The ladder as plain values."""
        name = self._tier_minimum_field()
        return Ladder(Rung(tier.id, tier[name]) for tier in self._tiers())

    @api.model
    @tools.ormcache()
    def _tier_program_ids(self):
        """Points programs whose tiers follow by themselves: id -> basis."""
        programs = (
            self.sudo()
            .with_context(active_test=True)
            .search([("keep_ledger", "=", True), ("tiers_automatic", "=", True)])
        )
        return {program.id: program.tier_basis for program in programs}

    def _tier_since(self, day):
        """The moment that totals of a day begin at; None when all counts."""
        if self.tier_basis not in YEARLY:
            return None
        return day_after(year_before(day) - _DAY, self._timezone())

    # ---------------------------------------------------------------- what counts

    def _tier_totals(self, since, partner_ids=None):
        """What customers have that counts: (partner_id, total).

        Lifetime points are a running total on the account, which ``verify`` proves.
        """
        if self.tier_basis == "points":
            return SQL(
                """
                SELECT c.partner_id, c.points_counted AS total
                  FROM loyalty_card c
                 WHERE c.program_id = %s AND c.is_account AND %s
                """,
                self.id,
                among("c.partner_id", partner_ids),
            )
        if self.tier_basis == "points_year":
            return SQL(
                """
                SELECT c.partner_id, COALESCE(earned.total, 0) AS total
                  FROM loyalty_card c
                  LEFT JOIN (
                       SELECT card_id, SUM(points) AS total
                         FROM loyalty_history
                        WHERE kind IN ('earn', 'earn_back')
                          AND uncounted IS NOT TRUE
                          AND occurred_at >= %(since)s AND %(only)s
                        GROUP BY card_id) AS earned ON earned.card_id = c.id
                 WHERE c.program_id = %(program)s AND c.is_account AND %(among)s
                """,
                since=since,
                program=self.id,
                among=among("c.partner_id", partner_ids),
                only=SQL("TRUE")
                if partner_ids is None
                else SQL(
                    "card_id IN (SELECT id FROM loyalty_card"
                    " WHERE partner_id = ANY (%s) AND program_id = %s)",
                    partner_ids,
                    self.id,
                ),
            )
        return SQL(
            "SELECT partner_id, SUM(value) AS total FROM (%s) AS fact GROUP BY 1",
            self._tier_amounts(since, partner_ids),
        )

    def _tier_totals_now(self, partners):
        """What some customers have that counts today: id -> total."""
        self.env.flush_all()
        since = self._tier_since(self._local_day())
        rows = self.env.execute_query(self._tier_totals(since, partners.ids))
        return {id_: float(total or 0) for id_, total in rows}

    def _tier_facts(self, partner_ids):
        """All that counts of some customers: (partner_id, at, value)."""
        if self.tier_basis not in POINTS:
            return self._tier_amounts(None, partner_ids)
        return SQL(
            """
            SELECT c.partner_id, h.occurred_at AS at, SUM(h.points) AS value
              FROM loyalty_history h
              JOIN loyalty_card c ON c.id = h.card_id
             WHERE c.program_id = %s AND c.is_account AND %s
               AND h.kind IN ('earn', 'earn_back') AND h.uncounted IS NOT TRUE
             GROUP BY 1, 2
            """,
            self.id,
            among("c.partner_id", partner_ids),
        )

    def _tier_standings(self, today, partner_ids=None):
        """Customers about whom there may be something to decide, and their standings.

        Not those whose tier is the deserved one; nor those who are in the ladder of
        another company, as a customer is in one. An archived tier counts as none.

        :return: dict, partner id -> ``Standing``.
        """
        ladder = self._tier_ladder()
        if not ladder:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH totals AS (%(totals)s), standing AS (
                    SELECT p.id, CASE WHEN g.active THEN p.grade_id END AS grade_id,
                           COALESCE(totals.total, 0) AS total,
                           p.tier_until, p.tier_falls_on
                      FROM res_partner p
                      LEFT JOIN res_partner_grade g ON g.id = p.grade_id
                      LEFT JOIN totals ON totals.partner_id = p.id
                     WHERE p.active AND p.commercial_partner_id = p.id
                       AND (p.company_id IS NULL OR p.company_id = ANY (%(companies)s))
                       AND %(among)s
                       AND ((g.is_tier AND g.company_id IS NOT DISTINCT FROM %(shop)s)
                            OR (p.grade_id IS NULL AND totals.partner_id IS NOT NULL))
                )
                SELECT * FROM standing
                 WHERE %(deserved)s IS DISTINCT FROM grade_id
                    OR tier_until IS NOT NULL OR tier_falls_on IS NOT NULL
                """,
                totals=self._tier_totals(self._tier_since(today), partner_ids),
                among=among("p.id", partner_ids),
                companies=list(self._points_company_ids()),
                shop=self.company_id.id or None,
                deserved=_deserved(ladder),
            )
        )
        return {row[0]: Standing(row[1], float(row[2]), *row[3:]) for row in rows}


def _deserved(ladder):
    """``Ladder.deserved`` as SQL over a column ``total``."""
    steps = [
        SQL("WHEN total >= %s THEN %s", rung.minimum, rung.grade)
        for rung in reversed(ladder.rungs)
    ]
    return SQL("CASE %s END", SQL(" ").join(steps))
