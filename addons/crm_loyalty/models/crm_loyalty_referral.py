from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_customer.sql import among

from ..tools.books import Return

#: What remains of a gift: all of it, or nothing when it was taken back.
_LEFT = SQL(
    """
    (SELECT COALESCE(SUM(part.points), 0) FROM loyalty_history part
      WHERE part.lot_id = gift.id AND part.kind IN ('earn', 'earn_back'))
    """
)


class CrmLoyaltyReferral(models.AbstractModel):
    """Points for bringing a customer. Part of ``res.partner``.

    They come with the first purchase that the new customer completes and keeps. When
    all purchases are cancelled or returned they go, as if nothing had ever been bought;
    with the next purchase the same points come back, or new ones if their time is over.
    """

    _name = "crm.loyalty.referral"
    _description = "Points for Bringing Customers"

    @api.model
    def _referral_domain(self, rule):
        """Customers who were brought, have bought, and brought nobody points yet."""
        self._flush_referrals()

        def deserving(_model, alias, _query):
            customer = SQL.identifier(alias, "id")
            return SQL(
                """
                %(bought)s AND NOT EXISTS (
                    SELECT FROM loyalty_history gift
                     WHERE gift.referred_partner_id = %(customer)s
                       AND gift.rule_id = %(rule)s AND gift.lot_id = gift.id
                       AND %(left)s > 0)
                """,
                bought=_has_bought(customer, rule.program_id, complete=True),
                customer=customer,
                rule=rule.id,
                left=_LEFT,
            )

        return Domain("referred_by_id", "!=", False) & Domain.custom(to_sql=deserving)

    @api.model
    def _flush_referrals(self):
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env["loyalty.history"].flush_model()
        self.env["sale.order"].flush_model(
            ["state", "partner_id", "company_id", "points_returned", "points_pending"]
        )

    @api.model
    def _give_referral_points(self, rule, customers, prefix):
        """Give those who brought these customers the points of a rule.

        :param prefix: of the keys; each customer who was brought is a gift of its own.
        """
        customers = customers.filtered(lambda partner: not partner._is_own_referrer())
        lost = self._lost_referrals(rule, customers)
        for customer, (card, lot, size, expires_on) in lost.items():
            told = self._prepare_referral_vals(rule, customer)
            if expires_on and expires_on < rule.program_id._local_day():
                key = f"{prefix}:{customer.id}:again:{lot}"
                card._post_points(size, kind="earn", key=key, **told)
            else:
                card._post([Return(lot, -size)], **told)
        for gifts in self._referral_rounds(rule, customers - self.union(*lost)):
            vals = {
                card: self._prepare_referral_vals(rule, customer)
                for card, customer in gifts.items()
            }
            self.env["loyalty.card"].union(*gifts)._post_gifts(
                rule.points,
                keys={card: f"{prefix}:{gifts[card].id}" for card in gifts},
                description={card: vals[card]["description"] for card in gifts},
                referred={card: gifts[card].id for card in gifts},
                rule_id=rule.id,
            )

    @api.model
    def _referral_rounds(self, rule, customers):
        """Dicts account -> customer: who brought several is in several of them."""
        referrers = customers.referred_by_id.commercial_partner_id
        accounts = self.env["loyalty.card"]._provide_accounts(
            rule.program_id, referrers
        )
        rounds = defaultdict(dict)
        brought = defaultdict(int)
        for customer in customers:
            card = accounts[customer.referred_by_id.commercial_partner_id]
            rounds[brought[card]][card] = customer
            brought[card] += 1
        return rounds.values()

    @api.model
    def _lost_referrals(self, rule, customers):
        """Customer -> points that were taken back: (account, lot, size, last day)."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT referred_partner_id, card_id, id, points, expires_on
                  FROM loyalty_history
                 WHERE referred_partner_id = ANY (%s) AND rule_id = %s AND lot_id = id
                 ORDER BY id
                """,
                customers.ids,
                rule.id,
            )
        )
        Card = self.env["loyalty.card"].sudo()
        return {
            self.browse(customer): (Card.browse(card), *lot)
            for customer, card, *lot in rows
        }

    @api.model
    def _take_back_referrals(self, program, customers=None):
        """Take back points for bringing who cancelled or returned all that was bought.

        Beside a job that gives them in this moment it may find nothing; the next night
        does.

        :param customers: only for having brought these; all when None.
        """
        self._flush_referrals()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT gift.card_id, gift.id, gift.referred_partner_id, gift.rule_id,
                       %(left)s
                  FROM loyalty_history gift
                  JOIN loyalty_card card ON card.id = gift.card_id
                 WHERE gift.referred_partner_id IS NOT NULL AND %(among)s
                   AND gift.lot_id = gift.id AND card.program_id = %(program)s
                   AND %(left)s > 0 AND NOT %(bought)s
                 ORDER BY gift.card_id, gift.id
                """,
                left=_LEFT,
                among=among(
                    "gift.referred_partner_id",
                    None if customers is None else customers.ids,
                ),
                program=program.id,
                bought=_has_bought(SQL("gift.referred_partner_id"), program),
            )
        )
        env = program._in_language_of_shop().env
        for card, lot, customer_id, rule_id, points in rows:
            customer = self.sudo().browse(customer_id)
            self.env["loyalty.card"].sudo().browse(card)._post(
                [Return(lot, points)],
                description=env._(
                    "%(customer)s has kept no purchase", customer=customer.display_name
                ),
                rule_id=rule_id,
            )

    @api.model
    def _prepare_referral_vals(self, rule, customer):
        return {
            "description": f"{rule._name_for_customers()}: {customer.display_name}",
            "rule_id": rule.id,
            "referred_partner_id": customer.id,
        }


def _has_bought(customer, program, complete=False):
    """Whether a customer has an order that wasn't cancelled or returned as a whole.

    :param customer: SQL of the customer's id.
    :param complete: nor one that is to be delivered or paid before it earns points.
    """
    return SQL(
        """
        EXISTS (SELECT FROM sale_order o
                  JOIN res_partner buyer ON buyer.id = o.partner_id
                 WHERE buyer.commercial_partner_id = %(customer)s
                   AND o.state = 'sale' AND o.points_returned IS NOT TRUE
                   AND o.company_id = ANY (%(companies)s) AND %(complete)s)
        """,
        customer=customer,
        companies=list(program._points_company_ids()),
        complete=SQL("COALESCE(o.points_pending, 0) = 0") if complete else SQL("TRUE"),
    )
