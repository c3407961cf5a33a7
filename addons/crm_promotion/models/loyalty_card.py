from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.voucher_codes import normal
from .crm_voucher_moves import DOOR, MANAGER, VOUCHER_STATES, Move

#: What only moves and the issue of vouchers write.
KEPT = {
    "voucher_state",
    "batch_id",
    "held_order_id",
    "held_reference",
    "held_by_id",
    "reserved_until",
    "used_at",
    "used_by",
    "used_order_id",
    "cancelled_at",
    "cancelled_by",
    "cancel_reason",
    "voucher_cause",
}


class LoyaltyCard(models.Model):
    """A card of a voucher program has ``voucher_state`` set.

    It has no points, so doors that know only Odoo's cards find it used up; what it is
    worth is the program's business.
    """

    _name = "loyalty.card"
    _inherit = [
        "crm.voucher.moves",
        "crm.voucher.issue",
        "crm.voucher.service",
        "crm.voucher.hand",
        "crm.voucher.mail",
        "crm.voucher.night",
        "loyalty.card",
    ]

    voucher_state = fields.Selection(
        VOUCHER_STATES,
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    batch_id = fields.Many2one(
        "crm.voucher.batch",
        string="Issue of Vouchers",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    held_order_id = fields.Many2one(
        "sale.order",
        string="Held by Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    held_reference = fields.Char(
        string="Held Elsewhere by",
        readonly=True,
        copy=False,
        help="What a connected system calls the sale that holds the voucher.",
    )
    held_by_id = fields.Many2one(
        "res.users",
        string="Held Elsewhere for",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Of the systems that sell elsewhere, the one that named the sale.",
    )
    reserved_until = fields.Datetime(readonly=True, copy=False)
    used_at = fields.Datetime(string="Used on", readonly=True, copy=False)
    used_by = fields.Many2one("res.users", readonly=True, copy=False)
    used_order_id = fields.Many2one(
        "sale.order",
        string="Used by Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    cancelled_at = fields.Datetime(string="Cancelled on", readonly=True, copy=False)
    cancelled_by = fields.Many2one("res.users", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False)
    is_expiring = fields.Boolean(
        string="About to Expire",
        readonly=True,
        copy=False,
        help="Set by night so many days before the last day as the program says.",
    )
    sent_at = fields.Datetime(string="Sent on", readonly=True, copy=False)
    voucher_cause = fields.Char(
        string="Because of", readonly=True, copy=False, index="btree_not_null"
    )
    voucher_log_ids = fields.One2many("crm.voucher.log", "card_id", string="Moves")

    _voucher_valid = models.Constraint(
        "CHECK (voucher_state IS NULL OR expiration_date IS NOT NULL)",
        "A voucher needs a last day on which it can be used.",
    )
    # Of other causes there may be several: a promotion gives two vouchers at once.
    _voucher_once_uniq = models.UniqueIndex(
        "(program_id, voucher_cause) WHERE starts_with(voucher_cause, 'action:')",
        "This record brought its voucher already.",
    )
    _reserved_idx = models.Index("(reserved_until) WHERE voucher_state = 'reserved'")
    _valid_idx = models.Index("(expiration_date) WHERE voucher_state = 'issued'")

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `loyalty`: cards of a voucher program are vouchers, whoever
        makes them."""
        Program = self.env["loyalty.program"].sudo()
        vouchers = []
        prepared = []
        usual = self.default_get(["program_id"])
        for vals in vals_list:
            vals = {name: value for name, value in vals.items() if name not in KEPT}
            vals = usual | vals
            program = Program.browse(vals.get("program_id"))
            is_voucher = bool(program and program._has_vouchers())
            if is_voucher:
                vals |= self._prepare_voucher_vals(program, vals)
            vouchers.append(is_voucher)
            prepared.append(vals)
        cards = super().create(prepared)
        made = cards.browse(
            card.id for card, yes in zip(cards, vouchers, strict=True) if yes
        )
        made._log_issue()
        return cards

    def write(self, vals):
        """Override of `loyalty`: the state changes by moves, the rest by managers."""
        move = self.env.context.get(DOOR)
        if isinstance(move, Move) and not move.spent:
            return self.with_context(**{DOOR: None})._write_move(move)
        if KEPT & vals.keys():
            raise AccessError(
                self.env._("The state of a voucher is changed by its buttons.")
            )
        vouchers = self.filtered("voucher_state")
        if not vouchers:
            return super().write(vals)
        vouchers._check_may_change(vals)
        if vals.get("code"):
            vals = vals | {"code": normal(vals["code"])}
        result = super().write(vals)
        if "expiration_date" in vals:
            vouchers._move("extend")
            vouchers._move("expire")
        return result

    def _check_may_change(self, vals):
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._("Only managers of promotions change vouchers.")
            )
        fixed = {"program_id", "points", "code"} & vals.keys()
        if fixed - {"code"} or (
            fixed and self.filtered(lambda card: card.voucher_state != "issued")
        ):
            raise UserError(
                self.env._(
                    "The code of a voucher that isn't new, its program and its "
                    "points stay as they are. Cancel the voucher and issue another one."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_voucher(self):
        if self.filtered("voucher_state"):
            raise UserError(
                self.env._("Vouchers can't be deleted: cancel them instead.")
            )
