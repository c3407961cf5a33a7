from odoo import models
from odoo.tools import SQL

from odoo.addons.crm_customer.sql import among


class CrmLoyaltyTierAmount(models.AbstractModel):
    """What customers bought and kept, for tiers by amount. Part of
    ``loyalty.program``.
    """

    _name = "crm.loyalty.tier.amount"
    _description = "Amounts That Count for Tiers"

    def _tier_amounts(self, since, partner_ids):
        """What was bought and kept, order by order: (partner_id, at, value).

        With taxes, in the company's currency at the order's rate. What came back
        counts as if it had never been ordered: of each line the larger part of what
        was credited, and not invoiced anew, and of what transfers brought back.
        Credit notes say themselves what the goods were worth; for goods without one
        the order's discounts are spread over its goods.
        """
        return SQL(
            """
            WITH bought AS (
                SELECT o.id, p.commercial_partner_id AS partner_id, o.date_order,
                       o.amount_total, COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate
                  FROM sale_order o
                  JOIN res_partner p ON p.id = o.partner_id
                 WHERE o.state = 'sale' AND o.company_id = ANY (%(companies)s)
                   AND %(since)s AND %(among)s
            ), credited AS (%(credited)s
            ), moved AS (%(moved)s
            ), returned AS (
                SELECT s.order_id,
                       SUM(SIGN(s.price_total) * GREATEST(0, CASE
                           WHEN credited.refunded IS NULL THEN 0
                           WHEN credited.invoiced IS NULL
                               THEN LEAST(credited.refunded, worth.line)
                           ELSE LEAST(credited.refunded, worth.line
                               - GREATEST(0, credited.invoiced - credited.refunded))
                       END, worth.moved)) AS amount
                  FROM credited
                  FULL JOIN moved USING (line_id)
                  JOIN sale_order_line s ON s.id = line_id
                  JOIN bought ON bought.id = s.order_id
                  LEFT JOIN LATERAL (%(discount)s) AS discount
                         ON moved.quantity IS NOT NULL
                 CROSS JOIN LATERAL (
                       SELECT ABS(s.price_total) / bought.rate AS line,
                              GREATEST(0, s.price_total) / bought.rate
                                  * moved.quantity / NULLIF(s.product_uom_qty, 0)
                                  * (1 - discount.share) AS moved
                       ) AS worth
                 GROUP BY s.order_id
            )
            SELECT partner_id, date_order AS at,
                   ROUND(amount_total / rate - GREATEST(0, COALESCE(amount, 0)),
                         %(digits)s) AS value
              FROM bought
              LEFT JOIN returned ON returned.order_id = bought.id
            """,
            companies=list(self._points_company_ids()),
            since=SQL("o.date_order >= %s", since) if since else SQL("TRUE"),
            among=among("p.commercial_partner_id", partner_ids),
            credited=_CREDITED,
            moved=self._tier_moved(),
            discount=_DISCOUNT,
            digits=self.currency_id.decimal_places,
        )

    def _tier_moved(self):
        """Hook: goods that came back to the shop: (line_id, quantity).

        Of lines of the orders in ``bought``, in the line's unit, above zero.
        """
        return SQL("SELECT NULL::integer AS line_id, NULL::numeric AS quantity LIMIT 0")


#: What was invoiced and credited of each line, in the company's currency, above zero
#: for discounts as well.
_CREDITED = SQL(
    """
    SELECT line_id,
           SUM(amount) FILTER (WHERE NOT refund) AS invoiced,
           SUM(amount) FILTER (WHERE refund) AS refunded
      FROM (SELECT s.id AS line_id, m.move_type = 'out_refund' AS refund,
                   SIGN(s.price_total) * l.price_total
                       * ABS(m.amount_total_signed) / NULLIF(m.amount_total, 0)
                       AS amount
              FROM bought
              JOIN sale_order_line s ON s.order_id = bought.id
              JOIN sale_order_line_invoice_rel r ON r.order_line_id = s.id
              JOIN account_move_line l ON l.id = r.invoice_line_id
              JOIN account_move m ON m.id = l.move_id
             WHERE m.state = 'posted'
               AND m.move_type IN ('out_invoice', 'out_refund')) AS line
     GROUP BY line_id
    HAVING BOOL_OR(refund)
    """
)
#: The part of the price of an order's goods that discounts took away.
_DISCOUNT = SQL(
    """
    SELECT LEAST(1, COALESCE(
               -SUM(other.price_total) FILTER (WHERE other.price_total < 0)
               / SUM(other.price_total) FILTER (WHERE other.price_total > 0), 0))
               AS share
      FROM sale_order_line other
     WHERE other.order_id = s.order_id AND other.is_downpayment IS NOT TRUE
    """
)
