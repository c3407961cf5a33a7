from odoo import models

from .loyalty_rule import BY_NUMBER

#: Context: orders that are confirmed together with this one and come after it. Only a
#: frozenset counts, which no request can send.
_LATER = "crm_loyalty_later"


class CrmLoyaltyTurn(models.AbstractModel):
    """Which of a customer's orders comes first. Part of ``sale.order``."""

    _name = "crm.loyalty.turn"
    _description = "Turn of an Order"

    def _in_turn(self):
        """These orders, one after the other, each customer's oldest first.

        All of them get their state at once; each counts only those before itself as
        bought.
        """
        customers = self.sorted("id").grouped(
            lambda order: order.partner_id.commercial_partner_id
        )
        for orders in customers.values():
            for number, order in enumerate(orders, 1):
                yield order.with_context(**{_LATER: frozenset(orders[number:].ids)})

    def _take_points_turn(self):
        """Two orders that are confirmed at once can't both be the customer's first.

        Both change the row of the account, so the later one is repeated and counts the
        other, also when their points come with the delivery or the payment.
        """
        program = self._points_program()
        partner = self.partner_id.commercial_partner_id
        if (
            program
            and set(program.rule_ids.mapped("rule_type")) & BY_NUMBER
            and self._takes_part(program, partner)
        ):
            cards = self.env["loyalty.card"].sudo()
            cards._provide_accounts(program, partner)[partner]._lock_ledger()

    def _purchases_before(self, program):
        """Confirmed orders of the customer, without this one and all returned ones."""
        owner = self.partner_id.commercial_partner_id
        later = self.env.context.get(_LATER)
        uncounted = self.ids + (list(later) if isinstance(later, frozenset) else [])
        return (
            self.env["sale.order"]
            .sudo()
            .search_count(
                [
                    ("partner_id", "any", [("commercial_partner_id", "=", owner.id)]),
                    ("state", "=", "sale"),
                    ("points_returned", "!=", True),
                    ("id", "not in", uncounted),
                    ("company_id", "in", program._points_company_ids()),
                ]
            )
        )
