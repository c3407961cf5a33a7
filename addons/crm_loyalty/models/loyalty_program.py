from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import get_lang

from ..tools.validity import expires_on, local_day


class LoyaltyProgram(models.Model):
    """A shop's points program has ``keep_ledger`` set; others stay as Odoo made them.

    A company has one, which its branches share (``crm.loyalty.chain``). Its points are
    whole numbers, every change of a balance is a line of the ledger, and the parameters
    below say how points are earned and spent.
    """

    _name = "loyalty.program"
    _inherit = [
        "crm.loyalty.chain",
        "crm.loyalty.tier.amount",
        "crm.loyalty.ladder",
        "loyalty.program",
    ]

    keep_ledger = fields.Boolean(
        string="Points Ledger",
        readonly=True,
        copy=False,
        help="Points of this program are kept by the Retail CRM: whole numbers, lots "
        "with an expiry date, and a ledger whose sum is the balance.",
    )
    money_per_point = fields.Monetary(
        string="Money for One Point",
        default=10_000,
        help="A customer earns one point for each such amount that an order is worth.",
    )
    point_value = fields.Monetary(
        string="One Point Is Worth",
        default=100,
        help="Discount that one point buys.",
    )
    orders_before_redeeming = fields.Integer(
        string="Purchases before Redeeming",
        help="Confirmed orders that a customer must have before points can be used.",
    )
    points_to_keep = fields.Integer(
        string="Points That Must Remain",
        help="Points that stay on the account whatever is spent.",
    )
    earn_on = fields.Selection(
        [
            ("confirmed", "The order is confirmed"),
            ("delivered", "The goods are delivered"),
            ("paid", "The invoice is paid"),
        ],
        string="Points Are Earned When",
        default="confirmed",
        required=True,
        help="Until then they are shown as pending.",
    )
    validity = fields.Selection(
        [
            ("none", "Points never expire"),
            ("months", "Months after earning"),
            ("year_end", "End of the year of earning"),
        ],
        default="none",
        required=True,
    )
    validity_months = fields.Integer(string="Months", default=12)
    expiry_notice_days = fields.Integer(
        string="Tell of Expiry",
        default=7,
        help="So many days before points expire, automation rules on accounts hear of "
        "it. 0: never.",
    )
    combine_rules = fields.Selection(
        [("add", "Points of all rules add up"), ("best", "The best rule counts")],
        string="When Several Rules Fit",
        default="add",
        required=True,
    )
    earn_base = fields.Selection(
        [
            ("after", "What is paid after the discount by points"),
            ("before", "The price before the discount by points"),
        ],
        string="Points Are Counted On",
        default="after",
        required=True,
        help="For orders that spend points and earn points at once.",
    )
    debt_policy = fields.Selection(
        [
            ("carry", "It stays; the next points pay it"),
            ("forgive", "It is written off"),
        ],
        string="Balance below Zero",
        default="carry",
        required=True,
        help="Returned goods can take back points that were spent already.",
    )

    birthdays_given_on = fields.Date(
        string="Birthdays Given Until",
        readonly=True,
        copy=False,
        help="The latest day whose birthdays got their points. Days that were missed "
        "after it are made up for.",
    )

    points_expired_until = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="All points whose last day was before this one are recorded as expired.",
    )

    _points_program_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0)) WHERE keep_ledger AND active",
        "This company has a points program already.",
    )
    _points_parameters = models.Constraint(
        "CHECK (NOT keep_ledger OR (money_per_point > 0 AND point_value > 0 "
        "AND orders_before_redeeming >= 0 AND points_to_keep >= 0 "
        "AND COALESCE(expiry_notice_days, 0) >= 0 "
        "AND (validity <> 'months' OR validity_months > 0)))",
        "Money for one point, the worth of one point and the months must be above "
        "zero; purchases before redeeming, points that must remain and days can't be "
        "below.",
    )

    @api.constrains("keep_ledger", "program_type", "applies_on")
    def _check_ledger_type(self):
        for program in self.filtered("keep_ledger"):
            if (program.program_type, program.applies_on) != ("loyalty", "future"):
                raise ValidationError(
                    self.env._(
                        "A points program is a loyalty program whose points are used "
                        "on future orders."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        if any(programs.mapped("keep_ledger")):
            self.env.registry.clear_cache()
        return programs

    def write(self, vals):
        if "keep_ledger" in vals:
            changed = self.filtered(lambda p: p.keep_ledger != vals["keep_ledger"])
            changed._check_without_cards()
        result = super().write(vals)
        if {"keep_ledger", "active", "company_id"} & vals.keys():
            self.env.registry.clear_cache()
        if "point_value" in vals:
            for program in self.filtered("keep_ledger"):
                program.reward_ids.discount = program.point_value
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _check_without_cards(self):
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        if cards.search_count([("program_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "This program has cards already. Create a new points program; the "
                    "balances can be brought in by an import."
                )
            )

    @api.model
    def _prepare_points_program_vals(self, company):
        """All computed values are given: giving some would leave the others empty."""
        value = 100
        return {
            "name": self.env._("Points"),
            "company_id": company.id,
            "program_type": "loyalty",
            "keep_ledger": True,
            "applies_on": "future",
            "trigger": "auto",
            "portal_visible": True,
            "portal_point_name": self.env._("points"),
            "point_value": value,
            "rule_ids": [
                fields.Command.create(
                    {"name": self.env._("Amount of the order"), "rule_type": "amount"}
                )
            ],
            "reward_ids": [
                fields.Command.create(
                    {
                        "reward_type": "discount",
                        "discount_mode": "per_point",
                        "discount": value,
                        "required_points": 1,
                        "discount_applicability": "order",
                        "description": self.env._("Discount by points"),
                    }
                )
            ],
            "communication_plan_ids": [],
        }

    @api.model
    def action_open_points_program(self):
        """The parameters of the current company's program, made when absent."""
        self.check_access("create")
        program = self._provide_points_program(self.env.company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_program_action_points"
        )
        return action | {"res_id": program.id}

    def _timezone(self):
        """The zone that the shop's days are counted in."""
        company = self.company_id or self.env.company
        return company._shop_timezone()

    def _in_language_of_shop(self):
        """For texts that stay, like those of the ledger: customers read them."""
        company = self.company_id or self.env.company
        lang = get_lang(self.env, company.sudo().partner_id.lang)
        return self.with_context(lang=lang.code)

    def _local_day(self, moment=None):
        """The shop's day at a moment in UTC, now when none is given."""
        self.ensure_one()
        return local_day(moment or fields.Datetime.now(), self._timezone())

    def _expires_on(self, moment):
        """The last day on which points earned at that moment can be used."""
        self.ensure_one()
        day = self._local_day(moment)
        return expires_on(self.validity, self.validity_months, day)
