from odoo import api, fields, models

#: Types of actions that give customers something of promotions.
PROMOTION_ACTIONS = ("voucher_issue",)


class IrActionsServer(models.Model):
    """What automation rules can do with promotions without Python."""

    _name = "ir.actions.server"
    _inherit = ["crm.voucher.action", "ir.actions.server"]

    state = fields.Selection(
        selection_add=[("voucher_issue", "Issue Voucher"), ("code",)],
        ondelete=dict.fromkeys(PROMOTION_ACTIONS, "cascade"),
    )
    voucher_program_id = fields.Many2one(
        "loyalty.program",
        string="Voucher Programme",
        compute="_compute_voucher_program_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        domain=[("is_promotion", "=", True), ("program_type", "=", "coupons")],
    )

    @api.depends("state")
    def _compute_voucher_program_id(self):
        """Settings of another type of action are forgotten, as Odoo's own are."""
        self.filtered(
            lambda action: action.state != "voucher_issue"
        ).voucher_program_id = False
