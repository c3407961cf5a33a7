from odoo import fields, models
from odoo.tools import SQL, split_every

from odoo.addons.queue_job.delay import group

from ..tools.books import Return, Spend

#: Rows that one job posts.
BATCH = 1_000


class CrmLoyaltyAdjustmentJobs(models.AbstractModel):
    """The steps of a bulk adjustment as jobs. Part of ``crm.loyalty.adjustment``.

    Each takes only rows that are still in the state it starts from, and the key of a
    row's line in the ledger is the row's, whose customer may be merged meanwhile: a
    job that runs twice, or beside another, posts nothing twice.
    """

    _name = "crm.loyalty.adjustment.jobs"
    _description = "Jobs of a Bulk Adjustment"

    def _enqueue_rows(self, method, state, final):
        """Work on the rows in a state batch by batch, and do something after all."""
        rows = self.env["crm.loyalty.adjustment.row"].search(self._rows_domain(state))
        finish = getattr(self.delayable(description=self.name), final)()
        jobs = [
            getattr(self.delayable(description=self.name), method)(list(ids))
            for ids in split_every(BATCH, rows.ids)
        ]
        if jobs:
            group(*jobs).on_done(finish).delay()
        else:
            finish.delay()

    def _rows_domain(self, state):
        return [("adjustment_id", "=", self.id), ("state", "=", state)]

    def _job_post(self, row_ids):
        """Job: post these rows."""
        rows = self._take_rows(row_ids, "ready")
        if self.state != "running" or not rows:
            return
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

    def _job_undo(self, row_ids):
        """Job: take these rows' points back, as if nobody had posted them.

        What was spent meanwhile is owed then, as after a return.
        """
        rows = self._take_rows(row_ids, "posted")
        if self.state != "undoing" or not rows:
            return
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

    def _job_finish(self):
        """Job: after the last batch."""
        if self.state != "running" or self._has_rows("ready"):
            return
        self._write_rejected_file()
        self.write({"state": "done", "ended_at": fields.Datetime.now()})
        self._tell_user(
            self.env._(
                "%(posted)s customers got their points; %(rejected)s rows were "
                "rejected.",
                posted=self.posted_count,
                rejected=self.rejected_count,
            )
        )

    def _job_undone(self):
        """Job: after the last batch was taken back."""
        if self.state == "undoing" and not self._has_rows("posted"):
            self.write({"state": "undone", "ended_at": fields.Datetime.now()})

    def _job_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when a job has failed for good (``on_fail_method``)."""
        if self.state not in ("running", "undoing"):
            return
        problem = self.env._(
            "An unexpected error has stopped the adjustment. What is posted stays. "
            "Press Go On to post the rest, or Undo to take everything back; if it "
            "fails again, show your administrator: %(error)s",
            error=f"{exc_name} {exc_message}".strip(),
        )
        self.write({"state": "failed", "problem": problem})
        self._tell_user(problem)

    def _tell_user(self, body):
        self.message_notify(
            partner_ids=self.user_id.partner_id.ids, subject=self.name, body=body
        )

    def _take_rows(self, row_ids, state):
        """The rows that are still in a state. Who else takes them waits or repeats."""
        self.ensure_one()
        ids = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM crm_loyalty_adjustment_row
                     WHERE id = ANY(%s) AND adjustment_id = %s AND state = %s
                     ORDER BY id FOR UPDATE
                    """,
                    list(row_ids),
                    self.id,
                    state,
                )
            )
        ]
        self.invalidate_recordset(["state"])
        return self.env["crm.loyalty.adjustment.row"].browse(ids)

    def _mark(self, rows, state, problem=None):
        rows.sudo().write({"state": state, "problem": problem})

    def _has_rows(self, state):
        Row = self.env["crm.loyalty.adjustment.row"]
        return bool(Row.search_count(self._rows_domain(state), limit=1))
