import logging
from datetime import date

from odoo import api, fields, models
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

#: Accounts that one job looks after.
BATCH = 5_000


class CrmLoyaltyExpiry(models.AbstractModel):
    """What happens to all accounts at night. Part of ``loyalty.card``."""

    _name = "crm.loyalty.expiry"
    _description = "Expiry and Proof of Points"

    @api.model
    def _cron_expire_points(self):
        """Start the jobs that record points whose last day is over.

        Of the days before ``points_expired_until`` all are recorded. It moves on to the
        first day of which something is left, so a job that failed is started again.
        """
        for program in self._points_programs():
            today = program._local_day()
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT h.card_id, MIN(h.expires_on)
                      FROM loyalty_history h
                      JOIN loyalty_card c ON c.id = h.card_id
                     WHERE h.remaining > 0 AND h.expires_on < %s
                       AND h.expires_on >= %s AND c.program_id = %s
                     GROUP BY h.card_id
                     ORDER BY h.card_id
                    """,
                    today,
                    program.points_expired_until or date.min,
                    program.id,
                )
            )
            until = min((day for _card, day in rows), default=today)
            if until != program.points_expired_until:
                program.points_expired_until = until
            for ids in split_every(BATCH, [card for card, _day in rows]):
                self.browse(ids).with_delay()._job_expire_points()

    def _job_expire_points(self):
        """Record the expired points of these accounts; may run twice and late.

        Nothing else of them is read: of thousands that would cost as much as the work.
        """
        cards = self.sudo().with_context(active_test=False)
        domain = [("id", "in", self.ids), ("program_id.keep_ledger", "=", True)]
        for program, ids in cards._read_group(domain, ["program_id"], ["id:array_agg"]):
            cards.browse(sorted(ids))._expire_points(program)

    def _expire_points(self, program):
        """One statement: the lines, the emptied lots and the new balances.

        It changes the rows of the cards as every posting does, so it collides with
        whoever spends the same points and is repeated. Nobody did it but time, so the
        lines have no user, whose foreign keys would cost more than the lines.
        """
        heard = self._is_listened_to()
        before = {card.id: card.points for card in self} if heard else {}
        self.env.cr.execute(
            SQL(
                """
                WITH due AS (
                    SELECT h.id, h.card_id, h.remaining, h.event_id, h.expires_on
                      FROM loyalty_history h
                     WHERE h.card_id = ANY(%(cards)s)
                       AND h.remaining > 0 AND h.expires_on < %(today)s
                ), changed AS (
                    UPDATE loyalty_card AS c
                       SET points = c.points - t.points
                      FROM (SELECT card_id, SUM(remaining) AS points
                              FROM due GROUP BY card_id) AS t
                     WHERE c.id = t.card_id
                ), emptied AS (
                    UPDATE loyalty_history AS h SET remaining = 0
                      FROM due WHERE h.id = due.id
                )
                INSERT INTO loyalty_history (card_id, kind, points, issued, used,
                    remaining, lot_id, event_id, occurred_at, description, create_date)
                SELECT card_id, 'expire', -remaining, 0, remaining,
                       0, id, event_id,
                       (expires_on + 1)::timestamp AT TIME ZONE %(zone)s
                           AT TIME ZONE 'UTC',
                       %(text)s, %(now)s
                  FROM due
                """,
                cards=self.ids,
                today=program._local_day(),
                zone=program._timezone(),
                text=program._in_language_of_shop().env._("Expired points"),
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()
        self.env["loyalty.history"].invalidate_model()
        self._note_change(before)

    @api.model
    def _verify_points(self):
        """All differences between balances, lots and lines; none when all is well.

        Each line is read once. Whether all lots of an account have what its lines left
        shows in one sum: of their points, each times a hash of the lot. Only where that
        differs, which lots those are is found lot by lot.

        :return: tuples (card id, what is wrong, what it should be, what it is).
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT c.id, wrong.what, wrong.should, wrong.found
                  FROM loyalty_card c
                  JOIN loyalty_program p ON p.id = c.program_id AND p.keep_ledger
                  LEFT JOIN (
                       SELECT card_id, SUM(points) AS points,
                              SUM(points) FILTER (WHERE kind IN ('earn', 'earn_back')
                                  AND uncounted IS NOT TRUE) AS counted,
                              -SUM(points) FILTER (WHERE lot_id IS NULL) AS owed,
                              BOOL_OR(event_id IS NULL OR kind IS NULL
                                  OR (id = lot_id
                                      AND (remaining BETWEEN 0 AND points) IS NOT TRUE))
                              OR SUM(points * HASHINT4(lot_id)::bigint)
                                 IS DISTINCT FROM SUM(remaining * HASHINT4(id)::bigint)
                                     FILTER (WHERE lot_id IS NOT NULL) AS differs
                         FROM loyalty_history
                        WHERE kind IS DISTINCT FROM 'memo'
                        GROUP BY card_id) AS ledger ON ledger.card_id = c.id
                 CROSS JOIN LATERAL (
                       SELECT 'balance', COALESCE(ledger.points, 0), c.points
                        WHERE c.points IS DISTINCT FROM COALESCE(ledger.points, 0)
                       UNION ALL
                       SELECT 'counted', COALESCE(ledger.counted, 0), c.points_counted
                        WHERE COALESCE(c.points_counted, 0)
                              <> COALESCE(ledger.counted, 0)
                       UNION ALL
                       SELECT 'debt', COALESCE(owed, 0), c.points_debt
                        WHERE COALESCE(c.points_debt, 0) <> COALESCE(owed, 0)
                           OR owed < 0
                       UNION ALL
                       SELECT CASE WHEN stray THEN 'stray' ELSE 'lot' END,
                              CASE WHEN NOT stray THEN lot.points END,
                              CASE WHEN stray THEN lot.points ELSE remaining END
                         FROM (%(lots)s) AS lot
                        WHERE ledger.differs AND (stray OR lot.differs)
                       ) AS wrong (what, should, found)
                 ORDER BY c.id, wrong.what
                """,
                lots=_LOTS,
            )
        )

    @api.model
    def action_verify_points(self):
        """Prove that all balances are the sums of their lines; say what isn't.

        For the managers' button, and for integrators.
        """
        self.check_access("create")
        rows = self.sudo()._verify_points()
        # Of another company's accounts its own managers are told.
        cards = self.browse(sorted({row[0] for row in rows}))._filtered_access("read")
        wrong = [row for row in rows if row[0] in cards.ids]
        if wrong:
            message = self.env._(
                "%(count)s balances or lots differ from their ledger. Accounts: "
                "%(cards)s",
                count=len(wrong),
                cards=", ".join(cards.mapped("code")),
            )
        else:
            message = self.env._("All balances are the sums of their ledgers.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "danger" if wrong else "success",
                "sticky": bool(wrong),
            },
        }

    @api.model
    def _cron_verify_points(self):
        """Tell the managers of points programs when a balance isn't its ledger's.

        Each about the accounts of their companies.
        """
        wrong = self._verify_points()
        if not wrong:
            return
        _logger.error("Points ledger: %s differences, e.g. %s", len(wrong), wrong[:10])
        managers = self.env.ref("crm_loyalty.crm_loyalty_group_manager").all_user_ids
        cards = self.browse(sorted({row[0] for row in wrong})[:20])
        for card in cards:
            env = card.program_id._in_language_of_shop().env
            told = managers.filtered(
                lambda user, shop=card.company_id: not shop or shop in user.company_ids
            )
            card.message_notify(
                partner_ids=told.partner_id.ids,
                subject=env._("Points differ from the ledger"),
                body=env._(
                    "The balance of this account isn't the sum of its ledger. Please "
                    "ask your administrator to look at it."
                ),
            )

    @api.model
    def _points_programs(self):
        return (
            self.env["loyalty.program"]
            .sudo()
            .with_context(active_test=False)
            .search([("keep_ledger", "=", True)])
        )


#: What the ledger of the account ``c`` has of each lot, and of what no lot covers.
_LOTS = SQL(
    """
    SELECT lot_id, points, remaining,
           unknown OR (lot_id IS NOT NULL AND size IS NULL) AS stray,
           lot_id IS NOT NULL AND (remaining <> points
               OR remaining NOT BETWEEN 0 AND size) AS differs
      FROM (SELECT lot_id, SUM(points) AS points,
                   COALESCE(SUM(remaining), 0) AS remaining,
                   MAX(points) FILTER (WHERE id = lot_id) AS size,
                   BOOL_OR(event_id IS NULL OR kind IS NULL) AS unknown
              FROM loyalty_history
             WHERE kind IS DISTINCT FROM 'memo' AND card_id = c.id
             GROUP BY lot_id) AS sums
    """
)
