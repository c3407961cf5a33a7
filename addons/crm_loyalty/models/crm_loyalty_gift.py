from odoo import fields, models
from odoo.tools import SQL

from .loyalty_history import ISSUING


class CrmLoyaltyGift(models.AbstractModel):
    """The same points for many accounts at once. Part of ``loyalty.card``."""

    _name = "crm.loyalty.gift"
    _description = "Points for Many Accounts"

    def _post_gifts(self, points, *, kind="earn", prefix, suffix="", at=None, **cause):
        """Give each of these accounts the same points, in one statement.

        :param prefix: with the customer's id, and a suffix, the key of a gift, which is
            made once.
        :param cause: ``description``, ``rule_id``, ``uncounted``.
        :return: the accounts that got them.
        """
        at = at or fields.Datetime.now()
        suffix = suffix and f":{suffix}"
        given = self.browse()
        cards_sudo = self.sudo()
        for program, cards in cards_sudo.grouped("program_id").items():
            owing = cards.filtered(lambda card: card.points_debt > 0)
            given |= self.browse(
                (cards - owing)._insert_gifts(
                    program, points, kind, at, (f"{prefix}:", suffix), cause
                )
            )
            for card in owing:
                key = f"{prefix}:{card.partner_id.id}{suffix}"
                known = [("idempotency_key", "=", key)]
                if not self.env["loyalty.history"].sudo().search_count(known):
                    card._post_points(points, kind=kind, at=at, key=key, **cause)
                    given |= self.browse(card.id)
        return given

    def _insert_gifts(self, program, points, kind, at, key, cause):
        self.env.cr.execute(
            SQL(
                """
                WITH fresh AS (
                    INSERT INTO loyalty_history (id, lot_id, event_id, card_id, kind,
                        points, issued, used, remaining, expires_on, occurred_at,
                        description, rule_id, idempotency_key, user_id,
                        uncounted, create_uid, create_date, write_uid, write_date)
                    SELECT line, line, line, id, %(kind)s,
                           %(points)s, %(points)s, 0, %(points)s, %(expires)s, %(at)s,
                           %(description)s, %(rule)s,
                           %(prefix)s || partner_id || %(suffix)s,
                           %(user)s, %(uncounted)s,
                           %(user)s, %(now)s, %(user)s, %(now)s
                      FROM (SELECT NEXTVAL('loyalty_history_id_seq') AS line,
                                   id, partner_id
                              FROM loyalty_card WHERE id = ANY(%(cards)s)) AS card
                        ON CONFLICT (idempotency_key)
                           WHERE idempotency_key IS NOT NULL DO NOTHING
                    RETURNING card_id
                )
                UPDATE loyalty_card AS c
                   SET points = COALESCE(c.points, 0) + %(points)s,
                       points_counted = COALESCE(c.points_counted, 0) + %(counted)s,
                       ledger_at = GREATEST(c.ledger_at, %(at)s)
                  FROM fresh WHERE c.id = fresh.card_id
                RETURNING c.id
                """,
                cards=self.ids,
                kind=kind,
                points=points,
                expires=program._expires_on(at),
                at=at,
                description=cause["description"],
                rule=cause.get("rule_id") or None,
                prefix=key[0],
                suffix=key[1],
                uncounted=bool(cause.get("uncounted")),
                counted=points if kind in ISSUING and not cause.get("uncounted") else 0,
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.invalidate_model()
        self.env["loyalty.history"].invalidate_model()
        return ids
