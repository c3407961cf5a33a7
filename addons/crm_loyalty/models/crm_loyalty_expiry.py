import logging

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
        """Start the jobs that record points whose last day is over."""
        for program in self._points_programs():
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT h.card_id
                      FROM loyalty_history h
                      JOIN loyalty_card c ON c.id = h.card_id
                     WHERE h.remaining > 0 AND h.expires_on < %s AND c.program_id = %s
                     ORDER BY h.card_id
                    """,
                    program._local_day(),
                    program.id,
                )
            )
            for ids in split_every(BATCH, [row[0] for row in rows]):
                self.browse(ids).with_delay()._job_expire_points()

    def _job_expire_points(self):
        """Record the expired points of these accounts; may run twice and late."""
        for program, cards in self.sudo().exists().grouped("program_id").items():
            if program.keep_ledger:
                cards._expire_points(program)

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

        :return: tuples (card id, what is wrong, what it should be, what it is).
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                WITH kept AS (
                    SELECT c.id, c.points, COALESCE(c.points_debt, 0) AS debt
                      FROM loyalty_card c
                      JOIN loyalty_program p ON p.id = c.program_id AND p.keep_ledger
                ), sums AS (
                    SELECT h.card_id, h.lot_id, SUM(h.points) AS points
                      FROM loyalty_history h
                      JOIN kept ON kept.id = h.card_id
                     WHERE h.kind <> 'memo'
                     GROUP BY h.card_id, h.lot_id
                ), cards AS (
                    SELECT kept.id, kept.points, kept.debt,
                           COALESCE(SUM(sums.points), 0) AS total,
                           COALESCE(-SUM(sums.points)
                               FILTER (WHERE sums.lot_id IS NULL), 0) AS owed
                      FROM kept LEFT JOIN sums ON sums.card_id = kept.id
                     GROUP BY kept.id, kept.points, kept.debt
                )
                SELECT id, 'balance', total, points FROM cards
                 WHERE points IS DISTINCT FROM total
                UNION ALL
                SELECT id, 'debt', owed, debt FROM cards WHERE debt <> owed OR owed < 0
                UNION ALL
                SELECT lot.card_id, 'lot', sums.points, lot.remaining
                  FROM loyalty_history lot
                  JOIN kept ON kept.id = lot.card_id
                  LEFT JOIN sums ON sums.lot_id = lot.id AND sums.card_id = lot.card_id
                 WHERE lot.lot_id = lot.id
                   AND (lot.remaining IS DISTINCT FROM sums.points
                        OR lot.remaining NOT BETWEEN 0 AND lot.points)
                UNION ALL
                SELECT line.card_id, 'stray', NULL, line.points
                  FROM loyalty_history line
                  JOIN kept ON kept.id = line.card_id
                  LEFT JOIN loyalty_history lot ON lot.id = line.lot_id
                 WHERE line.kind IS DISTINCT FROM 'memo'
                   AND (line.event_id IS NULL OR line.kind IS NULL
                        OR (line.lot_id IS NOT NULL
                            AND (lot.id IS NULL OR lot.lot_id IS DISTINCT FROM lot.id
                                 OR lot.card_id <> line.card_id)))
                 ORDER BY 1, 2
                """
            )
        )

    @api.model
    def action_verify_points(self):
        """Prove that all balances are the sums of their lines; say what isn't.

        For the managers' button, and for integrators.
        """
        self.check_access("create")
        wrong = self.sudo()._verify_points()
        if wrong:
            message = self.env._(
                "%(count)s balances or lots differ from their ledger. Accounts: "
                "%(cards)s",
                count=len(wrong),
                cards=", ".join(self.browse({row[0] for row in wrong}).mapped("code")),
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
        """Tell the managers of points programs when a balance isn't its ledger's."""
        wrong = self._verify_points()
        if not wrong:
            return
        _logger.error("Points ledger: %s differences, e.g. %s", len(wrong), wrong[:10])
        managers = self.env.ref("crm_loyalty.crm_loyalty_group_manager").all_user_ids
        cards = self.browse(sorted({row[0] for row in wrong})[:20])
        for card in cards:
            env = card.program_id._in_language_of_shop().env
            card.message_notify(
                partner_ids=managers.partner_id.ids,
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
