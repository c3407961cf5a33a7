from odoo import fields, models
from odoo.tools import SQL

from ..models.crm_interaction import CHANNELS


class CrmInteractionReport(models.Model):
    """Interactions per employee and channel: how many, how long, how many reached."""

    _name = "crm.interaction.report"
    _description = "Interaction Report"
    _customer_field = "partner_id"
    _auto = False
    _order = "at desc, id desc"

    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Employee", readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], readonly=True
    )
    result_id = fields.Many2one("crm.interaction.result", readonly=True)
    at = fields.Datetime(string="Time", readonly=True)
    minutes = fields.Float(readonly=True, help="Sum of the lengths, in minutes.")
    average_minutes = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Average length of what has one, in minutes.",
    )
    reached = fields.Float(
        string="Share Reached",
        readonly=True,
        aggregator="avg",
        help="Of the calls with a result, those in which the customer was spoken to.",
    )

    @property
    def _table_query(self):
        self.env["crm.interaction"].flush_model()
        return SQL(
            """
            SELECT i.id, i.partner_id, i.company_id, i.user_id, i.channel, i.direction,
                   i.result_id, i.at, i.duration / 60.0 AS minutes,
                   NULLIF(i.duration, 0) / 60.0 AS average_minutes,
                   CASE WHEN r.id IS NOT NULL
                        THEN (r.reached IS TRUE)::int END AS reached
              FROM crm_interaction i
              LEFT JOIN crm_interaction_result r ON r.id = i.result_id
             WHERE i.withdrawn IS NOT TRUE
               AND NOT EXISTS (
                   SELECT 1 FROM crm_interaction c WHERE c.corrects_id = i.id)
            """
        )
