from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount, formatLang

from ..tools.tiers import Ladder
from .crm_loyalty_ladder import POINTS
from .crm_loyalty_tier import MANAGER

#: Fields that say who belongs to a tier, and what a customer gets for it.
_DECIDING = {
    "active",
    "company_id",
    "is_tier",
    "min_amount",
    "min_points",
    "multiplier",
}
_OURS = _DECIDING | {"default_pricelist_id", "welcome_points"}


class ResPartnerGrade(models.Model):
    """Tiers of customers ("Xếp hạng khách hàng") have ``is_tier`` set.

    Other levels, such as memberships that are sold, stay as Odoo made them: rules
    neither give nor take them.
    """

    _name = "res.partner.grade"
    _inherit = ["crm.loyalty.tier.gift", "crm.loyalty.tier.review", "res.partner.grade"]

    name = fields.Char("Tier")
    company_id = fields.Many2one(default=lambda self: self._default_company_id())
    is_tier = fields.Boolean(
        string="Tier of the Points Program",
        help="Customers reach and lose it by the rules of the points program.",
    )
    min_points = fields.Integer(string="From Points")
    min_amount = fields.Monetary(string="From Amount")
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_tier_basis", export_string_translation=False
    )
    reached_from = fields.Char(compute="_compute_tier_basis")
    by_points = fields.Boolean(
        compute="_compute_tier_basis", export_string_translation=False
    )
    multiplier = fields.Integer(
        string="Points in Percent",
        default=100,
        help="How fast points are earned in this tier: 150 is one and a half times.",
    )
    welcome_points = fields.Integer(
        help="Given once, when a customer reaches the tier. They don't count for tiers."
    )

    _tier_minimum_not_negative = models.Constraint(
        "CHECK (COALESCE(min_points, 0) >= 0 AND COALESCE(min_amount, 0) >= 0)",
        "What a tier asks for can't be below zero.",
    )
    _tier_multiplier_positive = models.Constraint(
        "CHECK (multiplier IS NULL OR multiplier > 0)",
        "The percentage must be above zero.",
    )
    _tier_welcome_not_negative = models.Constraint(
        "CHECK (COALESCE(welcome_points, 0) >= 0)",
        "Welcome points can't be below zero.",
    )

    @api.depends("company_id", "min_points", "min_amount")
    @api.depends_context("company", "lang")
    def _compute_tier_basis(self):
        for grade in self:
            company = grade.company_id or self.env.company
            program = self._tier_program(company)
            grade.currency_id = company.currency_id
            grade.by_points = not program or program.tier_basis in POINTS
            if grade.by_points:
                number = formatLang(self.env, grade.min_points, digits=0)
                grade.reached_from = self.env._("%(number)s points", number=number)
            else:
                grade.reached_from = format_amount(
                    self.env, grade.min_amount, grade.currency_id
                )

    @api.constrains("is_tier", "active", "company_id", "min_points", "min_amount")
    def _check_minimums(self):
        """Tiers of a ladder ask for different amounts, else which one is higher?"""
        for company, tiers in self.filtered("is_tier").grouped("company_id").items():
            program = self._tier_program(company)
            if not program or program.company_id != company:
                continue
            name = program._tier_minimum_field()
            known = {}
            for tier in program._tiers():
                other = known.setdefault(tier[name], tier)
                if other != tier and (tier | other) & tiers:
                    raise ValidationError(
                        self.env._(
                            "The tiers %(one)s and %(other)s begin at the same value. "
                            "Let one of them ask for more.",
                            one=other.name,
                            other=tier.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("is_tier") for vals in vals_list):
            self._check_may_set_up()
        grades = super().create(vals_list)
        if tiers := grades.filtered("is_tier"):
            tiers._check_may_set_up()
            self.env.registry.clear_cache()
        return grades

    def write(self, vals):
        changes = bool(_OURS & vals.keys())
        if changes and ("is_tier" in vals or any(self.mapped("is_tier"))):
            self._check_may_set_up()
        result = super().write(vals)
        if _DECIDING & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if any(self.mapped("is_tier")):
            self._check_may_set_up()
        changes = self.env["crm.tier.change"].sudo()
        used = ["|", ("from_grade_id", "in", self.ids), ("to_grade_id", "in", self.ids)]
        if changes.search_count(used, limit=1):
            raise UserError(
                self.env._(
                    "Customers have been in this tier; their history stays. Archive "
                    "the tier instead."
                )
            )

    def _check_may_set_up(self):
        """Odoo lets every salesperson write levels; tiers give money away."""
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._("Only managers of the points program set up tiers.")
            )

    def action_open_customers(self):
        """The customers of this tier."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.res_partner_action_customer"
        )
        return action | {
            "display_name": self.name,
            "domain": [("is_customer", "=", True), ("grade_id", "=", self.id)],
        }

    # --------------------------------------------------------------------- ladder

    @api.model
    def _default_company_id(self):
        """Tiers belong to the company that has the points program."""
        program = self._tier_program(self.env.company)
        if program and self.env.context.get("default_is_tier"):
            return program.company_id
        return self.env.company

    @api.model
    def _tier_program(self, company):
        return self.env["loyalty.program"].sudo()._get_points_program(company)

    def _tier_companies(self):
        """The shops where these tiers count."""
        programs = self.env["loyalty.program"].union(
            *(self._tier_program(tier.company_id) for tier in self if tier.is_tier)
        )
        ids = {id_ for program in programs for id_ in program._points_company_ids()}
        return self.env["res.company"].browse(sorted(ids))

    def _check_fits(self, customers):
        """:raise UserError: one of them is a customer of shops without this tier."""
        shops = self.company_id | self._tier_companies()
        if foreign := shops and customers.filtered(
            lambda customer: customer.company_id and customer.company_id not in shops
        ):
            raise UserError(
                self.env._(
                    "%(customer)s is a customer of %(company)s, which doesn't have the "
                    "tier %(tier)s.",
                    customer=foreign[0].display_name,
                    company=foreign[0].company_id.name,
                    tier=self.name,
                )
            )

    def _is_above(self, other):
        """Whether it is higher than another tier, or than none."""
        if not (self and other):
            return bool(self)
        program = self._tier_program(self.company_id or self.env.company)
        ladder = program._tier_ladder() if program else Ladder(())
        if ladder.knows(self.id) and ladder.knows(other.id):
            return ladder.rank(self.id) > ladder.rank(other.id)
        return ladder.knows(self.id) and self.is_tier

    @api.model
    def _usual_ladder(self):
        """Name, points, amount, percent and welcome points of tiers that shops use."""
        return [
            (self.env._("New"), 0, 0, 100, 0),
            (self.env._("Silver"), 200, 2_000_000, 110, 20),
            (self.env._("Gold"), 1_000, 10_000_000, 125, 50),
            (self.env._("Platinum"), 3_000, 30_000_000, 150, 100),
            (self.env._("Diamond"), 10_000, 100_000_000, 200, 300),
        ]

    @api.model
    def action_make_usual_ladder(self):
        """New, silver, gold, platinum and diamond, for a company without tiers."""
        self._check_may_set_up()
        self.env["loyalty.program"].check_access("create")
        program = self.env["loyalty.program"]._provide_points_program(self.env.company)
        company = program.company_id
        mine = [("is_tier", "=", True), ("company_id", "=", company.id)]
        if self.with_context(active_test=False).search_count(mine, limit=1):
            raise UserError(
                self.env._("There are tiers already. Change them as you need them.")
            )
        self._archive_samples()
        self.create(
            [
                {
                    "name": name,
                    "sequence": number,
                    "company_id": company.id,
                    "is_tier": True,
                    "min_points": points,
                    "min_amount": amount,
                    "multiplier": multiplier,
                    "welcome_points": welcome,
                }
                for number, (name, points, amount, multiplier, welcome) in enumerate(
                    self._usual_ladder(), 1
                )
            ]
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _archive_samples(self):
        """Odoo's three sample levels only confuse, as long as nobody has them."""
        names = ("gold", "silver", "bronze")
        for name in names:
            sample = self.env.ref(
                f"partnership.res_partner_grade_data_{name}", raise_if_not_found=False
            )
            if not sample or sample.is_tier:
                continue
            used = [("grade_id", "=", sample.id)]
            models_using = ("res.partner", "product.template")
            if not any(
                self.env[model].sudo().search_count(used, limit=1)
                for model in models_using
            ):
                sample.sudo().active = False
