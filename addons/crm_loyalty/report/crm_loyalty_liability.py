from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_customer.models.res_company import TIMEZONE


class CrmLoyaltyLiability(models.Model):
    """What the shop owes its customers in points: each lot with points left.

    ``expected_points`` says how many of them will expire unused, if things go on as in
    the last twelve months: of the points that came due then, the share that was lost.
    Days are the shop's, whoever reads it.
    """

    _name = "crm.loyalty.liability"
    _description = "Points Liability"
    _customer_field = "partner_id"
    _auto = False
    _order = "expires_on, id"

    card_id = fields.Many2one("loyalty.card", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    program_id = fields.Many2one("loyalty.program", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    earned_at = fields.Datetime(readonly=True)
    expires_on = fields.Date(readonly=True)
    points = fields.Integer(string="Points Left", readonly=True)
    worth = fields.Monetary(readonly=True, help="What these points can buy.")
    expected_points = fields.Float(
        string="Expected to Expire",
        digits=(16, 0),
        readonly=True,
        help="As large a share as of the points that came due in the last 12 months.",
    )
    expected_worth = fields.Monetary(string="Expected to Expire, Worth", readonly=True)

    @property
    def _table_query(self):
        self.env["loyalty.history"].flush_model()
        self.env["loyalty.card"].flush_model()
        self.env["loyalty.program"].flush_model()
        return SQL(
            """
            WITH program AS (
                SELECT p.id, p.currency_id, p.point_value,
                       (%(now)s::timestamp AT TIME ZONE 'UTC'
                           AT TIME ZONE COALESCE(place.tz, %(zone)s))::date AS today
                  FROM loyalty_program p
                  JOIN res_company shop
                    ON shop.id = COALESCE(p.company_id, %(company)s)
                  JOIN res_partner place ON place.id = shop.partner_id
                 WHERE p.keep_ledger
            ), past AS (
                SELECT c.program_id,
                       SUM(due.lost)::float
                           / NULLIF(SUM(lot.points - due.returned), 0) AS share
                  FROM loyalty_history lot
                  JOIN loyalty_card c ON c.id = lot.card_id
                  JOIN program ON program.id = c.program_id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(-SUM(line.points) FILTER (WHERE line.kind
                                  IN ('expire', 'expire_back')), 0) AS lost,
                              COALESCE(-SUM(line.points) FILTER (WHERE line.kind
                                  = 'earn_back'), 0) AS returned
                         FROM loyalty_history line
                        WHERE line.lot_id = lot.id) AS due
                 WHERE lot.lot_id = lot.id
                   AND lot.expires_on < program.today
                   AND lot.expires_on >= program.today - interval '12 months'
                 GROUP BY c.program_id
            )
            SELECT lot.id, lot.card_id, c.partner_id, c.program_id, c.company_id,
                   p.currency_id, lot.occurred_at AS earned_at, lot.expires_on,
                   lot.remaining AS points,
                   lot.remaining * p.point_value AS worth,
                   CASE WHEN lot.expires_on IS NULL THEN 0
                        ELSE lot.remaining * COALESCE(past.share, 0)
                        END AS expected_points,
                   CASE WHEN lot.expires_on IS NULL THEN 0
                        ELSE lot.remaining * COALESCE(past.share, 0) * p.point_value
                        END AS expected_worth
              FROM loyalty_history lot
              JOIN loyalty_card c ON c.id = lot.card_id
              JOIN program AS p ON p.id = c.program_id
              LEFT JOIN past ON past.program_id = p.id
             WHERE lot.remaining > 0
               AND (lot.expires_on IS NULL OR lot.expires_on >= p.today)
            """,
            now=fields.Datetime.now(),
            zone=TIMEZONE,
            company=self.env.company.id,
        )
