from contextlib import contextmanager

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError

#: Context key: the customer has done their part, so an order that can't be confirmed
#: waits for a person instead of failing.
AGREED = "crm_promotion_agreed"
#: What that person has to do.
ACTIVITY = "crm_promotion.mail_activity_type_agreed_order"
MANAGER = "crm_promotion.crm_promotion_group_manager"


class CrmPromotionAgreed(models.AbstractModel):
    """Orders that the customer pays or accepts before they are confirmed. Part of
    ``sale.order``.

    The customer paid for what the order was when the payment began, so programs that
    ended or were stopped meanwhile are given still. All else holds as ever, limits and
    budgets to the last đồng. An order that can't have what it promises isn't lost: it
    stays a quotation, and a person is told.
    """

    _name = "crm.promotion.agreed"
    _description = "Promotions of Orders That Customers Agreed To"

    def _promotions_paid_at(self):
        """The moment in UTC when the payment of this order began; None without one."""
        self.ensure_one()
        paid = self._origin.sudo().transaction_ids.filtered(
            lambda tx: tx.state in ("authorized", "done")
        )
        # Money that went back is a transaction, too, below zero.
        if not paid or sum(paid.mapped("amount")) <= 0:
            return None
        return min(tx.create_date for tx in paid if tx.amount > 0)

    def _promotions_agreed_at(self):
        """The moment in UTC whose promotions a confirmed order has."""
        return self._promotions_paid_at() or self.date_order

    def _validate_order(self):
        """Override of `sale`: customers who accept an order read no internal words."""
        for order in self:
            with order._waiting_if_refused() as order:
                super(CrmPromotionAgreed, order)._validate_order()
        return None

    def action_confirm(self):
        """Override of `sale`: an order that the customer agreed to isn't lost."""
        if not self.env.context.get(AGREED):
            result = super().action_confirm()
            self.sudo().activity_feedback([ACTIVITY])
            return result
        for order in self:
            with order._waiting_if_refused() as order:
                order.action_confirm()
        return True

    @contextmanager
    def _waiting_if_refused(self):
        """What happens to this order here, happens, or a person is told why not."""
        # What is refused is said in the words of who reads it.
        lang = self._promotion_caretaker().lang or self.env.lang
        try:
            with self.env.cr.savepoint():
                yield self.with_context(**{AGREED: False, "lang": lang})
        except UserError as refusal:
            self._wait_for_caretaker(str(refusal))

    def _promotion_caretaker(self):
        """Who looks after an order, also after one that nobody sells."""
        self.ensure_one()
        order = self.sudo()
        managers = order.env.ref(MANAGER).all_user_ids.filtered(
            lambda user: user.active and order.company_id in user.company_ids
        )
        return order.user_id or order.team_id.user_id or managers.sorted("id")[:1]

    def _wait_for_caretaker(self, refusal):
        """Tell a person, once, that this order can't be confirmed, and why."""
        person = self._promotion_caretaker()
        order = self.with_user(SUPERUSER_ID).with_context(lang=person.lang)
        if order.activity_search([ACTIVITY]):
            return
        told = order.env._(
            "The customer has paid or accepted this order, but it can't be confirmed: "
            "%(refusal)s It stays a quotation until you decide: give what was promised "
            "(make room for it, then confirm the order), agree with the customer on "
            "another price, or pay the money back.",
            refusal=refusal,
        )
        order.message_post(body=told)
        order.activity_schedule(ACTIVITY, note=told, user_id=person.id or SUPERUSER_ID)
