from fractions import Fraction

from odoo import models
from odoo.exceptions import UserError

from ..tools.claims import differences, kept_amount, kept_share
from .crm_promotion_use import AMOUNTS


class CrmPromotionClaim(models.AbstractModel):
    """The uses of promotions that confirmed orders count as. Part of ``sale.order``.

    Which promotions an order uses, and what they cost, is a function of its present
    state. ``_sync_promotion_uses`` brings the uses and the counters to that, so that
    confirming, cancelling, editing and returning are all the same, in any order and any
    number of times. Quotations read the counters and never count.
    """

    _name = "crm.promotion.claim"
    _description = "Uses of Promotions by an Order"

    def _sync_points(self):
        """Override of `crm_loyalty`: what points depend on, uses depend on, too."""
        result = super()._sync_points()
        self._sync_promotion_uses()
        return result

    def action_confirm(self):
        """Override of `sale_loyalty`: a promised promotion never vanishes unseen.

        :raise UserError: a limit was reached since the quotation got its promotions, or
            one of them isn't given any more.
        """
        result = True
        for orders in self._promotion_turns():
            orders._check_promises()
            result = super(CrmPromotionClaim, orders).action_confirm()
        return result

    def _promotion_turns(self):
        """These orders, in the parts in which they are confirmed: mostly all at once.

        Whether an order is the customer's first one is up to his other orders. Those
        with promotions that ask it come one by one before the rest, so that each is
        checked when the one before counts, here and in other transactions.
        """
        asking = self.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and order.sudo()._promotion_programs()._ask_for_other_orders()
            )
        )
        if not asking:
            return [self]
        self.env["crm.promotion.turn"].sudo()._take(asking.sudo())
        rest = self - asking
        return [*asking, rest] if rest else [*asking]

    def _check_promises(self):
        """Refuse when a quotation promises what it can't have any more."""
        for order in self.sudo().filtered(lambda o: o.state in ("draft", "sent")):
            # Those whose reservation ended, so that their programs are asked as well.
            order._hold_lost_vouchers()
            programs = order._promotion_programs()
            today = order._promotion_local().date()
            full = programs._lacks_room(order.partner_id, today)
            for program, code in full.items():
                programs.browse(program)._refuse_use(code)
            order._check_promised_promotions(programs)

    def _check_promised_promotions(self, programs):
        """Refuse when one of these, which the order promises, isn't given now."""
        if not programs:
            return
        gone = programs - programs.browse(self._plan_promotions().programs)
        if not gone:
            return
        verdicts = self._plan_promotions(programs=gone, why=True).verdicts
        whys = [
            self._first_refusal(verdict)
            for verdict in verdicts
            if verdict.program == gone[0].id and verdict.outcome != "given"
        ]
        raise UserError(
            self.env._(
                "%(order)s promises “%(name)s”, which it doesn't get any more. %(why)s "
                "Update the promotions of the order and tell the customer before you "
                "confirm it.",
                order=self.name,
                name=gone[0].display_name,
                why=whys[0] if whys else self.env._("It isn't running."),
            )
        )

    def _sync_promotion_uses(self):
        """Bring the uses of promotions to what these orders are now.

        :raise UserError: a limit or the budget of a promotion has no room.
        """
        orders = self.sudo()
        Use = self.env["crm.promotion.use"].sudo()
        uses = Use.search([("order_id", "in", orders.ids)], order="id")
        wanted = orders._promotion_use_vals()
        if not uses and not wanted:
            return
        self.env["crm.promotion.counter"].sudo()._claim(
            differences(uses._claims(), Use._claims_of(wanted.values()))
        )
        nothing = {"state": "given_back"} | dict.fromkeys(AMOUNTS, 0)
        for use in uses:
            vals = wanted.pop((use.program_id.id, use.order_id.id), nothing)
            if changed := use._changes(vals):
                use._change(changed)
        uses |= Use.create(list(wanted.values()))
        uses._follow_benefits()

    def _promotion_use_vals(self):
        """(Program, order) -> what its use should say; only what counts."""
        given = {
            order: by_program
            for order in self.filtered(lambda order: order.state == "sale")
            if (by_program := order._promotion_lines_by_program())
        }
        lines = self.browse(order.id for order in given).order_line
        kept = lines._kept_quantities("confirmed")
        return {
            (program.id, order.id): order._prepare_promotion_use_vals(
                program, lines, kept, share
            )
            for order, by_program in given.items()
            if (share := order._promotion_kept_share(kept))
            for program, lines in by_program.items()
        }

    def _promotion_lines_by_program(self):
        """Program -> the lines that it gave to this order.

        Without lines when it gave only what is no line: points, vouchers.
        """
        lines = self._promotion_lines()
        return dict.fromkeys(self._promotion_programs(), lines.browse()) | (
            lines.grouped(lambda line: line.reward_id.program_id)
        )

    def _promotion_programs(self):
        """Programs that give something with this order."""
        extras = {each["program"] for each in self._promotion_extras()}
        given = self._promotion_lines().reward_id.program_id
        return given | given.browse(sorted(extras))

    def _promotion_extras(self):
        """Points and vouchers that promotions give with this order."""
        extras = [
            each
            for each in self.promotion_benefits or ()
            if each["type"] in ("points", "voucher")
        ]
        rewards = self.env["loyalty.reward"].browse(e["reward"] for e in extras)
        known = {reward.id: reward for reward in rewards.exists()}
        return [
            each | {"voucher_program": known[each["reward"]].voucher_program_id.id}
            for each in extras
            if each["reward"] in known
        ]

    def _promotion_kept_share(self, kept):
        """The part of the goods that is kept, by value; 0 when all came back."""
        return kept_share(
            (
                round(line.price_total * 10**self.currency_id.decimal_places),
                Fraction(str(line.product_uom_qty)),
                kept[line],
            )
            for line in self._promotion_returnable()
        )

    def _promotion_returnable(self):
        """Goods that can come back: what was paid for their delivery can't."""
        return self._points_goods().filtered(lambda line: not line.is_delivery)

    def _prepare_promotion_use_vals(self, program, lines, kept, share):
        gifts = lines.filtered(lambda line: line.reward_id.reward_type == "product")
        worth = sum(
            line.price_unit * line.discount / 100 * float(kept[line]) for line in gifts
        )
        extras = [e for e in self._promotion_extras() if e["program"] == program.id]
        discount = -sum((lines - gifts).mapped("price_total"))
        discount = self._promotion_money(max(0, discount), program, share)
        worth = self._promotion_money(worth, program)
        return {
            "program_id": program.id,
            "order_id": self.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": program.currency_id.id,
            "day": self._promotion_local(self.date_order).date(),
            "state": "counted",
            "discount": discount,
            "gifts": worth,
            "amount": discount + worth,
            "gift_quantity": float(sum(kept[line] for line in gifts)),
            "points": sum(
                kept_amount(each["quantity"], share)
                for each in extras
                if each["type"] == "points"
            ),
            "vouchers": [
                [each["voucher_program"], each["quantity"]]
                for each in extras
                if each["type"] == "voucher"
            ]
            or False,
            "revenue": self._promotion_money(self.amount_total, program, share),
        }

    def _promotion_money(self, amount, program, share=1):
        """The kept part of an amount of the order in the program's currency."""
        currency = program.currency_id
        if currency != self.currency_id:
            amount = self.currency_id._convert(
                amount, currency, self.company_id, self.date_order.date()
            )
        units = 10**currency.decimal_places
        return kept_amount(round(amount * units), share) / units
