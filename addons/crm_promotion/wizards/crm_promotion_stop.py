from odoo import fields, models


class CrmPromotionStop(models.TransientModel):
    """Stop promotions, with the day and the reason."""

    _name = "crm.promotion.stop"
    _description = "Stop Promotions"

    program_ids = fields.Many2many("loyalty.program", string="Promotions")
    stop_on = fields.Date(
        string="From",
        required=True,
        default=fields.Date.context_today,
        help="The first day on which orders get it no more.",
    )
    reason = fields.Char(required=True)

    def action_stop(self):
        """Stop them; open quotations drop them when they are updated."""
        self.ensure_one()
        self.program_ids.stop_promotions(self.reason, self.stop_on)
        return {"type": "ir.actions.act_window_close"}
