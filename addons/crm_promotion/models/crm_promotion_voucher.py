from odoo import api, fields, models
from odoo.fields import Command

from ..tools.voucher_codes import normal
from .crm_voucher_service import refused


class CrmPromotionVoucher(models.AbstractModel):
    """The vouchers that an order holds or has used. Part of ``sale.order``.

    ``voucher_ids`` is what the order asks for, ``_vouchers_held`` what it has: a
    quotation loses its reservation with time and asks again when it is confirmed.
    """

    _name = "crm.promotion.voucher"
    _description = "Vouchers of an Order"

    voucher_ids = fields.Many2many(
        "loyalty.card",
        "crm_voucher_order_rel",
        "order_id",
        "card_id",
        string="Vouchers",
        readonly=True,
        copy=False,
    )
    held_voucher_ids = fields.One2many(
        "loyalty.card", "held_order_id", string="Held Vouchers", copy=False
    )

    def _vouchers_held(self):
        """Vouchers that these orders have reserved or used."""
        return self.sudo().held_voucher_ids.filtered(
            lambda card: (
                card.voucher_state == "used"
                or card.reserved_until
                and card.reserved_until >= fields.Datetime.now()
            )
        )

    # ------------------------------------------------------------------ by the code

    def apply_voucher(self, code, key=None):
        """Reserve a voucher for this quotation.

        :param str key: of several calls with the same key only one does something.
        :raise UserError: it can't be used; the sentence doesn't say why.
        """
        self.ensure_one()
        self.check_access("write")
        return self.env["crm.voucher.request"]._once(
            key,
            ["apply", self.id, normal(code)],
            lambda: self._apply_voucher(code)._voucher_answer(),
        )

    def release_voucher(self, code, key=None):
        """Take a voucher off this quotation; others can use it then.

        :param str key: of several calls with the same key only one does something.
        """
        self.ensure_one()
        self.check_access("write")
        return self.env["crm.voucher.request"]._once(
            key,
            ["release", self.id, normal(code)],
            lambda: self._release_voucher(code)._voucher_answer(),
        )

    def _apply_voucher(self, code):
        result = self._try_apply_code(code)
        if "error" in result:
            raise refused(result["error"])
        return self.env["loyalty.card"]._find_voucher(code).sudo(False)

    def _release_voucher(self, code):
        card = self.env["loyalty.card"]._find_voucher(code)
        if card not in self.sudo().voucher_ids:
            raise refused(
                self.env._("This order has no voucher %(code)s.", code=normal(code))
            )
        if self.state == "sale":
            raise refused(
                self.env._(
                    "The order is confirmed and has used the voucher. Cancel the order "
                    "to give it back."
                )
            )
        self._drop_vouchers(card)
        return card.sudo(False)

    def _try_apply_code(self, code):
        """Override of `sale_loyalty`: vouchers of ours, and who tries too many codes.

        Whatever is wrong with a code, the answer is the same.
        """
        self.ensure_one()
        attempts = self.env["crm.voucher.attempt"]
        if attempts._is_throttled(self, code):
            return {"error": attempts._answer_throttled()}
        card = self.env["loyalty.card"]._find_voucher(code)
        held = card and card in self._vouchers_held()
        if held and self._gives(card.program_id):
            return {}
        if not card:
            result = super()._try_apply_code(code)
            if not result.get("not_found"):
                return result
            attempts._note(code, "unknown", order=self)
        elif refusal := self._voucher_refusal(card):
            attempts._note(code, refusal, order=self, card=card)
        else:
            nothing = self._take_voucher(card)
            return {"error": nothing} if nothing else {}
        return {"error": attempts._answer(), "not_found": True}

    def _gives(self, program):
        """Whether this order has something from a program."""
        benefits = self.sudo().promotion_benefits or ()
        return any(benefit["program"] == program.id for benefit in benefits)

    def _voucher_refusal(self, card):
        """Why this order can't have the voucher, as a word of ``tools.vouchers``."""
        return card._voucher_refusal(
            customer=self.partner_id.commercial_partner_id,
            company=self.company_id,
            order=self,
        )

    def _take_voucher(self, card_sudo):
        """Hold a voucher, unless it would give nothing.

        :return: why it gives nothing, in one sentence, else None.
        """
        if self.state not in ("draft", "sent"):
            raise refused(
                self.env._(
                    "Vouchers are for quotations: set the order back to a quotation."
                )
            )
        same = self.sudo().voucher_ids.filtered(
            lambda other: other.program_id == card_sudo.program_id
        )
        if same - card_sudo:
            raise refused(
                self.env._(
                    "The order has the voucher %(code)s of the same program already. "
                    "Take it off first.",
                    code=same[:1].code,
                )
            )
        program = card_sudo.program_id
        self._hold(card_sudo)
        vals = {"voucher_ids": [Command.link(card_sudo.id)]}
        if program in self.sudo().promotion_declined_ids:
            vals["promotion_declined_ids"] = [Command.unlink(program.id)]
        self.sudo().write(vals)
        self._after_vouchers()
        if self._gives(program):
            return None
        reason = self._promotion_refusal(program)
        self._drop_vouchers(card_sudo)
        return reason

    def _hold(self, cards_sudo):
        """Reserve vouchers for this order, or use them when it is confirmed."""
        used = self.state == "sale"
        for card in cards_sudo:
            moved = card._move(
                "use" if used else "reserve",
                holders={card.id: self.id},
                until=None if used else card._reservation_end(),
            )
            if not moved:
                raise self._voucher_lost(card)

    def _voucher_lost(self, card):
        if self.state == "sale":
            return refused(
                self.env._(
                    "The voucher %(code)s, which came back with the goods of "
                    "%(order)s, can't be used again: leave the return as it is.",
                    code=card.code,
                    order=self.name,
                )
            )
        return refused(
            self.env._(
                "The voucher %(code)s isn't kept for this order any more and can't be "
                "used: take it off the order.",
                code=card.code,
            )
        )

    def _after_vouchers(self):
        """The vouchers of this order are others now: its promotions follow."""
        self._follow_promotions()

    # --------------------------------------------------------------- with the order

    def _hold_lost_vouchers(self):
        """What the order asks for, it has, or says why not."""
        self.ensure_one()
        lost = self.sudo().voucher_ids - self._vouchers_held()
        for card in lost:
            if self._voucher_refusal(card):
                raise self._voucher_lost(card)
        self._hold(lost)

    def write(self, vals):
        """Override of `sale`: a voucher of one customer isn't another one's."""
        result = super().write(vals)
        if "partner_id" in vals:
            for order in self.filtered(lambda order: order.state in ("draft", "sent")):
                order._drop_vouchers(
                    order.sudo().voucher_ids.filtered(order._voucher_refusal)
                )
        return result

    def _sync_points(self):
        """Override of `crm_loyalty`: vouchers follow the order as its points do."""
        result = super()._sync_points()
        self._sync_vouchers()
        return result

    def _sync_vouchers(self):
        """Bring the vouchers of these orders to what the orders are.

        A confirmed order uses its vouchers, but for those that gave it nothing; one
        that is cancelled or came back wholly gives them back, once. When the return is
        undone it needs them again.
        """
        for order in self.sudo().filtered("voucher_ids"):
            if order.state == "sale" and not order._is_returned_wholly():
                waiting = order.voucher_ids.filtered(
                    lambda card, order=order: (
                        card.voucher_state != "used" or card.held_order_id != order
                    )
                )
                idle = waiting.filtered(
                    lambda card, order=order: not order._gives(card.program_id)
                )
                order._drop_vouchers(idle)
                order._hold(waiting - idle)
            elif order.state == "sale":
                # It is asked for still: the return may be undone.
                order._give_back(order.voucher_ids)
            elif order.state == "cancel":
                order._drop_vouchers(order.voucher_ids)

    def _is_returned_wholly(self):
        goods = self._promotion_returnable()
        return bool(goods) and not any(goods._kept_quantities("confirmed").values())

    def _give_back(self, cards_sudo):
        holders = dict.fromkeys(cards_sudo.ids, self.id)
        cards_sudo._move("release", holders=holders)
        cards_sudo._move("give_back", holders=holders)

    def _drop_vouchers(self, cards):
        """Give vouchers back and ask for them no more."""
        self.ensure_one()
        if not cards:
            return
        self._give_back(cards.sudo())
        self.sudo().write({"voucher_ids": [Command.unlink(card.id) for card in cards]})
        self._after_vouchers()

    @api.ondelete(at_uninstall=False)
    def _unlink_vouchers(self):
        """A quotation that is deleted keeps no voucher from others."""
        for order in self:
            order._drop_vouchers(order.sudo().voucher_ids)
