from odoo import models

from ..tools.books import Return, Spend


class CrmLoyaltyAdjustmentJobs(models.AbstractModel):
    """The steps of a bulk adjustment as jobs. Part of ``crm.loyalty.adjustment``.

    The key of a row's line in the ledger is the row's, whose customer may be merged
    meanwhile: a job that runs twice, or beside another, posts nothing twice.
    """

    _name = "crm.loyalty.adjustment.jobs"
    _description = "Jobs of a Bulk Adjustment"
    _inherit = ["crm.batch.run"]
    _rows_model = "crm.loyalty.adjustment.row"
    _rows_field = "adjustment_id"
    _rows_planned = ("ready",)
    _rows_written = ("posted",)
    _rows_in_batch = 1_000

    def _apply_rows(self, rows):
        """Post these rows."""
        gone = rows.filtered(lambda row: not row.partner_id)
        self._mark(gone, "rejected", "gone")
        rows -= gone
        short = self._rows_short(rows.filtered(lambda row: row.points < 0))
        self._mark(short, "rejected", "short")
        self._post_rows(rows - short)
        self._mark(rows - short, "posted")

    def _post_rows(self, rows):
        Card = self.env["loyalty.card"].sudo()
        accounts = Card._provide_accounts(self.program_id, rows.partner_id)
        gifts = {}
        for row in rows:
            card = accounts[row.partner_id].sudo()
            if row.points > 0 and card not in gifts:
                gifts[card] = row
                continue
            # Which lots they come from is the ledger's to find out, one by one; so are
            # further gifts to customers who became one since the preview.
            card._post_points(row.points, key=row._key(), description=row.reason)
        Card.union(*gifts)._post_gifts(
            {card: row.points for card, row in gifts.items()},
            kind="adjust",
            keys={card: row._key() for card, row in gifts.items()},
            description={card: row.reason for card, row in gifts.items()},
        )

    def _undo_rows(self, rows):
        """Take these rows' points back, as if nobody had posted them.

        What was spent meanwhile is owed then, as after a return.
        """
        History = self.env["loyalty.history"].sudo()
        keys = {row._key(): row for row in rows}
        lines = History.search([("idempotency_key", "in", list(keys))])
        for line in lines:
            row = keys[line.idempotency_key]
            change = (
                Return(line.lot_id.id, row.points)
                if row.points > 0
                else Spend(row.points, line.occurred_at, line.event_id.id)
            )
            line.card_id._post(
                [change],
                uncounted=True,  # as the adjustment was
                idempotency_key=f"{line.idempotency_key}:undone",
                description=self.env._("Taken back: %s", row.reason),
            )
        self._mark(rows, "undone")

    def _mark(self, rows, state, problem=None):
        rows.sudo().write({"state": state, "problem": problem})

    def _result(self):
        return self.env._(
            "%(posted)s customers got their points; %(rejected)s rows were rejected.",
            posted=self.posted_count,
            rejected=self.rejected_count,
        )
