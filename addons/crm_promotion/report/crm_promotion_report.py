from odoo import fields, models
from odoo.tools import SQL


class CrmPromotionReport(models.Model):
    """What promotions brought and cost, by day, promotion and customer.

    A row for each use that counts. An order with several promotions is attributed to
    the one that gave most: there it counts as an order with its revenue, and nowhere
    else, so that sums over promotions are right.
    """

    _name = "crm.promotion.report"
    _description = "Promotion Report"
    _customer_field = "partner_id"
    _auto = False
    _order = "day desc, id desc"

    program_id = fields.Many2one("loyalty.program", string="Promotion", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Channel", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    day = fields.Date(readonly=True)
    use_count = fields.Integer(string="Uses", readonly=True)
    order_count = fields.Integer(string="Orders", readonly=True)
    revenue = fields.Monetary(readonly=True, aggregator="sum")
    discount = fields.Monetary(string="Discounts", readonly=True, aggregator="sum")
    gifts = fields.Monetary(
        string="Gifts at Their Price", readonly=True, aggregator="sum"
    )
    gift_quantity = fields.Float(
        string="Gift Products", digits="Product Unit", readonly=True
    )
    cost = fields.Monetary(readonly=True, aggregator="sum")
    cost_per_order = fields.Monetary(
        string="Cost per Use", readonly=True, aggregator="avg"
    )

    @property
    def _table_query(self):
        self.env["crm.promotion.use"].flush_model()
        self.env["sale.order"].flush_model(["user_id", "team_id"])
        return SQL(
            """
            SELECT u.id, u.program_id, u.order_id, u.partner_id, u.company_id,
                   o.user_id, o.team_id, u.currency_id, u.day, u.discount, u.gifts,
                   u.gift_quantity, u.amount AS cost, u.amount AS cost_per_order,
                   1 AS use_count, u.first AS order_count,
                   u.revenue * u.first AS revenue
              FROM (SELECT *, (ROW_NUMBER() OVER (PARTITION BY order_id
                           ORDER BY amount DESC, program_id) = 1)::int AS first
                      FROM crm_promotion_use WHERE state = 'counted') AS u
              JOIN sale_order o ON o.id = u.order_id
            """
        )
