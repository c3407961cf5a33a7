from odoo import models
from odoo.tools import SQL

from ..tools.books import Return


class CrmLoyaltyTierGift(models.AbstractModel):
    """Welcome points of a tier, once per customer. Part of ``res.partner.grade``.

    The key of the gift is ``welcome:<customer>:<tier>``. When the tier was never
    reached after all, its points go; when it is reached then, the same points come
    back.
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
        cause = self.env._("Welcome to the tier %(tier)s", tier=self.name)
        given = cards._post_gifts(
            self.welcome_points,
            prefix="welcome",
            suffix=str(self.id),
            description=cause,
            uncounted=True,
        )
        for card, (lot, size, left) in self._welcome_lots(cards - given).items():
            if not left:
                card._post([Return(lot, -size)], description=cause, uncounted=True)

    def _take_back_welcome(self, partners):
        """The customers never were in this tier: its welcome points go."""
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .search([("partner_id", "in", partners.ids), ("is_account", "=", True)])
        )
        cause = self.env._("The tier %(tier)s wasn't reached", tier=self.name)
        for card, (lot, _size, left) in self._welcome_lots(cards).items():
            if left:
                card._post([Return(lot, left)], description=cause, uncounted=True)

    def _welcome_lots(self, cards):
        """Account -> its welcome points of this tier: (lot, size, what wasn't taken
        back).
        """
        if not cards:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT gift.card_id, gift.id, gift.points,
                       (SELECT SUM(points) FROM loyalty_history
                         WHERE lot_id = gift.id AND kind IN ('earn', 'earn_back'))
                  FROM loyalty_card card
                  JOIN loyalty_history gift ON gift.idempotency_key
                       = 'welcome:' || card.partner_id || ':' || %s
                 WHERE card.id = ANY (%s) AND gift.card_id = card.id
                 ORDER BY gift.card_id
                """,
                str(self.id),
                cards.ids,
            )
        )
        browse = self.env["loyalty.card"].sudo().browse
        return {browse(card): row for card, *row in rows}
