from odoo import api, models
from odoo.fields import Command
from odoo.tools import float_compare

from .crm_promotion_order import DEFER, Touched

#: Fields of a line that promotions depend on.
_ASKED = {
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "is_delivery",
    "display_type",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `sale`: promotions follow what the order is."""
        deferred = self.with_context(**{DEFER: self._promotions_touched()})
        lines = super(SaleOrderLine, deferred).create(vals_list)
        lines = self.browse(lines.ids)
        lines.order_id._follow_promotions()
        return lines

    def write(self, vals):
        """Override of `sale`: promotions follow what the order is."""
        if not _ASKED & vals.keys():
            return super().write(vals)
        orders = self.order_id
        touched = self._promotions_touched()
        deferred = self.with_context(**{DEFER: touched})
        result = super(SaleOrderLine, deferred).write(vals)
        (orders | self.order_id | orders.browse(touched.ids))._follow_promotions()
        return result

    def unlink(self):
        """Override of `sale`: promotions follow; one taken off by hand is declined."""
        orders = self.order_id
        touched = self._promotions_touched()
        if not self.env.context.get(DEFER):
            orders._decline_promotions(self)
        deferred = self.with_context(**{DEFER: touched})
        result = super(SaleOrderLine, deferred).unlink()
        (orders | orders.browse(touched.ids)).exists()._follow_promotions()
        return result

    def _promotions_touched(self):
        return self.env.context.get(DEFER) or Touched()

    def _promotion_taxes(self):
        """Taxes that a discount on this line has, too; fixed ones it hasn't."""
        taxes = self.tax_ids
        if any(tax.amount_type in ("fixed", "group") for tax in taxes):
            taxes = taxes.flatten_taxes_hierarchy()
        return taxes.filtered(lambda tax: tax.amount_type != "fixed")

    def _promotion_amount(self):
        """What is paid for the line, with taxes but without fixed ones."""
        taxes = self._promotion_taxes()
        if taxes == self.tax_ids:
            return self.price_total
        return taxes.compute_all(
            self._promotion_shown(), self.currency_id, 1, self.product_id
        )["total_included"]

    def _promotion_shown(self):
        """The line's worth as prices are shown: taxes that come on top aren't in it."""
        taxes = self._promotion_taxes()
        if all(tax.price_include for tax in taxes):
            return (
                self._promotion_amount()
                if taxes == self.tax_ids
                else (self._promotion_price())
            )
        return self._promotion_price()

    def _promotion_price(self):
        return self.price_unit * self.product_uom_qty * (1 - (self.discount or 0) / 100)

    def _promotion_difference(self, vals):
        """What of a promotion's values the line doesn't have yet.

        A person may have worded the line anew, or moved it: that stays.
        """
        changed = {}
        if self.product_id.id != vals["product_id"]:
            changed["product_id"] = vals["product_id"]
        for name in ("product_uom_qty", "price_unit", "discount"):
            if name in vals and float_compare(self[name], vals[name], 6):
                changed[name] = vals[name]
        if "tax_ids" in vals:
            [(_command, _id, taxes)] = vals["tax_ids"]
            if set(self.tax_ids.ids) != set(taxes):
                changed["tax_ids"] = [Command.set(taxes)]
        return changed
