from odoo import fields, models
from odoo.tools import SQL

from .loyalty_history import ISSUING


class CrmLoyaltyGift(models.AbstractModel):
    """Points for many accounts at once. Part of ``loyalty.card``."""

    _name = "crm.loyalty.gift"
    _description = "Points for Many Accounts"

    def _post_gifts(
        self, points, *, kind="earn", prefix="", suffix="", keys=None, at=None, **cause
    ):
        """Give these accounts points, in one statement.

        :param points: for each, or account -> points.
        :param prefix: with the customer's id, and a suffix, the key of a gift, which is
            made once.
        :param keys: account -> key, when it isn't made so.
        :param cause: ``description``, for all or account -> text; ``rule_id``,
            ``uncounted``; ``referred``, account -> id of the customer who was brought.
        :return: the accounts that got them.
        """
        at = at or fields.Datetime.now()
        suffix = suffix and f":{suffix}"
        given = self.browse()
        points = _for_each(self, points)
        texts = _for_each(self, cause.pop("description"))
        referred = _for_each(self, cause.pop("referred", None))
        keys = _for_each(
            self,
            keys or {c: f"{prefix}:{c.sudo().partner_id.id}{suffix}" for c in self},
        )
        for program, cards in self.sudo().grouped("program_id").items():
            owing = cards.filtered(lambda card: card.points_debt > 0)
            given |= self.browse(
                (cards - owing)._insert_gifts(
                    program, points, texts, referred, kind, at, keys, cause
                )
            )
            for card in owing:
                key = keys[card.id]
                if not self.env["loyalty.history"].sudo()._find_posting(key):
                    more = cause | {"key": key, "description": texts[card.id]}
                    more["referred_partner_id"] = referred[card.id]
                    card._post_points(points[card.id], kind=kind, at=at, **more)
                    given |= self.browse(card.id)
        return given

    def _insert_gifts(self, program, points, texts, referred, kind, at, keys, cause):
        self.env.cr.execute(
            SQL(
                """
                WITH gift AS (
                    SELECT NEXTVAL('loyalty_history_id_seq') AS line,
                           c.id, g.points, g.text, g.key, g.referred
                      FROM UNNEST(%(cards)s, %(points)s, %(texts)s, %(keys)s,
                                  %(referred)s::int[])
                           AS g (card, points, text, key, referred)
                      JOIN loyalty_card c ON c.id = g.card
                ), fresh AS (
                    INSERT INTO loyalty_history (id, lot_id, event_id, card_id, kind,
                        points, issued, used, remaining, expires_on, occurred_at,
                        description, rule_id, referred_partner_id,
                        idempotency_key, user_id,
                        uncounted, create_uid, create_date, write_uid, write_date)
                    SELECT line, line, line, id, %(kind)s,
                           points, points, 0, points, %(expires)s, %(at)s,
                           text, %(rule)s, referred, key, %(user)s, %(uncounted)s,
                           %(user)s, %(now)s, %(user)s, %(now)s
                      FROM gift
                        ON CONFLICT (idempotency_key)
                           WHERE idempotency_key IS NOT NULL DO NOTHING
                    RETURNING card_id, points
                )
                UPDATE loyalty_card AS c
                   SET points = COALESCE(c.points, 0) + fresh.points,
                       points_counted = COALESCE(c.points_counted, 0)
                           + CASE WHEN %(counted)s THEN fresh.points ELSE 0 END,
                       ledger_at = GREATEST(c.ledger_at, %(at)s)
                  FROM fresh WHERE c.id = fresh.card_id
                RETURNING c.id, c.points - fresh.points
                """,
                cards=self.ids,
                points=[points[card.id] for card in self],
                texts=[texts[card.id] for card in self],
                kind=kind,
                expires=program._expires_on(at),
                at=at,
                rule=cause.get("rule_id") or None,
                keys=[keys[card.id] for card in self],
                referred=[referred[card.id] for card in self],
                uncounted=bool(cause.get("uncounted")),
                counted=kind in ISSUING and not cause.get("uncounted"),
                user=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        before = dict(self.env.cr.fetchall())
        self.invalidate_model()
        self.env["loyalty.history"].invalidate_model()
        self.browse(before)._note_change(before)
        return list(before)


def _for_each(cards, value):
    """Account id -> value, given for all or by account."""
    if isinstance(value, dict):
        return {card.id: value[card] for card in cards}
    return dict.fromkeys(cards.ids, value)
