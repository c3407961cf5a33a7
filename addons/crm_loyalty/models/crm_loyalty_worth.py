from fractions import Fraction

from odoo import models

from ..tools.earning import Line
from ..tools.exact import exact, in_units


class CrmLoyaltyWorth(models.AbstractModel):
    """What an order is worth now, for its points. Part of ``sale.order``.

    Exact: amounts are whole numbers of the currency's smallest unit, parts of them
    fractions.
    """

    _name = "crm.loyalty.worth"
    _description = "Worth of an Order for Points"

    def _points_units(self):
        """Smallest units in one of the program's currency."""
        return 10 ** self._points_program().currency_id.decimal_places

    def _points_goods(self):
        """Lines of goods: not what is free, a discount or a down payment."""
        return self.order_line.filtered(
            lambda line: (
                line.product_id
                and not line.display_type
                and not line.reward_id
                and not line.is_downpayment
                and line.product_uom_qty > 0
                and line.price_total >= 0
            )
        )

    def _in_units(self, amount):
        """An amount of the order in the smallest units of the program's currency."""
        program = self._points_program()
        if program.currency_id != self.currency_id:
            amount = self.currency_id._convert(
                amount, program.currency_id, self.company_id, self.date_order.date()
            )
        return Fraction(in_units(amount, self._points_units()))

    def _points_lines_kept(self, earn_on):
        """What the engine counts: discounts are spread over the goods by value."""
        goods = self._points_goods()
        full = self._kept_value()
        off = sum(
            self._in_units(line.price_total)
            for line in self.order_line - goods - self._points_reward_lines()
            if line.price_total < 0 and not line.is_downpayment
        )
        share = max(Fraction(0), 1 + off / full) if full else Fraction(1)
        kept = goods._kept_quantities(earn_on)
        return [
            Line(
                line.product_id.id,
                self._in_units(line.price_total)
                * share
                * kept[line]
                / exact(line.product_uom_qty),
                kept[line],
            )
            for line in goods
        ]

    def _kept_value(self, earn_on=None):
        """Worth of the goods, of those that are kept when ``earn_on`` is given."""
        goods = self._points_goods()
        kept = goods._kept_quantities(earn_on) if earn_on else {}
        return sum(
            (
                self._in_units(line.price_total)
                * (kept[line] / exact(line.product_uom_qty) if earn_on else 1)
                for line in goods
            ),
            Fraction(0),
        )

    def _share_by_points(self):
        """The part of the price that was paid with points."""
        full = self._kept_value()
        paid = -sum(
            self._in_units(line.price_total) for line in self._points_reward_lines()
        )
        return min(Fraction(1), paid / full) if full else Fraction(0)

    def _points_cost(self):
        return int(sum(self._points_reward_lines().mapped("points_cost")))

    def _points_reward_lines(self):
        """Lines that points of the ledger paid for."""
        return self.order_line.filtered(
            lambda line: line.coupon_id and line.coupon_id.sudo().program_id.keep_ledger
        )
