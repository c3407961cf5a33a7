from odoo import api, fields, models
from odoo.exceptions import UserError

from .crm_voucher_moves import VOUCHER_STATES


class CrmVoucherLog(models.Model):
    """A move of a voucher: never changed, never deleted.

    Rows are written by the statements that move vouchers.
    """

    _name = "crm.voucher.log"
    _description = "Move of a Voucher"
    _customer_field = "card_id.partner_id"
    _order = "id desc"
    _rec_name = "card_id"

    card_id = fields.Many2one(
        "loyalty.card",
        string="Voucher",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    program_id = fields.Many2one(related="card_id.program_id")
    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    move = fields.Selection(
        [
            ("issue", "Issued"),
            ("reserve", "Reserved"),
            ("use", "Used"),
            ("release", "Taken off the Order"),
            ("lapse", "Reservation Ended"),
            ("give_back", "Given Back"),
            ("mark", "Marked as Used"),
            ("unmark", "Mark Undone"),
            ("expire", "Expired"),
            ("extend", "Made Valid Longer"),
            ("cancel", "Cancelled"),
            ("restore", "Restored"),
        ],
        required=True,
        readonly=True,
    )
    from_state = fields.Selection(VOUCHER_STATES, string="From", readonly=True)
    to_state = fields.Selection(
        VOUCHER_STATES, string="To", required=True, readonly=True
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    reference = fields.Char(readonly=True, help="The order, or its name elsewhere.")
    note = fields.Char(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if vals_list:
            raise UserError(self.env._("Moves of vouchers are logged by themselves."))
        return super().create(vals_list)

    def write(self, vals):
        if self:
            raise UserError(self.env._("The log of vouchers can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_log(self):
        raise UserError(self.env._("The log of vouchers can't be deleted."))
