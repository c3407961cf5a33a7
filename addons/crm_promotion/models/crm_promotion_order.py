from dataclasses import replace

from odoo import api, models
from odoo.fields import Command, Domain
from odoo.tools import SQL

from ..tools.engine import plan
from ..tools.purse import untaxed
from ..tools.terms import DISCOUNTS, Book
from ..tools.voucher_codes import normal

#: Set while an outer call runs; it brings the promotions to the plan itself.
DEFER = "crm_promotion_defer"


class Touched:
    """Orders that change while an outer call runs. Known by identity, in a context."""

    def __init__(self, ids=()):
        self.ids = set(ids)


class CrmPromotionOrder(models.AbstractModel):
    """An order's promotions follow the order while it is a quotation.

    Part of ``sale.order``. What an order gets is a plan that the engine makes of its
    facts. ``_update_promotions`` brings the lines to the plan, so adding, taking away
    and doing it again are all the same.
    """

    _name = "crm.promotion.order"
    _description = "Promotions of an Order"

    def _promotion_lines(self):
        """The lines that promotions of ours gave to these orders."""
        lines = self.order_line
        ours = lines.sudo().filtered(
            lambda line: line.reward_id and line.reward_id.program_id.is_promotion
        )
        return lines.browse(ours.ids)

    def _plan_promotions(self, at=None, programs=None, why=False, with_codes=False):
        """What this order gets; writes nothing.

        :param at: the moment in UTC. When none is given it is now, or the moment when
            the payment of an order that is paid began.
        :param programs: look at these as well, whether they run or not.
        :param why: with the verdict on each program.
        :param with_codes: as if all codes were entered and all vouchers were held.
        :rtype: crm_promotion.tools.engine.Plan
        """
        self.ensure_one()
        order = self.sudo()
        paid_at = None if at else order._promotions_paid_at()
        Program = order.env["loyalty.program"]
        book = Program._promotion_book(order.company_id, paid_at)
        if programs := programs and programs.filtered(lambda p: p.id not in book.by_id):
            terms = programs._promotion_terms(at or paid_at)
            book = Book([*book.by_id.values(), *terms])
        facts = order._promotion_facts(at or paid_at, book.kinds)
        if with_codes:
            every = frozenset(book.by_id)
            facts = replace(facts, codes=every, vouchers=every)
        found = list(book.by_id.values()) if why else book.candidates(facts.marks())
        if found:
            facts = order._complete_promotion_facts(facts, book, found, at)
        return plan(facts, found, why)

    # Quotations follow.

    def _update_promotions(self):
        """Bring the promotion lines of these quotations to the plan.

        Confirmed and cancelled orders stay as they are.
        """
        for order in self.sudo().filtered(lambda o: o.state in ("draft", "sent")):
            order._write_promotions(order._plan_promotions())

    def _write_promotions(self, promotions):
        """Write what differs between the plan and the order, and nothing else.

        :return: whether anything did.
        """
        wanted = self._promotion_line_vals(promotions)
        commands = []
        for line in self._promotion_lines():
            vals = wanted.pop(line.reward_identifier_code, None)
            if vals is None:
                commands.append(Command.delete(line.id))
            elif changed := line._promotion_difference(vals):
                commands.append(Command.update(line.id, changed))
        commands += [Command.create(vals) for vals in wanted.values()]
        vals = {"order_line": commands} if commands else {}
        benefits = [self._promotion_benefit(given) for given in promotions.given]
        if benefits != (self.promotion_benefits or []):
            vals["promotion_benefits"] = benefits
        if vals:
            touched = Touched()
            self.with_context(**{DEFER: touched}).write(vals)
            # By automation rules that heard of it.
            self.browse(touched.ids - set(self.ids))._follow_promotions()
        return bool(commands)

    @api.model
    def _promotion_benefit(self, given):
        """A benefit as it is kept with the order: what claiming it is about."""
        return {
            "program": given.program,
            "reward": given.benefit,
            "type": given.kind,
            "amount": given.amount,
            "quantity": given.quantity,
        }

    def _promotion_line_vals(self, promotions):
        """Identifier -> values of each line that the plan asks for."""
        order = self.with_context(lang=self._get_lang())
        wanted = {}
        if not promotions.given:
            return wanted
        sums = {
            True: self._promotion_tax_sums(self._promotion_delivery()),
            False: self._promotion_tax_sums(self._promotion_goods()),
        }
        Reward = order.env["loyalty.reward"]
        rewards = Reward.browse({given.benefit for given in promotions.given})
        for given in promotions.given:
            reward = Reward.browse(given.benefit).with_prefetch(rewards.ids)
            vals = {
                "reward_id": reward.id,
                # Discounts are products named like that; the rest is shown below.
                "name": f"{reward._describe_benefit()}\n{reward.program_id.name}",
                "sequence": 900,
            }
            if given.kind in DISCOUNTS or given.kind == "shipping":
                for tax, amount in given.by_tax:
                    shown, paid = sums[given.kind == "shipping"][tax]
                    wanted[f"{reward.id}-{'-'.join(map(str, tax))}"] = vals | {
                        "product_id": reward.discount_line_product_id.id,
                        "product_uom_qty": 1,
                        "price_unit": -self._promotion_amount_of(
                            untaxed(amount, shown, paid)
                        ),
                        "tax_ids": [Command.set(tax)],
                    }
            elif given.kind == "gift":
                wanted[f"{reward.id}-gift"] = vals | {
                    "product_id": given.product,
                    "product_uom_qty": given.quantity,
                    "discount": 100,
                    "tax_ids": order._promotion_gift_taxes(given.product),
                }
        for key, vals in wanted.items():
            vals["reward_identifier_code"] = key
        return wanted

    def _promotion_tax_sums(self, lines):
        """Tax group -> what its lines cost as shown, and with taxes that come on top.

        Taxes that come on top aren't in the price of a discount's line either.
        """
        sums = {}
        for line in lines:
            tax = tuple(line._promotion_taxes().ids)
            shown, paid = sums.get(tax, (0, 0))
            sums[tax] = (
                shown + self._promotion_units(line._promotion_shown()),
                paid + self._promotion_units(line._promotion_amount()),
            )
        return sums

    def _promotion_gift_taxes(self, product_id):
        product = self.env["product.product"].browse(product_id)
        taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
        return [Command.set(self.fiscal_position_id.map_tax(taxes).ids)]

    def _follow_promotions(self):
        """After a change: promotions first, then what counts after them.

        While an outer call runs it is told, and does it once for all.
        """
        if outer := self.env.context.get(DEFER):
            outer.ids.update(self.ids)
            return
        for order in self.sudo().filtered(lambda o: o.state in ("draft", "sent")):
            changed = order._write_promotions(order._plan_promotions())
            if changed and order.order_line.filtered("coupon_id"):
                order._update_programs_and_rewards()

    def _update_programs_and_rewards(self):
        """Override of `sale_loyalty`: points discounts count after promotions."""
        self._update_promotions()
        order = self.with_context(**{DEFER: Touched()})
        return super(CrmPromotionOrder, order)._update_programs_and_rewards()

    def _try_apply_code(self, code):
        """Override of `sale_loyalty`: public codes of promotions.

        One that doesn't fit isn't kept, and the answer says what is missing.
        """
        rule = self._find_promotion_code(code)
        if not rule:
            return super()._try_apply_code(code)
        attempts = self.env["crm.voucher.attempt"]
        if attempts._is_throttled(self, code):
            return {"error": attempts._answer_throttled()}
        program = rule.program_id
        if rule in self.code_enabled_rule_ids and self._gives(program):
            return {"error": self.env._("This promo code is already applied.")}
        self.sudo().promotion_declined_ids -= program
        self.code_enabled_rule_ids |= rule
        if refusal := self._promotion_refusal(program):
            self.code_enabled_rule_ids -= rule
            return {"error": refusal}
        return {}

    def _find_promotion_code(self, code):
        """The rule of a promotion with this public code, that orders here can get.

        However it is typed: capitals and blanks don't matter, as with vouchers.
        """
        book = self.env["loyalty.program"]._promotion_book(self.company_id)
        programs = [terms.id for terms in book.by_id.values() if terms.code]
        Rule = self.env["loyalty.rule"].sudo()
        if not (programs and normal(code)):
            return Rule
        Rule.flush_model(["code"])
        same = Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                r"UPPER(REGEXP_REPLACE(%s, '\s', '', 'g')) = %s",
                SQL.identifier(alias, "code"),
                normal(code),
            )
        )
        given = Domain("mode", "=", "with_code") & Domain("program_id", "in", programs)
        return Rule.search(given & same, limit=1)

    # Confirmed orders show that they would differ.

    def _compute_promotions_differ(self):
        self.promotions_differ = False
        for order in self.filtered(lambda o: o.state == "sale"):
            order.promotions_differ = order._promotions_differ()

    def _promotions_differ(self):
        """Whether the order would get others, had it been confirmed as it is now."""
        order = self._origin.sudo()
        promotions = order._plan_promotions(
            at=order._promotions_agreed_at(), programs=order._promotion_programs()
        )
        if order._promotion_unlike_extras(promotions):
            return True
        wanted = order._promotion_line_vals(promotions)
        lines = {line.reward_identifier_code: line for line in order._promotion_lines()}
        return wanted.keys() != lines.keys() or any(
            lines[key]._promotion_difference(vals) for key, vals in wanted.items()
        )

    def _promotion_unlike_extras(self, promotions):
        """Whether the plan gives other points and vouchers than the order has."""
        planned = [self._promotion_benefit(given) for given in promotions.given]
        had, wanted = (
            {
                each["reward"]: each["quantity"]
                for each in benefits
                if each["type"] in ("points", "voucher")
            }
            for benefits in (self.promotion_benefits or (), planned)
        )
        return had != wanted

    def action_renew_promotions(self):
        """Bring a confirmed order to the promotions that it would get now.

        Only when a manager asks for it: it moves money.
        """
        self.ensure_one()
        self.env["loyalty.program"].check_access("write")
        self.check_access("write")
        order = self.sudo()
        programs = order._promotion_programs()
        at = order._promotions_agreed_at()
        order._write_promotions(order._plan_promotions(at=at, programs=programs))
        order._sync_promotion_uses()

    def _decline_promotions(self, lines):
        """Lines that a person takes off a quotation: their programs are declined."""
        for order in self.filtered(lambda o: o.state in ("draft", "sent")):
            programs = (lines & order.order_line).sudo().reward_id.program_id
            if programs := programs.filtered("is_promotion"):
                order = order.sudo().with_context(**{DEFER: Touched()})
                order.write(
                    {"promotion_declined_ids": [Command.link(p.id) for p in programs]}
                )
                order._drop_vouchers(
                    order.voucher_ids.filtered(
                        lambda card, programs=programs: card.program_id in programs
                    )
                )
