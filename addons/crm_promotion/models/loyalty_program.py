from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Date

from ..tools.voucher_codes import normal

#: What a promotion is for Odoo. Given together: they share a computation.
STOCK = {"applies_on": "current", "trigger": "auto", "communication_plan_ids": []}


class LoyaltyProgram(models.Model):
    """A promotion of the shop has ``is_promotion`` set; others stay as they are."""

    _name = "loyalty.program"
    _inherit = [
        "crm.promotion.history",
        "crm.promotion.life",
        "crm.promotion.limit",
        "crm.promotion.result",
        "crm.promotion.conditions",
        "crm.promotion.book",
        "crm.voucher.program",
        "loyalty.program",
    ]

    is_promotion = fields.Boolean(
        string="Promotion",
        readonly=True,
        index="btree_not_null",
        help="Conditions, benefit levels and uses of this program are kept by the "
        "Retail CRM.",
    )
    given_by = fields.Selection(
        [
            ("auto", "By itself"),
            ("code", "With a public code"),
            ("voucher", "With a voucher"),
        ],
        string="Given",
        default="auto",
        required=True,
    )
    promo_code = fields.Char(
        string="Code",
        compute="_compute_promo_code",
        inverse="_inverse_promo_code",
        help="Everybody who knows it can use it.",
    )
    promotion_priority = fields.Integer(
        string="Priority",
        default=10,
        help="Smaller numbers go first. Discounts are taken off one after the other.",
    )
    stacking = fields.Selection(
        [("with", "Together with others"), ("alone", "Not together with any other")],
        default="with",
        required=True,
    )
    exclusion_id = fields.Many2one(
        "crm.promotion.exclusion",
        string="Exclusion Group",
        index="btree_not_null",
        ondelete="restrict",
        help="An order gets one of the promotions of the same group: the first by "
        "priority, then the better one for the customer.",
    )
    min_order_amount = fields.Monetary(
        string="Order Worth at Least", help="All goods of the order. 0: not asked."
    )
    level_basis = fields.Selection(
        [("amount", "Amount bought"), ("quantity", "Quantity bought")],
        string="Levels Count",
        default="amount",
        required=True,
        help="Of the goods that this promotion is about, at their price before "
        "promotions.",
    )
    level_summary = fields.Char(
        string="Benefit Levels", compute="_compute_level_summary"
    )
    description = fields.Html(string="Internal Notes")

    _promotion_numbers = models.Constraint(
        "CHECK (NOT is_promotion OR (COALESCE(idle_days, 0) >= 0 "
        "AND COALESCE(min_order_amount, 0) >= 0))",
        "Days and amounts of a promotion can't be below zero.",
    )

    @api.depends("rule_ids.code", "is_promotion")
    def _compute_promo_code(self):
        for program in self:
            rules = program.rule_ids.filtered("code") if program.is_promotion else None
            program.promo_code = rules[:1].code if rules else False

    @api.depends(
        "is_promotion",
        "level_basis",
        "reward_ids.description",
        "reward_ids.min_amount",
        "reward_ids.min_quantity",
    )
    def _compute_level_summary(self):
        self.level_summary = False
        for program in self.filtered("is_promotion"):
            by_quantity = program.level_basis == "quantity"
            name = "min_quantity" if by_quantity else "min_amount"
            said = []
            for reward in program.reward_ids.sorted(name):
                text, start = reward._describe_benefit(), reward[name]
                if start:
                    start = f"{start:g}" if by_quantity else reward._money_text(start)
                    text = self.env._(
                        "from %(start)s: %(benefit)s", start=start, benefit=text
                    )
                said.append(text)
            program.level_summary = " · ".join(said)

    def _inverse_promo_code(self):
        for program in self.filtered("is_promotion"):
            code = normal(program.promo_code)
            rule = program.rule_ids.filtered("code")[:1]
            if code and rule:
                rule.code = code
            elif code:
                program.rule_ids = [Command.create({"mode": "with_code", "code": code})]
            elif rule:
                rule.unlink()

    @api.depends("program_type")
    def _compute_from_program_type(self):
        """Override of `loyalty`: promotions have no examples of rules and rewards."""
        ours = self.filtered("is_promotion")
        ours.update({"applies_on": "current", "trigger": "auto"})
        return super(LoyaltyProgram, self - ours)._compute_from_program_type()

    @api.constrains("reward_ids")
    def _constrains_reward_ids(self):
        """Override of `loyalty`: says it in the words of our screens."""
        if not self.env.context.get("loyalty_skip_reward_check"):
            for program in self.filtered("is_promotion"):
                if not program.reward_ids:
                    raise ValidationError(
                        self.env._(
                            "Add at least one benefit level to %(name)s.",
                            name=program.name,
                        )
                    )
        ours = self.filtered("is_promotion")
        return super(LoyaltyProgram, self - ours)._constrains_reward_ids()

    def _check_promo_code(self):
        for program in self.filtered("is_promotion"):
            if program.given_by == "code" and not program.rule_ids.filtered("code"):
                raise ValidationError(
                    self.env._("Give %(name)s its public code.", name=program.name)
                )

    @api.model
    def default_get(self, fields):
        """Override of `loyalty`: a promotion starts with one level."""
        defaults = super().default_get(fields)
        if not self.env.context.get("default_is_promotion"):
            return defaults
        level = {
            "benefit_type": "percent",
            "discount": 10,
            "discount_applicability": "specific",
        }
        usual = {
            **STOCK,
            "rule_ids": [],
            "reward_ids": [Command.create(level)],
            "limit_usage": False,
            "date_from": self.env.context.get(
                "default_date_from", Date.context_today(self)
            ),
        }
        return defaults | {k: v for k, v in usual.items() if k in fields}

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `loyalty`: a promotion is a whole one from the start."""
        default = self.env.context.get("default_is_promotion")
        vals_list = [
            self._prepare_promotion_vals(vals)
            if vals.get("is_promotion", default)
            else vals
            for vals in vals_list
        ]
        programs = super().create(vals_list)
        if ours := programs.filtered("is_promotion"):
            ours._check_promo_code()
            self.env.registry.clear_cache()
        return programs

    @api.model
    def _prepare_promotion_vals(self, vals):
        given_by = vals.get("given_by")
        if not given_by:
            voucher = vals.get("program_type") == "coupons"
            given_by = "voucher" if voucher else "auto"
            if vals.get("promo_code"):
                given_by = "code"
        return {
            "rule_ids": [],
            "reward_ids": [],
            **vals,
            **STOCK,
            "is_promotion": True,
            "given_by": given_by,
            "program_type": "coupons" if given_by == "voucher" else "promotion",
        }

    def write(self, vals):
        """Override of `loyalty`: what a promotion is stays; orders see its changes."""
        ours = self.filtered("is_promotion")
        if "is_promotion" in vals and self.filtered(
            lambda program: program.is_promotion != vals["is_promotion"]
        ):
            raise UserError(
                self.env._(
                    "A program can't be turned into a promotion or back. Create a "
                    "new one."
                )
            )
        if ours and "given_by" in vals:
            ours._check_given_by_stays(vals["given_by"])
            voucher = vals["given_by"] == "voucher"
            vals = vals | {"program_type": "coupons" if voucher else "promotion"}
        if ours == self and "active" in vals:
            # Products of discounts follow, whoever may do this.
            self.check_access("write")
            self = self.sudo()
        result = super().write(vals)
        if ours:
            if vals.get("given_by", "code") != "code":
                ours.rule_ids.unlink()
            ours._check_promo_code()
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        ours = any(self.mapped("is_promotion"))
        result = super().unlink()
        if ours:
            self.env.registry.clear_cache()
        return result

    def _check_given_by_stays(self, given_by):
        changed = self.filtered(
            lambda program: (program.given_by == "voucher") != (given_by == "voucher")
        )
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        if changed and cards.search_count([("program_id", "in", changed.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Vouchers of this promotion are issued already. Create a new "
                    "promotion."
                )
            )

    def action_try_promotion(self):
        """Try this promotion on a customer and a basket."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_promotion.crm_promotion_try_action"
        )
        return action | {"context": {"default_program_id": self.id}}
