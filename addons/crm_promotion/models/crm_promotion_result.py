from odoo import api, fields, models
from odoo.tools import SQL


class CrmPromotionResult(models.AbstractModel):
    """What a promotion brought and cost so far. Part of ``loyalty.program``.

    All figures follow from the uses that count; what was given back counts no more.
    They are those of the companies that one works in, but for what is left of limits:
    a promotion that companies share has one limit for all, so counters tell that.
    """

    _name = "crm.promotion.result"
    _description = "Results of a Promotion"

    currency_id = fields.Many2one("res.currency")
    promotion_use_ids = fields.One2many(
        "crm.promotion.use", "program_id", string="Uses", readonly=True
    )
    use_count = fields.Integer(string="Orders with It", compute="_compute_results")
    customer_count = fields.Integer(
        string="Customers Who Used It", compute="_compute_results"
    )
    revenue_total = fields.Monetary(
        string="Revenue of These Orders",
        compute="_compute_results",
        help="An order with several promotions is in the revenue of each. The report "
        "of promotions counts it once.",
    )
    discount_total = fields.Monetary(
        string="Discounts Given", compute="_compute_results"
    )
    gift_total = fields.Monetary(
        string="Gifts at Their Price", compute="_compute_results"
    )
    gift_count = fields.Float(
        string="Gift Products", digits="Product Unit", compute="_compute_results"
    )
    cost_total = fields.Monetary(string="Spent", compute="_compute_results")
    cost_per_order = fields.Monetary(compute="_compute_results")
    use_today_count = fields.Integer(
        string="Uses Today", compute="_compute_use_today_count"
    )
    limit_used_count = fields.Integer(
        string="Uses of All Companies", compute="_compute_limits_used"
    )
    limit_used_today_count = fields.Integer(
        string="Uses of All Companies Today", compute="_compute_limits_used"
    )
    budget_spent = fields.Monetary(
        string="Spent of the Budget", compute="_compute_limits_used"
    )
    budget_left = fields.Monetary(compute="_compute_limits_used")
    budget_percent = fields.Float(
        string="Budget Spent in %", compute="_compute_limits_used"
    )
    reached_count = fields.Integer(
        string="Customers Reached",
        compute="_compute_reached_count",
        help="Customers who were offered it: on a quotation or an order, or by a "
        "voucher of theirs.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_results(self):
        """One query for all of these."""
        rows = self.env["crm.promotion.use"]._read_group(
            [("program_id", "in", self._origin.ids), ("state", "=", "counted")],
            ["program_id"],
            [
                "__count",
                "partner_id:count_distinct",
                "revenue:sum",
                "discount:sum",
                "gifts:sum",
                "gift_quantity:sum",
                "amount:sum",
            ],
        )
        figures = {program.id: row for program, *row in rows}
        for program in self:
            row = figures.get(program._origin.id, [0] * 7)
            program.use_count, program.customer_count = row[:2]
            program.revenue_total, program.discount_total = row[2:4]
            program.gift_total, program.gift_count, program.cost_total = row[4:]
            program.cost_per_order = row[6] / row[0] if row[0] else 0

    @api.depends("budget", "max_uses", "max_uses_day")
    def _compute_limits_used(self):
        """What counts towards limits, wherever it was used: numbers, nobody's orders.

        What has no limit isn't counted and is 0.
        """
        days = {program._origin.id: program._local_day() for program in self}
        rows = (
            self.env["crm.promotion.counter"]
            .sudo()
            ._read_group(
                [
                    ("program_id", "in", list(days)),
                    ("partner_id", "=", False),
                    ("day", "in", [False, *days.values()]),
                ],
                ["program_id", "day:day"],
                ["used:sum", "amount:sum"],
            )
        )
        counted = {(program.id, day): row for program, day, *row in rows}
        for program in self:
            number = program._origin.id
            used, spent = counted.get((number, False), (0, 0))
            today, _nothing = counted.get((number, days[number]), (0, 0))
            budget = program.budget
            program.limit_used_count = used
            program.limit_used_today_count = today
            program.budget_spent = spent
            program.budget_left = max(0, budget - spent)
            program.budget_percent = 100 * spent / budget if budget else 0

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_use_today_count(self):
        days = {program.id: program._local_day() for program in self}
        rows = self.env["crm.promotion.use"]._read_group(
            [
                ("program_id", "in", self._origin.ids),
                ("state", "=", "counted"),
                ("day", "in", list(set(days.values()))),
            ],
            ["program_id", "day:day"],
            ["__count"],
        )
        counted = {(program.id, day): count for program, day, count in rows}
        for program in self:
            program.use_today_count = counted.get(
                (program._origin.id, days[program.id]), 0
            )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_reached_count(self):
        """Customers with a line of it on an order, or a voucher, or a use."""
        self.check_access("read")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT program_id, COUNT(DISTINCT partner_id) FROM (
                    SELECT r.program_id, p.commercial_partner_id AS partner_id
                      FROM loyalty_reward r
                      JOIN sale_order_line l ON l.reward_id = r.id
                      JOIN sale_order o ON o.id = l.order_id AND o.state <> 'cancel'
                      JOIN res_partner p ON p.id = o.partner_id
                     WHERE r.program_id = ANY(%(programs)s)
                       AND o.company_id = ANY(%(companies)s)
                     UNION ALL
                    SELECT program_id, partner_id FROM crm_promotion_use
                     WHERE program_id = ANY(%(programs)s)
                       AND company_id = ANY(%(companies)s)
                     UNION ALL
                    SELECT program_id, partner_id FROM loyalty_card
                     WHERE program_id = ANY(%(programs)s) AND partner_id IS NOT NULL
                       AND active
                ) AS reached
                 GROUP BY program_id
                """,
                programs=self._origin.ids,
                companies=self.env.companies.ids,
            )
        )
        reached = dict(rows)
        for program in self:
            program.reached_count = reached.get(program._origin.id, 0)

    def action_open_uses(self):
        """The orders that used it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_promotion.crm_promotion_use_action"
        )
        return action | {
            "display_name": self.display_name,
            "domain": [("program_id", "=", self.id)],
        }

    def action_open_results(self):
        """The daily chart of these."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_promotion.crm_promotion_report_action"
        )
        compare = len(self) > 1
        return action | {
            "domain": [("program_id", "in", self.ids)],
            "context": {
                "group_by": ["day:day", "program_id"] if compare else ["day:day"]
            },
        }
