from odoo import models
from odoo.tools import SQL

from ..tools.books import Return


class CrmLoyaltyTierGift(models.AbstractModel):
    """Welcome points of a tier, once per customer. Part of ``res.partner.grade``.

    The key of the gift is ``welcome:<customer>:<tier>``, and the account knows it when
    the customer was merged into another one. When the tier was never reached after
    all, its points go; when it is reached then, the same points come back, or
    new ones if their time is over.
    """

    _name = "crm.loyalty.tier.gift"
    _description = "Welcome Points of a Tier"

    def _welcome(self, partners):
        """Give customers who reached the tier its points, who haven't had them."""
        if not (self and self.is_tier and self.welcome_points):
            return
        program = self._tier_program(self.company_id or self.env.company)
        if not program or program.company_id != self.company_id:
            return
        Card = self.env["loyalty.card"]
        cards = Card.union(*Card._provide_accounts(program, partners).values())
        reader = self._in_language_of(program)
        cause = reader.env._("Welcome to the tier %(tier)s", tier=reader.name)
        had = self._welcome_lots(cards)
        (cards - Card.union(*had))._post_gifts(
            self.welcome_points,
            prefix="welcome",
            suffix=str(self.id),
            description=cause,
            uncounted=True,
        )
        for card, lots in had.items():
            if any(left for _lot, _size, left, _expires_on in lots):
                continue
            lot, size, _left, expires_on = lots[-1]
            said = {"description": cause, "uncounted": True}
            if expires_on and expires_on < program._local_day():
                key = f"welcome:{lot}:again:{self.id}"
                card._post_points(size, kind="earn", key=key, **said)
            else:
                card._post([Return(lot, -size)], **said)

    def _take_back_welcome(self, partners):
        """The customers never were in this tier: its welcome points go."""
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search([("partner_id", "in", partners.ids), ("is_account", "=", True)])
        )
        for card, lots in self._welcome_lots(cards).items():
            back = [Return(lot, left) for lot, _size, left, _day in lots if left]
            if back:
                reader = self._in_language_of(card.program_id)
                cause = reader.env._(
                    "The tier %(tier)s wasn't reached", tier=reader.name
                )
                card._post(back, description=cause, uncounted=True)

    def _in_language_of(self, program):
        return self.with_env(program._in_language_of_shop().env)

    def _welcome_lots(self, cards):
        """Account -> its welcome points of this tier: (lot, size, what wasn't taken
        back, last day), several after customers were merged.
        """
        if not cards:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT gift.card_id, gift.id, gift.points,
                       (SELECT SUM(points) FROM loyalty_history
                         WHERE lot_id = gift.id AND kind IN ('earn', 'earn_back')),
                       gift.expires_on
                  FROM loyalty_card card
                  JOIN loyalty_history gift ON gift.card_id = card.id
                   AND gift.idempotency_key LIKE %s
                 WHERE card.id = ANY (%s)
                 ORDER BY gift.card_id, gift.id
                """,
                f"welcome:%:{self.id}",
                cards.ids,
            )
        )
        lots = {}
        for card, *lot in rows:
            lots.setdefault(self.env["loyalty.card"].sudo().browse(card), []).append(
                lot
            )
        return lots
