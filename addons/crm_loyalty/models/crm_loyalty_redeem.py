from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.exact import exact, points_for
from .loyalty_history import BY_ORDER

_CAP = "crm_loyalty_cap"


class CrmLoyaltyRedeem(models.AbstractModel):
    """Spending any number of points on an order. Part of ``sale.order``.

    Odoo's reward wizard, its portal, the field on the order and the API all end in the
    methods here; the ledger asks again when the order is confirmed.
    """

    _name = "crm.loyalty.redeem"
    _description = "Spending Points on an Order"

    def spend_points(self, points):
        """Use so many points on this order; none takes the discount away.

        :raise UserError: why they can't be used.
        """
        self.ensure_one()
        self.check_access("write")
        if isinstance(points, bool) or not isinstance(points, int):
            raise UserError(self.env._("Points to use are a whole number, such as 20."))
        self.write({"points_to_spend": points})
        return self._points_cost()

    def _apply_points_request(self):
        """Bring the discount to the points that are asked for."""
        self.ensure_one()
        points, lines = self.points_to_spend, self._points_reward_lines()
        if points < 0:
            raise UserError(self.env._("Points to use can't be below zero."))
        if not points:
            # Odoo keeps the lines of a confirmed order.
            lines._reset_loyalty() if self.state == "sale" else lines.unlink()
            return
        self._check_points_allowed(points)
        card = self._points_account()
        if card not in self.applied_coupon_ids:
            self.applied_coupon_ids += card
        if lines:
            self._update_programs_and_rewards()
        else:
            reward = card.sudo().program_id.reward_ids.filtered(
                lambda reward: reward.discount_mode == "per_point"
            )[:1]
            result = self._apply_program_reward(reward.sudo(False), card)
            if "error" in result:
                raise UserError(result["error"])
            self._update_programs_and_rewards()
        if not self._points_reward_lines():
            raise UserError(
                self.env._("There is nothing on this order that points could pay for.")
            )

    def _points_account(self):
        """The customer's account in the company's points program, if there is one."""
        program = self._points_program()
        cards = self.env["loyalty.card"]
        if not program or not self.partner_id:
            return cards
        owner = self.partner_id.commercial_partner_id
        known = self.sudo().applied_coupon_ids.filtered(
            lambda card: (
                card.is_account
                and card.program_id == program
                and card.partner_id == owner
            )
        )
        return cards.browse(known.ids) or cards._find_account(program, self.partner_id)

    def _points_allowed(self):
        """Points that this order may use in all; what it uses already included.

        Not those that the order itself earns, and not those that must remain.
        """
        card = self._points_account()
        if not card or not card.sudo().active:
            return 0
        program = card.sudo().program_id
        if not program.filtered_domain(self._get_program_domain()):
            return 0
        if self._missing_purchases(program):
            return 0
        usable = card._usable_points() + self._points_used_before(card)
        return max(0, usable - program.points_to_keep)

    def _points_used_before(self, card):
        """Points that the ledger has as spent by this order."""
        if not self._origin.id or self.state != "sale":
            return 0
        rows = self._origin._read_posted().get(self._origin.id, {}).get(card.id, ())
        return -sum(row.points for row in rows if row.kind in ("spend", "spend_back"))

    def _missing_purchases(self, program):
        needed = program.orders_before_redeeming
        return max(0, needed - self._purchases_before(program)) if needed else 0

    def _points_refusal(self, points):
        """Why these points can't be used on this order, in one sentence."""
        if self.state == "cancel":
            return self.env._("This order is cancelled.")
        allowed = self._points_allowed()
        if (
            points > self._points_cost()
            and self._kept_value("confirmed") < self._kept_value()
        ):
            return self.env._(
                "Goods of this order were returned. Points can be used on another "
                "order."
            )
        if points <= allowed:
            return None
        program = self._points_program()
        card = self._points_account()
        if not card:
            return self.env._("This customer has no points yet.")
        if missing := self._missing_purchases(program):
            return self.env._(
                "Points can be used after %(needed)s purchases; %(missing)s more "
                "to go.",
                needed=program.orders_before_redeeming,
                missing=missing,
            )
        if program.points_to_keep:
            return self.env._(
                "At most %(allowed)s points can be used: of %(usable)s usable points, "
                "%(keep)s must remain.",
                allowed=allowed,
                usable=card._usable_points() + self._points_used_before(card),
                keep=program.points_to_keep,
            )
        return self.env._("At most %s points can be used.", allowed)

    # Odoo's doors.

    def _get_program_domain(self):
        """Override of `sale_loyalty`: a chain's points are good on all its levels.

        Odoo looks one level up only. A list, like Odoo's: `website_sale_loyalty` puts
        another leaf into it.
        """
        chain = self.company_id.sudo().parent_ids.ids
        ours = Domain("keep_ledger", "=", True) & Domain("company_id", "in", chain)
        domain = Domain(super()._get_program_domain()).map_conditions(
            lambda leaf: leaf | ours if leaf.field_expr == "company_id" else leaf
        )
        return list(domain)

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """Override of `sale_loyalty`: whole usable points, no more than asked for."""
        if not coupon.sudo().program_id.keep_ledger:
            return super()._get_real_points_for_coupon(coupon, post_confirm)
        if coupon != self._points_account():
            return 0
        allowed = self._points_allowed()
        if self.points_to_spend > 0:
            allowed = min(allowed, self.points_to_spend)
        cap = self.env.context.get(_CAP)
        if cap is not None:
            return min(allowed, cap)
        lines = self.order_line.filtered(lambda line: line.coupon_id == coupon)
        return max(0, allowed - int(sum(lines.mapped("points_cost"))))

    def _get_reward_values_discount(self, reward, coupon, **kwargs):
        """Override of `sale_loyalty`: only whole points are used, each at its worth."""
        if (
            reward.discount_mode != "per_point"
            or not coupon.sudo().program_id.keep_ledger
        ):
            return super()._get_reward_values_discount(reward, coupon, **kwargs)
        points = self._get_real_points_for_coupon(coupon)
        worth = exact(reward.discount) * self._points_units()
        price = min(self._discountable_order(reward)[0], self.amount_total)
        points = min(points, points_for(self._in_units(price), worth))
        if points < 1:
            raise UserError(
                self.env._("There is nothing on this order that points could pay for.")
            )
        order = self.with_context(**{_CAP: points})
        vals_list = super(CrmLoyaltyRedeem, order)._get_reward_values_discount(
            reward, coupon, **kwargs
        )
        for number, vals in enumerate(vals_list):
            vals["points_cost"] = 0 if number else points
        return vals_list

    def _apply_program_reward(self, reward, coupon, **kwargs):
        """Override of `sale_loyalty`: the conditions of the points program hold here.

        Without a number all allowed points are used, as far as the order needs them.
        """
        program = coupon.sudo().program_id
        if not program.keep_ledger:
            return super()._apply_program_reward(reward, coupon, **kwargs)
        if coupon != self._points_account():
            return {"error": self.env._("These points belong to another customer.")}
        needed = max(1, int(reward.required_points))
        if refusal := self._points_refusal(max(needed, self.points_to_spend)):
            return {"error": refusal}
        result = super()._apply_program_reward(reward, coupon, **kwargs)
        if "error" not in result and not self.points_to_spend:
            self._note_points_request(self._points_cost())
        return result

    def _note_points_request(self, points):
        """Keep the number without applying it."""
        self.with_context(crm_loyalty_applied=True).write({"points_to_spend": points})

    def _program_check_compute_points(self, programs):
        """Override of `sale_loyalty`: the ledger posts points, nothing is pending here.

        Odoo would make cards while the order is a quotation, for the contact person
        instead of the customer, and round the points as money.
        """
        keeping = programs.filtered("keep_ledger")
        result = super()._program_check_compute_points(programs - keeping)
        message = self.env._("Points are counted when the order is confirmed.")
        return result | {program: {"error": message} for program in keeping}

    def _update_programs_and_rewards(self):
        """Override of `sale_loyalty`: the account is the commercial entity's."""
        account = self._points_account()
        if foreign := self.applied_coupon_ids._keeping() - account:
            self.applied_coupon_ids -= foreign
        if account.sudo().points > 0 and account not in self.applied_coupon_ids:
            self.applied_coupon_ids += account
        return super()._update_programs_and_rewards()

    def _get_point_changes(self):
        """Override of `sale_loyalty`: the ledger posts its accounts' points itself."""
        changes = super()._get_point_changes()
        for card in [card for card in changes if card.sudo().program_id.keep_ledger]:
            del changes[card]
        return changes

    def _add_loyalty_history_lines(self):
        """Override of `sale_loyalty`: no second line for an account."""
        order = self.with_context(**{BY_ORDER: True})
        return super(CrmLoyaltyRedeem, order)._add_loyalty_history_lines()

    def _update_loyalty_history(self, coupon_id, points):
        """Override of `sale_loyalty`: lines of the ledger are never changed."""
        if coupon_id.sudo().program_id.keep_ledger:
            return None
        return super()._update_loyalty_history(coupon_id, points)

    def action_confirm(self):
        """Override of `sale`: a discount never shrinks unseen as points are gone."""
        for order in self:
            if points := order._points_cost():
                order._check_points_allowed(points)
        return super().action_confirm()

    def _action_cancel(self):
        """Override of `sale_loyalty`: lines of the ledger are not deleted."""
        orders = self.with_context(**{BY_ORDER: True})
        return super(CrmLoyaltyRedeem, orders)._action_cancel()
