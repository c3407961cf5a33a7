from odoo import models

#: What statistics look at.
SEEN = frozenset(("amount_total_signed", "move_type", "partner_id", "state"))


class AccountMove(models.Model):
    """Credit notes whose customers' returns follow them.

    What customers owe is followed by `account.move.line`, and so is a change of the
    customer in posted credit notes: it changes the lines, too.
    """

    _inherit = "account.move"

    def _write_multi(self, vals_list):
        """Override of `base`: here it shows which columns really change."""
        self.browse(
            move.id
            for move, vals in zip(self, vals_list, strict=True)
            if not SEEN.isdisjoint(vals)
            and move.move_type == "out_refund"
            and ("state" in vals or move.state == "posted")
        ).sudo().partner_id._touch()
        return super()._write_multi(vals_list)
