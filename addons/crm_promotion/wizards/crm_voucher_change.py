from odoo import api, fields, models

_ACTIONS = {
    "mark": "action_mark_used",
    "unmark": "action_unmark_used",
    "cancel": "action_cancel_vouchers",
    "restore": "action_restore_vouchers",
}
_FROM = {
    "mark": ("issued",),
    "unmark": ("used",),
    "cancel": ("issued", "reserved", "expired"),
    "restore": ("cancelled",),
}


class CrmVoucherChange(models.TransientModel):
    """Marks, unmarks, cancels or restores the selected vouchers, with a reason."""

    _name = "crm.voucher.change"
    _description = "Change Vouchers by Hand"

    move = fields.Selection(
        [
            ("mark", "Mark as Used"),
            ("unmark", "Undo the Mark"),
            ("cancel", "Cancel Vouchers"),
            ("restore", "Restore Vouchers"),
        ],
        required=True,
        readonly=True,
    )
    card_ids = fields.Many2many("loyalty.card", string="Vouchers", readonly=True)
    selected_count = fields.Integer(compute="_compute_counts", string="Selected")
    fitting_count = fields.Integer(
        compute="_compute_counts", string="That Can Be Changed"
    )
    reason = fields.Char()

    @api.depends("card_ids", "move")
    def _compute_counts(self):
        for wizard in self:
            states = _FROM.get(wizard.move, ())
            fitting = wizard.card_ids.filtered(
                lambda card, wizard=wizard, states=states: (
                    card.voucher_state in states
                    and not (wizard.move == "unmark" and card.held_order_id)
                )
            )
            wizard.selected_count = len(wizard.card_ids)
            wizard.fitting_count = len(fitting)

    def action_apply(self):
        self.ensure_one()
        changed = getattr(self.card_ids, _ACTIONS[self.move])(self.reason)
        count = len(changed)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "warning",
                "message": self.env._(
                    "%(count)s of %(all)s vouchers were changed.",
                    count=count,
                    all=len(self.card_ids),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
