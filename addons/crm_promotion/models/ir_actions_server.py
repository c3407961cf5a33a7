from odoo import api, fields, models

from .crm_voucher_moves import MANAGER

#: Types of actions of promotions.
PROMOTION_ACTIONS = ("promotion_stop", "voucher_issue")


class IrActionsServer(models.Model):
    """What automation rules can do with promotions without Python."""

    _name = "ir.actions.server"
    _inherit = [
        "crm.promotion.stop.action",
        "crm.voucher.action",
        "ir.actions.server",
    ]

    state = fields.Selection(
        selection_add=[
            ("promotion_stop", "Stop Promotion"),
            ("voucher_issue", "Issue Voucher"),
            ("code",),
        ],
        ondelete=dict.fromkeys(PROMOTION_ACTIONS, "cascade"),
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
    voucher_program_id = fields.Many2one(
        "loyalty.program",
        compute="_compute_voucher_program_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        domain=[("is_promotion", "=", True), ("program_type", "=", "coupons")],
    )

    @api.model
    def _groups_of_guarded_actions(self):
        """Override of `crm_customer`: a voucher is money."""
        return super()._groups_of_guarded_actions() | {"voucher_issue": MANAGER}
