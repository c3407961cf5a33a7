from odoo import api, fields, models
from odoo.tools import SQL


class CrmPromotionTurn(models.Model):
    """A customer's orders with promotions that ask about his other orders take turns.

    Two orders that are confirmed at once don't see each other, so both would be the
    first one. Both change this row, which really changes: one of them is repeated, and
    sees the other then. The row is the customer's and not the promotion's, as one order
    may be the first for one promotion and another order for the next.
    """

    _name = "crm.promotion.turn"
    _description = "Turn of a Customer with Promotions"
    _log_access = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    taken = fields.Integer(required=True, readonly=True)

    _turn_uniq = models.UniqueIndex("(partner_id, company_id)")

    @api.model
    def _take(self, orders):
        """Take the turns of the customers of these orders, in one statement."""
        turns = {
            (order.partner_id.commercial_partner_id.id, order.company_id.id)
            for order in orders
        }
        partners, companies = zip(*turns, strict=True)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_promotion_turn AS turn (partner_id, company_id, taken)
                SELECT partner_id, company_id, 1
                  FROM UNNEST(%(partners)s::int[], %(companies)s::int[])
                       AS new (partner_id, company_id)
                 ORDER BY partner_id, company_id
                    ON CONFLICT (partner_id, company_id)
                    DO UPDATE SET taken = turn.taken + 1
                """,
                partners=list(partners),
                companies=list(companies),
            ),
            log_exceptions=False,
        )
        self.invalidate_model(flush=False)
