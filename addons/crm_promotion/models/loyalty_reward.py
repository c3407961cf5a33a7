from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import groupby

from ..tools.terms import Benefit, Level
from .crm_promotion_history import TOLD

#: What a benefit is for Odoo. Points and vouchers make no line on the order.
STOCK = {
    "percent": {"reward_type": "discount", "discount_mode": "percent"},
    "amount": {"reward_type": "discount", "discount_mode": "per_order"},
    "gift": {"reward_type": "product"},
    "shipping": {"reward_type": "shipping"},
    "points": {"reward_type": "product"},
    "voucher": {"reward_type": "product"},
}
#: Those that take money off: on the order they are a line with a product.
PRICED = ("percent", "amount", "shipping")
#: And the other way round.
KINDS = {
    (None, "per_order"): "amount",
    ("discount", "per_order"): "amount",
    ("product", None): "gift",
    ("shipping", None): "shipping",
}


class LoyaltyReward(models.Model):
    """A benefit level of a promotion ("Mức hưởng"); others stay as Odoo made them.

    Benefits with the same threshold are one level and are given together.
    """

    _inherit = "loyalty.reward"

    is_promotion = fields.Boolean(related="program_id.is_promotion")
    min_amount = fields.Monetary(string="From Amount")
    min_quantity = fields.Float(string="From Quantity", digits="Product Unit")
    benefit_type = fields.Selection(
        [
            ("percent", "Discount in %"),
            ("amount", "Discount in money"),
            ("gift", "Gift"),
            ("shipping", "Free shipping"),
            ("points", "Points"),
            ("voucher", "Voucher for next time"),
        ],
        string="Benefit",
    )
    benefit_points = fields.Integer(string="Points")
    voucher_program_id = fields.Many2one(
        "loyalty.program",
        string="Voucher",
        domain="[('is_promotion', '=', True), ('given_by', '=', 'voucher')]",
        index="btree_not_null",
        ondelete="restrict",
    )
    whole_order = fields.Boolean(
        compute="_compute_whole_order",
        inverse="_inverse_whole_order",
        help="On all goods of the order, not only on those the promotion is about.",
    )
    is_repeated = fields.Boolean(
        string="Each Time",
        help="Once for each time that the threshold is reached: each 2 pieces bring "
        "one more gift.",
    )

    _promotion_thresholds = models.Constraint(
        "CHECK (COALESCE(min_amount, 0) >= 0 AND COALESCE(min_quantity, 0) >= 0 "
        "AND COALESCE(discount_max_amount, 0) >= 0)",
        "Thresholds and caps of a benefit level can't be below zero.",
    )

    @api.depends("is_promotion")
    def _compute_is_global_discount(self):
        """Override of `loyalty`: Odoo keeps one global discount; ours aren't its."""
        ours = self.filtered("is_promotion")
        ours.is_global_discount = False
        return super(LoyaltyReward, self - ours)._compute_is_global_discount()

    @api.depends("discount_applicability")
    def _compute_whole_order(self):
        for reward in self:
            reward.whole_order = reward.discount_applicability == "order"

    def _inverse_whole_order(self):
        for reward in self:
            reward.discount_applicability = (
                "order" if reward.whole_order else "specific"
            )

    @api.depends(
        "benefit_type", "benefit_points", "reward_product_qty", "discount_max_amount"
    )
    def _compute_description(self):
        """Override of `loyalty`: what stands on the order, in our words."""
        ours = self.filtered("benefit_type")
        for reward in ours:
            reward.description = reward._describe_benefit()
        return super(LoyaltyReward, self - ours)._compute_description()

    def _money_text(self, amount):
        return (self.currency_id or self.env.company.currency_id).format(amount)

    def _describe_benefit(self):
        """What is given, in the user's language."""
        kind = self.benefit_type
        if kind == "gift":
            said = self.env._(
                "Gift: %(quantity)s %(product)s",
                quantity=self.reward_product_qty,
                product=self.reward_product_id.with_context(
                    display_default_code=False
                ).display_name
                or "",
            )
        elif kind == "points":
            said = self.env._("%(points)s points", points=self.benefit_points)
        elif kind == "voucher":
            said = self.env._(
                "Voucher for next time: %(name)s",
                name=self.voucher_program_id.name or "",
            )
        elif kind == "shipping":
            said = self.env._("Free shipping")
        elif kind == "percent":
            said = self.env._("Discount %(percent)s%%", percent=f"{self.discount:g}")
        else:
            said = self.env._(
                "Discount %(money)s", money=self._money_text(self.discount)
            )
        if kind in ("percent", "shipping") and self.discount_max_amount:
            cap = self._money_text(self.discount_max_amount)
            said = self.env._("%(benefit)s, at most %(cap)s", benefit=said, cap=cap)
        return said

    @api.constrains(
        "benefit_type",
        "discount",
        "reward_product_id",
        "benefit_points",
        "voucher_program_id",
        "discount_applicability",
    )
    def _check_benefit(self):
        for reward in self.filtered("is_promotion"):
            if problem := reward._benefit_problem():
                raise ValidationError(problem)

    def _benefit_problem(self):
        kind = self.benefit_type
        if not kind:
            return self.env._("Choose what each benefit level gives.")
        if kind == "percent" and not 0 < self.discount <= 100:
            return self.env._("A discount is above 0% and at most 100%.")
        if kind == "amount" and self.discount <= 0:
            return self.env._("Say how much money the discount takes off.")
        if kind == "gift" and not self.reward_product_id:
            return self.env._("Choose the product that is the gift.")
        if kind == "points" and self.benefit_points <= 0:
            return self.env._("Say how many points are given.")
        if kind == "voucher" and not self.voucher_program_id:
            return self.env._("Choose the voucher that is given for next time.")
        if self.discount_applicability == "cheapest":
            return self.env._("A discount is for the whole order or for its products.")
        return None

    @api.model_create_multi
    def create(self, vals_list):
        rewards = super().create([self._prepare_benefit_vals(v) for v in vals_list])
        rewards._forget_promotions()
        return rewards

    @api.model
    def _prepare_benefit_vals(self, vals):
        """A benefit for the goods of its promotion, unless the values say otherwise."""
        kind = vals.get("benefit_type")
        if not kind:
            program = self.env["loyalty.program"].browse(vals.get("program_id"))
            if not program.is_promotion:
                return vals
            kind = KINDS.get(
                (vals.get("reward_type"), vals.get("discount_mode")), "percent"
            )
        return (
            {"discount_applicability": "specific", "benefit_type": kind}
            | vals
            | STOCK[kind]
        )

    def write(self, vals):
        """Override of `loyalty`: products of discounts follow whoever may do this."""
        self.check_access("write")
        ours = self.filtered("is_promotion")
        running, before = ours._levels_before()
        follow = ours.sudo() if {"active", "description"} & vals.keys() else ours
        super(LoyaltyReward, self - ours).write(vals)
        super(LoyaltyReward, follow).write(
            vals | STOCK.get(vals.get("benefit_type"), {})
        )
        ours._name_discount_products()
        ours._forget_promotions()
        running._log_differences(before, ["reward_ids"])
        return True

    def _levels_before(self):
        """The running promotions of these levels, and all their levels in words.

        None when a promotion is written with its levels: it tells itself.
        """
        programs = self.program_id
        if self.env.context.get(TOLD):
            programs = programs.browse()
        running = programs.filtered(lambda p: p.promotion_state == "running")
        return running, running._tell(["reward_ids"])

    def _name_discount_products(self):
        """Products of discounts are called as the discounts are now, in all languages.

        Lines of orders say the same in the customer's language.
        """
        for lang, _name in self.env["res.lang"].get_installed():
            for reward in self.sudo().with_context(lang=lang):
                name = reward._describe_benefit()
                product = reward.discount_line_product_id
                if product and product.name != name:
                    product.name = name

    def _create_missing_discount_line_products(self):
        """Override of `loyalty`: who makes promotions needn't be allowed products."""
        ours = self.filtered("is_promotion")
        super(LoyaltyReward, self - ours)._create_missing_discount_line_products()
        ours = ours.sudo().filtered(lambda reward: reward.benefit_type in PRICED)
        result = super(LoyaltyReward, ours)._create_missing_discount_line_products()
        ours._name_discount_products()
        return result

    def unlink(self):
        self._forget_promotions()
        running, before = self.filtered("is_promotion")._levels_before()
        result = super().unlink()
        running.exists()._log_differences(before, ["reward_ids"])
        return result

    def _forget_promotions(self):
        """What was compiled holds no longer."""
        if any(self.mapped("is_promotion")):
            self.env.registry.clear_cache()

    def _promotion_levels(self, basis, units):
        """The levels as the engine takes them, from the lowest up."""
        rows = sorted(
            (reward._promotion_threshold(basis, units), reward.id) for reward in self
        )
        return tuple(
            Level(
                threshold,
                tuple(self.browse(row[1])._make_benefit(units) for row in members),
            )
            for threshold, members in groupby(rows, key=lambda row: row[0])
        )

    def _promotion_threshold(self, basis, units):
        if basis == "quantity":
            return Fraction(str(self.min_quantity))
        return Fraction(round(self.min_amount * units))

    def _make_benefit(self, units):
        value = {
            "percent": lambda: Fraction(str(self.discount)),
            "amount": lambda: Fraction(round(self.discount * units)),
            "gift": lambda: Fraction(self.reward_product_qty),
            "points": lambda: Fraction(self.benefit_points),
            "voucher": lambda: Fraction(1),
        }.get(self.benefit_type, lambda: Fraction(0))()
        gift = self.benefit_type == "gift"
        return Benefit(
            id=self.id,
            kind=self.benefit_type,
            value=value,
            cap=round(self.discount_max_amount * units),
            everything=self.discount_applicability == "order",
            each=self.is_repeated,
            product=self.reward_product_id.id if gift else None,
        )
