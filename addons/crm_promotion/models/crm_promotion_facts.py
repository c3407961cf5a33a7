from dataclasses import replace
from fractions import Fraction

from odoo import fields, models

from ..tools.facts import Customer, Facts, Line
from ..tools.moment import local
from ..tools.terms import MARKS

#: These ask for other orders of the customer, which costs a query.
HISTORY = ("first", "returning")


class CrmPromotionFacts(models.AbstractModel):
    """An order as the engine of promotions takes it. Part of ``sale.order``.

    Amounts are whole numbers of the currency's smallest unit, with taxes: what the
    customer pays. What promotions gave already isn't looked at.
    """

    _name = "crm.promotion.facts"
    _description = "What Promotions Ask of an Order"

    def _promotion_facts(self, at=None, kinds=MARKS):
        """What can be said without asking the database about other orders.

        :param kinds: of marks of products that some program asks for.
        """
        self.ensure_one()
        goods, delivery = self._promotion_goods(), self._promotion_delivery()
        return Facts(
            moment=self._promotion_local(at),
            lines=tuple(self._promotion_facts_of_lines(goods, kinds)),
            delivery=tuple(self._promotion_facts_of_lines(delivery, (), len(goods))),
            off=self._promotion_units(
                -sum(line.price_total for line in self._promotion_hand_discounts())
            ),
            customer=self._promotion_customer(),
            currency=self.currency_id.id,
            pricelist=self.pricelist_id.id or None,
            team=self.team_id.id or None,
            codes=frozenset(self.code_enabled_rule_ids.program_id.ids),
            vouchers=frozenset(self._origin._vouchers_held().program_id.ids),
        )

    def _promotion_local(self, at=None):
        """The shop's time at a moment in UTC, now when none is given."""
        company = self.company_id or self.env.company
        zone = company._shop_timezone()
        return local(at or fields.Datetime.now(), zone)

    def _promotion_units(self, amount):
        return round(amount * 10**self.currency_id.decimal_places)

    def _promotion_amount_of(self, units):
        return units / 10**self.currency_id.decimal_places

    def _promotion_goods(self):
        """Lines that promotions are about: not delivery, down payments or rewards."""
        return self.order_line.filtered(
            lambda line: (
                line.product_id
                and not line.display_type
                and not line.reward_id
                and not line.is_delivery
                and not line.is_downpayment
                and line.product_uom_qty > 0
                and line.price_total > 0
            )
        )

    def _promotion_delivery(self):
        return self.order_line.filtered(
            lambda line: line.is_delivery and line.price_total > 0
        )

    def _promotion_hand_discounts(self):
        """Discounts that a person wrote on the order as lines of their own.

        Odoo's own programs aren't among them: they count after promotions.
        """
        return self.order_line.filtered(
            lambda line: (
                not line.reward_id and not line.is_downpayment and line.price_total < 0
            )
        )

    def _promotion_facts_of_lines(self, lines, kinds, first=0):
        for number, line in enumerate(lines, first):
            product = line.product_id
            quantity = line.product_uom_qty
            if line.product_uom_id != product.uom_id:
                quantity = line.product_uom_id._compute_quantity(
                    quantity, product.uom_id, round=False
                )
            yield Line(
                key=number,
                product=product.id,
                quantity=Fraction(str(quantity)),
                amount=self._promotion_units(line._promotion_amount()),
                marks=product._promotion_marks(kinds),
                tax=tuple(line._promotion_taxes().ids),
            )

    def _promotion_customer(self):
        partner = self.partner_id.commercial_partner_id.sudo()
        return Customer(
            groups=frozenset(partner.customer_group_ids.ids),
            grade=partner.grade_id.id or None,
            source=partner.source_id.id or None,
            tags=frozenset(partner.category_id.ids),
            birth_month=partner.birth_month or None,
        )

    def _promotion_returns_domain(self):
        """Orders of which something may have come back: credited, or brought back."""
        lines = [
            ("order_line.invoice_lines.move_id.move_type", "=", "out_refund"),
        ]
        if "move_ids" in self.env["sale.order.line"]._fields:
            back = ("order_line.move_ids.location_id.usage", "=", "customer")
            lines = ["|", *lines, back]
        return lines

    def _promotion_history(self, at=None):
        """How often the customer bought before, and the day of the last time."""
        owner = self.partner_id.commercial_partner_id
        if not owner:
            return {}
        domain = [
            ("partner_id", "any", [("commercial_partner_id", "=", owner.id)]),
            ("company_id", "=", self.company_id.id),
            ("state", "=", "sale"),
            ("id", "not in", self._origin.ids),
        ]
        if at:
            domain.append(("date_order", "<=", at))
        Order = self.env["sale.order"].sudo()
        if returned := Order.search([*domain, *self._promotion_returns_domain()]):
            returned = returned.filtered(lambda order: order._is_returned_wholly())
            domain.append(("id", "not in", returned.ids))
        [(orders, last)] = Order._read_group(
            domain, aggregates=["__count", "date_order:max"]
        )
        return {
            "orders": orders,
            "last_purchase": self._promotion_local(last).date() if last else None,
        }

    def _complete_promotion_facts(self, facts, book, found, at):
        """What only some programs ask, when one of them is there."""
        customer = facts.customer
        if any(terms.buyers in HISTORY or terms.idle_days for terms in found):
            customer = replace(customer, **self._promotion_history(at))
        gifts = self.env["product.product"].browse(sorted(book.gifts(found)))
        return replace(
            facts,
            customer=customer,
            prices={gift.id: self._promotion_price_of(gift) for gift in gifts},
            left=self._promotion_budgets(found),
            refused=self._promotions_refused(found, at),
        )

    def _promotion_price_of(self, product):
        """What a product costs, in the smallest units of the order's currency."""
        price = product.currency_id._convert(
            product.lst_price,
            self.currency_id,
            self.company_id,
            self.date_order or fields.Date.context_today(self),
        )
        return self._promotion_units(price)

    def _promotion_budgets(self, found):
        """Program -> smallest units of its budget that are left for this order."""
        programs = self.env["loyalty.program"].browse(terms.id for terms in found)
        if self.state == "sale":  # what it has counted already
            programs -= self._promotion_programs()
        programs = programs.filtered("budget")
        left = programs._budget_left() if programs else {}
        return {
            program.id: round(left[program.id] * 10**program.currency_id.decimal_places)
            for program in programs
        }

    def _promotions_refused(self, found, at):
        """Program -> why it isn't given whatever its conditions say.

        Limits of a day are of the day when the order is confirmed.
        """
        programs = self.env["loyalty.program"].browse(terms.id for terms in found)
        owner = self.partner_id.commercial_partner_id
        full = programs._lacks_room(owner, self._promotion_local(at).date())
        if self.state == "sale":  # what it has counted already
            for program in self._promotion_programs():
                full.pop(program.id, None)
        declined = dict.fromkeys(self.promotion_declined_ids.ids, "declined")
        return full | declined
