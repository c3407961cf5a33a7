from fractions import Fraction

from odoo import models

from odoo.addons.crm_loyalty.tools.exact import converted, exact

from ..tools.returns import came_back


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _returned_quantity(self):
        """Override of `crm_loyalty`: goods that transfers brought back count as well.

        Of goods that came back and were credited the larger number counts, so that each
        piece counts once, whichever document comes first.
        """
        returned = super()._returned_quantity()
        for line in self.sudo():
            moved = line._moved_quantities()
            back = came_back(exact(line.product_uom_qty), *moved)
            returned[line] = max(returned[line], back)
        return returned

    def _compute_qty_delivered(self):
        """Override of `sale`: tiers by amount follow what came back, after the commit.

        Without a credit note nothing else tells of it.
        """
        result = super()._compute_qty_delivered()
        lines = self._origin.sudo()
        lines = lines.filtered(lambda line: line._moved_quantities()[1])
        lines.order_id.partner_id._touch()
        return result

    def _moved_quantities(self):
        """What went out and what came in, in the line's unit.

        Transfers that don't change the order's quantities, such as repairs, aren't in.
        """
        self.ensure_one()
        if self.qty_delivered_method != "stock_move" or not self.move_ids:
            return Fraction(0), Fraction(0)
        out, back = self._get_outgoing_incoming_moves()
        return self._done_quantity(out), self._done_quantity(back)

    def _done_quantity(self, moves):
        return sum(
            (
                converted(
                    move.quantity, move.product_uom.factor, self.product_uom_id.factor
                )
                for move in moves
                if move.state == "done"
            ),
            Fraction(0),
        )
