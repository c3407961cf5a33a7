from fractions import Fraction

from odoo import api, models

from ..tools.exact import converted, exact
from .loyalty_history import BY_ORDER

#: Fields of a line that points depend on.
_COUNTED = {
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "points_cost",
    "coupon_id",
    "qty_delivered",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _returned_quantity(self):
        """Line -> quantity that came back, in the line's unit.

        Hook: addons that know of goods that came back take the larger of both, so that
        goods that were returned and credited count once.
        """
        return self._credited_quantity()

    def _credited_quantity(self):
        """Line -> quantity of its posted credit notes, in the line's unit.

        What was invoiced anew after a credit note ("reverse and create invoice") didn't
        come back.
        """
        returned = self._posted_quantity("out_refund")
        invoiced = self._posted_quantity("out_invoice")
        for line in self:
            ordered = exact(line.product_uom_qty)
            kept = max(Fraction(0), invoiced[line] - returned[line])
            if invoiced[line]:
                returned[line] = min(returned[line], ordered - kept)
            returned[line] = max(Fraction(0), returned[line])
        return returned

    def _posted_quantity(self, move_type):
        """Line -> quantity on posted documents of a type, in the line's unit."""
        quantities = dict.fromkeys(self, Fraction(0))
        for line in self.sudo():
            for move_line in line.invoice_lines:
                if (move_line.parent_state, move_line.move_type) == (
                    "posted",
                    move_type,
                ):
                    quantities[line] += line._invoiced_quantity(move_line)
        return quantities

    def _kept_quantities(self, earn_on):
        """Line -> quantity that counts: kept, and delivered or paid if asked."""
        returned = self._returned_quantity()
        # All of them: an invoice that a credit note settled counts as paid, too.
        credited = self._posted_quantity("out_refund") if earn_on == "paid" else {}
        kept = {}
        for line in self:
            ordered = exact(line.product_uom_qty)
            quantity = ordered - returned[line]
            if earn_on == "delivered":
                quantity = min(quantity, exact(line.qty_delivered))
            elif earn_on == "paid":
                quantity = min(quantity, line._paid_quantity() - credited[line])
            kept[line] = max(Fraction(0), quantity)
        return kept

    def _paid_quantity(self):
        """Quantity of the line on invoices that are paid."""
        self.ensure_one()
        paid = Fraction(0)
        for move_line in self.sudo().invoice_lines:
            move = move_line.move_id
            if (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state in ("paid", "in_payment", "reversed")
            ):
                paid += self._invoiced_quantity(move_line)
        return paid

    def _invoiced_quantity(self, move_line):
        """Quantity of an invoice's line, in this line's unit."""
        own = self.product_uom_id
        unit = move_line.product_uom_id or own
        return converted(move_line.quantity, unit.factor, own.factor)

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale_loyalty`: points follow the order as a whole."""
        lines = super(SaleOrderLine, self.with_context(**{BY_ORDER: True})).create(
            vals_list
        )
        lines = self.browse(lines.ids)
        lines.order_id._touch_points()
        return lines

    def write(self, vals):
        """Override of `sale_loyalty`: points follow the order as a whole."""
        if not _COUNTED & vals.keys():
            return super().write(vals)
        orders = self.order_id
        result = super(SaleOrderLine, self.with_context(**{BY_ORDER: True})).write(vals)
        (orders | self.order_id)._touch_points()
        return result

    def unlink(self):
        """Override of `sale_loyalty`: a discount by points that goes was not wanted."""
        orders = self.order_id
        asked = orders.filtered("points_to_spend")
        result = super(SaleOrderLine, self.with_context(**{BY_ORDER: True})).unlink()
        orders._touch_points()
        for order in asked.exists():
            if not order._points_reward_lines():
                order._note_points_request(0)
        return result

    def _compute_qty_delivered(self):
        """Override of `sale`: points may be earned with the delivery."""
        result = super()._compute_qty_delivered()
        self.order_id._origin._touch_points()
        return result
