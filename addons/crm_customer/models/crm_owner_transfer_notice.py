from odoo import models
from odoo.fields import Domain


class CrmOwnerTransferNotice(models.AbstractModel):
    """Tells whoever got customers by a hand-over. Part of ``crm.owner.transfer``."""

    _name = "crm.owner.transfer.notice"
    _description = "Notice of a Hand-over"

    def _tell_takers(self, undone=False):
        """One message for each, after the last batch.

        :param bool undone: those who got customers back.
        """
        customers = self.env["res.partner"]
        if not customers._tells_owners():
            return
        reason = Domain("reason", "=" if undone else "!=", "undo")
        rows = (
            self.env["crm.owner.log"]
            .sudo()
            ._read_group(
                Domain("transfer_id", "=", self.id) & reason,
                ["to_user_id"],
                ["partner_id:array_agg"],
            )
        )
        for taker, ids in rows:
            if taker and taker != self.env.user:
                customers._tell_later(taker.id, list(dict.fromkeys(ids)))
