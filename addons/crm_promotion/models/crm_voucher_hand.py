from base64 import b64encode

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import models
from odoo.exceptions import AccessError, UserError

from .crm_voucher_moves import MANAGER

#: Moves by hand that need a manager, and a reason.
OF_MANAGERS = ("unmark", "cancel", "restore")


class CrmVoucherHand(models.AbstractModel):
    """What people do with vouchers by hand, many at once. Part of ``loyalty.card``."""

    _name = "crm.voucher.hand"
    _description = "Vouchers by Hand"

    def action_mark_used(self, reason=None):
        """Mark vouchers as used: they were taken at a counter without an order.

        :return: ids of those that were marked; others were used or out of date.
        """
        return self._move_by_hand("mark", reason)

    def action_unmark_used(self, reason):
        """Undo such a mark. What an order has used comes back with the order."""
        return self._move_by_hand("unmark", reason)

    def action_cancel_vouchers(self, reason):
        """Cancel vouchers that aren't used; those of quotations, too."""
        return self._move_by_hand("cancel", reason)

    def action_restore_vouchers(self, reason):
        """Make cancelled vouchers usable again."""
        return self._move_by_hand("restore", reason)

    def _move_by_hand(self, move, reason):
        self.check_access("read")
        self._check_may_use()
        reason = (reason or "").strip()
        if move in OF_MANAGERS:
            if not (self.env.su or self.env.user.has_group(MANAGER)):
                raise AccessError(
                    self.env._("Only managers of promotions change vouchers.")
                )
            if not reason:
                raise UserError(self.env._("Please say why."))
        return self._move(move, note=reason or None).ids

    def _action_change(self, move):
        """Ask for the reason, and say how many of the selected ones can be changed."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.voucher.change",
            "view_mode": "form",
            "target": "new",
            "name": dict(
                self.env["crm.voucher.change"]
                ._fields["move"]
                ._description_selection(self.env)
            )[move],
            "context": {"default_move": move, "default_card_ids": self.ids},
        }

    def action_ask_mark(self):
        return self._action_change("mark")

    def action_ask_unmark(self):
        return self._action_change("unmark")

    def action_ask_cancel(self):
        return self._action_change("cancel")

    def action_ask_restore(self):
        return self._action_change("restore")

    def action_print_vouchers(self):
        """A sheet of these vouchers with barcode and QR code."""
        cards = self.filtered("voucher_state")
        if not cards:
            raise UserError(
                self.env._("There is no voucher here that can still be used.")
            )
        report = self.env.ref("crm_promotion.action_report_vouchers")
        return report.report_action(cards)

    def _barcode_image(self, symbology, width, height):
        """The code as a picture that print and screens scale: Code128 or QR.

        SVG, which needs no library for pixels and stays sharp on paper.
        """
        self.ensure_one()
        drawing = createBarcodeDrawing(
            symbology, value=self.code, format="svg", width=width, height=height
        )
        picture = b64encode(drawing.asString("svg").encode()).decode()
        return f"data:image/svg+xml;base64,{picture}"

    def action_take_off(self):
        """Take this voucher off the quotation from whose form the button is pressed."""
        self.ensure_one()
        order = self.env["sale.order"].browse(self.env.context.get("voucher_order_id"))
        order.exists().ensure_one().release_voucher(self.code)
