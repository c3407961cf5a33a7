from odoo import api, fields, models
from odoo.tools import SQL

#: What limits a counter: a limit of 0 is none, and what has no limit isn't counted,
#: so that orders collide only where a limit makes them. Of a program `p`, a scope `d`.
LIMITS = SQL(
    """
    NULLIF(CASE WHEN d.partner_id IS NULL AND d.day IS NULL THEN p.max_uses
                WHEN d.partner_id IS NULL THEN p.max_uses_day
                WHEN d.day IS NULL THEN p.max_uses_customer
                ELSE p.max_uses_customer_day END, 0) AS max_used,
    CASE WHEN d.partner_id IS NULL AND d.day IS NULL
         THEN NULLIF(p.budget, 0) END AS max_amount
    """
)


class CrmPromotionCounter(models.Model):
    """How often a limited program was used: in all, by a customer, on a day, or both.

    A use is one conditional change of these rows, which really change: of two orders
    that want the last use one waits, and then finds that there is no room.
    """

    _name = "crm.promotion.counter"
    _description = "Counter of a Promotion"
    _rec_name = "program_id"
    _customer_field = "partner_id"

    program_id = fields.Many2one(
        "loyalty.program",
        string="Promotion",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
    )
    day = fields.Date(readonly=True)
    used = fields.Integer(required=True, readonly=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    amount = fields.Monetary(readonly=True)

    _scope_uniq = models.UniqueIndex(
        "(program_id, COALESCE(partner_id, 0), COALESCE(day, '-infinity'::date))",
        "This is counted already.",
    )

    @api.model
    def _claim(self, deltas):
        """Change counters, all or none, in one statement.

        :param deltas: of `tools.claims.differences`, in the order in which all
            transactions take the rows.
        :raise UserError: a limit has no room for it.
        """
        if not deltas:
            return
        programs = self.env["loyalty.program"].browse({s.program for s in deltas})
        programs.flush_recordset()
        units = {
            program.id: 10**program.currency_id.decimal_places for program in programs
        }
        refused = self.env.execute_query(
            SQL(
                """
                WITH d AS (
                    SELECT *
                      FROM UNNEST(%(programs)s::int[], %(partners)s::int[],
                                  %(days)s::date[], %(used)s::int[],
                                  %(amounts)s::numeric[], %(units)s::int[])
                           AS d (program_id, partner_id, day, used, amount, unit)
                ), change AS (
                    SELECT * FROM (
                        SELECT d.program_id, d.partner_id, d.day, d.used,
                               d.amount / d.unit AS amount, %(limits)s
                          FROM d JOIN loyalty_program p ON p.id = d.program_id
                    ) AS limited
                     WHERE max_used IS NOT NULL OR max_amount IS NOT NULL
                ), claimed AS (
                    INSERT INTO crm_promotion_counter AS c
                           (program_id, partner_id, day, used, amount)
                    SELECT program_id, partner_id, day, used, amount FROM change
                     WHERE (used <= 0 OR max_used IS NULL OR used <= max_used)
                       AND (amount <= 0 OR max_amount IS NULL OR amount <= max_amount)
                     ORDER BY program_id, COALESCE(partner_id, 0),
                              COALESCE(day, '-infinity'::date)
                        ON CONFLICT (program_id, COALESCE(partner_id, 0),
                                     COALESCE(day, '-infinity'::date))
                        DO UPDATE SET used = c.used + EXCLUDED.used,
                                      amount = c.amount + EXCLUDED.amount
                     WHERE %(fits)s
                    RETURNING program_id, partner_id, day
                )
                SELECT program_id, partner_id, day FROM change
                 WHERE NOT EXISTS (
                       SELECT 1 FROM claimed
                        WHERE claimed.program_id = change.program_id
                          AND claimed.partner_id IS NOT DISTINCT FROM change.partner_id
                          AND claimed.day IS NOT DISTINCT FROM change.day)
                """,
                programs=[scope.program for scope in deltas],
                partners=[scope.partner for scope in deltas],
                days=[scope.day for scope in deltas],
                used=[delta.used for delta in deltas.values()],
                amounts=[delta.amount for delta in deltas.values()],
                units=[units[scope.program] for scope in deltas],
                limits=LIMITS,
                fits=self._fits(),
            )
        )
        self.invalidate_model(flush=False)
        if refused:
            program_id, partner_id, day = refused[0]
            code = "customer" if partner_id else "day" if day else "room"
            if partner_id and day:
                code = "customer_day"
            programs.browse(program_id)._refuse_use(code)

    @api.model
    def _fits(self):
        """Whether a counter has room for what is added to it.

        A limit may be lower than what was used before; giving back is always possible.
        """
        return SQL(
            """
            EXISTS (
                SELECT 1 FROM change
                 WHERE change.program_id = c.program_id
                   AND change.partner_id IS NOT DISTINCT FROM c.partner_id
                   AND change.day IS NOT DISTINCT FROM c.day
                   AND (change.used <= 0 OR change.max_used IS NULL
                        OR c.used + change.used <= change.max_used)
                   AND (change.amount <= 0 OR change.max_amount IS NULL
                        OR c.amount + change.amount <= change.max_amount))
            """
        )

    # Proof and repair: both compare with the uses, which are the facts.

    @api.model
    def _counted(self, programs):
        """What counters should say, as a query; only what is limited is counted."""
        return SQL(
            """
            SELECT * FROM (
                SELECT d.program_id, d.partner_id, d.day, d.used, d.amount, %(limits)s
                  FROM (
                    SELECT program_id, partner_id, day, COUNT(*) AS used,
                           CASE WHEN GROUPING(partner_id, day) = 3
                                THEN SUM(amount) ELSE 0 END AS amount
                      FROM crm_promotion_use
                     WHERE state = 'counted' AND program_id = ANY(%(programs)s)
                     GROUP BY GROUPING SETS ((program_id),
                        (program_id, partner_id), (program_id, day),
                        (program_id, partner_id, day))
                  ) AS d
                  JOIN loyalty_program p ON p.id = d.program_id
            ) AS limited
             WHERE max_used IS NOT NULL OR max_amount IS NOT NULL
            """,
            limits=LIMITS,
            programs=programs.ids,
        )

    @api.model
    def _verify(self, programs):
        """Counters that aren't what the uses say: program, customer, day, both numbers.

        One statement; nothing when all is well.
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT program_id, NULLIF(partner, 0), NULLIF(moment, '-infinity'),
                       c.used, counted.used, c.amount, counted.amount
                  FROM (SELECT program_id, COALESCE(partner_id, 0) AS partner,
                               COALESCE(day, '-infinity'::date) AS moment, used, amount
                          FROM (%s) AS counted) AS counted
                  FULL JOIN
                       (SELECT program_id, COALESCE(partner_id, 0) AS partner,
                               COALESCE(day, '-infinity'::date) AS moment, used, amount
                          FROM crm_promotion_counter
                         WHERE program_id = ANY(%s)) AS c
                       USING (program_id, partner, moment)
                 WHERE (COALESCE(c.used, 0), COALESCE(c.amount, 0))
                    <> (COALESCE(counted.used, 0), COALESCE(counted.amount, 0))
                 ORDER BY 1, 2 NULLS FIRST, 3 NULLS FIRST
                """,
                self._counted(programs),
                programs.ids,
            )
        )

    @api.model
    def _recount(self, programs):
        """Bring the counters to what the uses say.

        Every row is written, also when it stays: orders that are being confirmed
        collide with this and are repeated.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH counted AS MATERIALIZED (%(counted)s),
                gone AS (
                    DELETE FROM crm_promotion_counter c
                     WHERE program_id = ANY(%(programs)s)
                       AND NOT EXISTS (
                           SELECT 1 FROM counted
                            WHERE counted.program_id = c.program_id
                              AND counted.partner_id IS NOT DISTINCT FROM c.partner_id
                              AND counted.day IS NOT DISTINCT FROM c.day)
                )
                INSERT INTO crm_promotion_counter
                       (program_id, partner_id, day, used, amount)
                SELECT program_id, partner_id, day, used, amount FROM counted
                 ORDER BY program_id, COALESCE(partner_id, 0),
                          COALESCE(day, '-infinity'::date)
                    ON CONFLICT (program_id, COALESCE(partner_id, 0),
                                 COALESCE(day, '-infinity'::date))
                    DO UPDATE SET used = EXCLUDED.used, amount = EXCLUDED.amount
                """,
                counted=self._counted(programs),
                programs=programs.ids,
            )
        )
        self.invalidate_model(flush=False)
