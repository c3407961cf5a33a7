from odoo import fields, models


class IrActionsServer(models.Model):
    """What automation rules can do with promotions without Python."""

    _name = "ir.actions.server"
    _inherit = ["crm.promotion.stop.action", "ir.actions.server"]

    state = fields.Selection(
        selection_add=[("promotion_stop", "Stop Promotion"), ("code",)],
        ondelete={"promotion_stop": "cascade"},
    )
    promotion_program_id = fields.Many2one(
        "loyalty.program",
        string="Promotion",
        compute="_compute_promotion_stop",
        store=True,
        readonly=False,
        domain="[('is_promotion', '=', True)]",
        ondelete="restrict",
        help="Empty: the promotion that the rule is about.",
    )
    promotion_stop_reason = fields.Char(
        string="Reason to Stop",
        compute="_compute_promotion_stop",
        store=True,
        readonly=False,
    )
