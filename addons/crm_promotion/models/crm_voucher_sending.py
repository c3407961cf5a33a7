from odoo import models
from odoo.exceptions import UserError
from odoo.tools import split_every

#: Messages that one job makes.
BATCH = 200


class CrmVoucherSending(models.AbstractModel):
    """Personal vouchers are sent to their customers. Part of ``crm.voucher.batch``."""

    _name = "crm.voucher.sending"
    _description = "Sending of Vouchers"

    def action_send(self):
        """Send each personal voucher that can be used to its customer, by e-mail."""
        self.check_access("write")
        cards = self.env["loyalty.card"].search(
            [
                ("batch_id", "in", self.ids),
                ("voucher_state", "=", "issued"),
                ("sent_at", "=", False),
                ("partner_id.email", "!=", False),
            ]
        )
        if not cards:
            raise UserError(
                self.env._(
                    "No voucher is left to send: they are sent, or their customers "
                    "have no e-mail address."
                )
            )
        for ids in split_every(BATCH, cards.ids):
            cards.browse(ids).with_delay()._job_send_vouchers()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s vouchers are being sent.", count=len(cards)
                ),
            },
        }
