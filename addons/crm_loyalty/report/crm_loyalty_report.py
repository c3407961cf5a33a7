from odoo import fields, models
from odoo.tools import SQL

from ..models.loyalty_history import KINDS


class CrmLoyaltyReport(models.Model):
    """Points that were earned, spent, expired: each line of the ledger in its column.

    What was taken back counts less in the month in which the fact was, so that a month
    always says what it would say had the returned goods never been bought. Of an
    adjustment that was undone it is the adjusted points that are less.
    """

    _name = "crm.loyalty.report"
    _description = "Points Report"
    _customer_field = "partner_id"
    _auto = False
    _order = "at desc, id desc"

    at = fields.Datetime(string="Time", readonly=True)
    card_id = fields.Many2one("loyalty.card", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    program_id = fields.Many2one("loyalty.program", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    shop_id = fields.Many2one(
        "res.company",
        readonly=True,
        help="Where the order was placed: in a chain, one of its branches.",
    )
    rule_id = fields.Many2one("loyalty.rule", readonly=True)
    user_id = fields.Many2one("res.users", string="By", readonly=True)
    event_id = fields.Many2one(
        "loyalty.history", readonly=True, help="What it follows from: an order, a gift."
    )
    movement = fields.Selection(
        [
            ("earned", "Earned"),
            ("spent", "Spent"),
            ("expired", "Expired"),
            ("adjusted", "Adjusted"),
        ],
        readonly=True,
    )
    kind = fields.Selection(KINDS, readonly=True)
    expires_on = fields.Date(readonly=True)
    earned = fields.Integer(readonly=True, help="Less what was taken back.")
    spent = fields.Integer(readonly=True, help="Less what was given back.")
    expired = fields.Integer(readonly=True)
    adjusted = fields.Integer(readonly=True, help="By hand, and written off.")
    points = fields.Integer(string="Change of Balances", readonly=True)

    @property
    def _table_query(self):
        self.env["loyalty.history"].flush_model()
        self.env["loyalty.card"].flush_model()
        self.env["sale.order"].flush_model(["company_id"])
        return SQL(
            """
            SELECT h.id, h.occurred_at AS at, h.card_id, c.partner_id, c.program_id,
                   c.company_id, COALESCE(o.company_id, c.company_id) AS shop_id,
                   h.rule_id, h.user_id, h.kind, h.points,
                   h.event_id, h.expires_on, m.movement,
                   CASE m.movement WHEN 'earned' THEN h.points ELSE 0 END AS earned,
                   CASE m.movement WHEN 'spent' THEN -h.points ELSE 0 END AS spent,
                   CASE m.movement WHEN 'expired' THEN -h.points ELSE 0 END AS expired,
                   CASE m.movement WHEN 'adjusted' THEN h.points ELSE 0 END AS adjusted
              FROM loyalty_history h
              JOIN loyalty_card c ON c.id = h.card_id
              JOIN loyalty_program p ON p.id = c.program_id AND p.keep_ledger
              LEFT JOIN loyalty_history fact
                ON fact.id = CASE h.kind WHEN 'earn_back' THEN h.lot_id
                                         WHEN 'spend_back' THEN h.event_id END
              LEFT JOIN sale_order o
                ON o.id = h.order_id AND h.order_model = 'sale.order'
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN fact.kind = 'adjust' THEN 'adjusted'
                               WHEN h.kind IN ('earn', 'earn_back') THEN 'earned'
                               WHEN h.kind IN ('spend', 'spend_back') THEN 'spent'
                               WHEN h.kind IN ('expire', 'expire_back') THEN 'expired'
                               ELSE 'adjusted' END AS movement) AS m
             WHERE h.kind NOT IN ('memo', 'move')
            """
        )
