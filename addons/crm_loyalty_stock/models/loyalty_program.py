from odoo import models
from odoo.tools import SQL


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    def _tier_moved(self):
        """Override of `crm_loyalty`: what transfers brought back.

        ``_moved_quantities`` of an order's line, and ``came_back``, for all lines at
        once. Done moves only: what is announced is still with the customer.
        """
        return SQL(
            """
            SELECT line_id,
                   LEAST(moves.back, ordered - (moves.out - moves.back)) AS quantity
              FROM (SELECT s.id AS line_id, s.product_uom_qty AS ordered,
                           COALESCE(SUM(way.quantity) FILTER (WHERE way.out), 0) AS out,
                           COALESCE(SUM(way.quantity) FILTER (WHERE way.back), 0)
                               AS back
                      FROM bought
                      JOIN sale_order_line s ON s.order_id = bought.id
                       AND s.qty_delivered_method = 'stock_move'
                      JOIN uom_uom unit ON unit.id = s.product_uom_id
                      JOIN stock_move m ON m.sale_line_id = s.id
                       AND m.product_id = s.product_id AND m.state = 'done'
                      JOIN uom_uom own ON own.id = m.product_uom
                      JOIN stock_location source ON source.id = m.location_id
                      JOIN stock_location target ON target.id = m.location_dest_id
                     CROSS JOIN LATERAL (
                           SELECT %(leaves)s AS leaves, %(returns)s AS returns) AS ends
                     CROSS JOIN LATERAL (
                           SELECT m.quantity * own.factor / unit.factor AS quantity,
                                  ends.leaves AND (m.origin_returned_move_id IS NULL
                                      OR m.to_refund) AS out,
                                  NOT ends.leaves AND ends.returns AND m.to_refund
                                      AS back) AS way
                     WHERE target.usage <> 'inventory'
                     GROUP BY s.id) AS moves
             WHERE moves.back > 0 AND ordered > moves.out - moves.back
            """,
            leaves=self._tier_outside("target"),
            returns=SQL(
                "(source.usage = 'supplier' OR %s)", self._tier_outside("source")
            ),
        )

    def _tier_outside(self, location):
        """Whether goods at a location are the customer's."""
        return SQL(
            "(%(usage)s = 'customer' OR %(usage)s = 'transit' AND %(company)s IS NULL)",
            usage=SQL.identifier(location, "usage"),
            company=SQL.identifier(location, "company_id"),
        )
