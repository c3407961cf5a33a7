from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.queue_job.delay import group

RUN = "crm_batch_run"  # context key
#: What only one job does at a time.
ALONE = "NO KEY UPDATE NOWAIT"


class CrmBatchRun(models.AbstractModel):
    """Work on many rows in the background: it can be stopped, gone on with, undone.

    A model that is made of this has a ``state`` and rows, which have a ``number`` and a
    ``state`` of their own. Each job can be repeated: it takes rows that are still in
    the state it starts from. Batches run beside each other. Jobs know the run that they
    belong to by their context: those left over from before a Stop neither do anything
    after Go On nor make the work fail. Whatever fails without being foreseen ends in
    ``_job_failed``, so that nobody waits for a job that won't come.
    """

    _name = "crm.batch.run"
    _description = "Work in Batches"
    _inherit = ["mail.thread"]

    #: The model of the rows, and its field that says whose they are.
    _rows_model = None
    _rows_field = None
    #: States of rows that are still to do, and of those that can be undone.
    _rows_planned = ()
    _rows_written = ()
    _rows_in_batch = 500
    #: States in which jobs are on their way.
    _busy = ("reading", "running", "undoing")

    problem = fields.Text(readonly=True, copy=False)
    ended_at = fields.Datetime(readonly=True, copy=False)
    run_number = fields.Integer(
        readonly=True, copy=False, help="Jobs of earlier runs do nothing."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, default=lambda self: self.env.user
    )
    rejected_file = fields.Binary(attachment=True, readonly=True, copy=False)
    rejected_file_name = fields.Char(readonly=True, copy=False)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if self.filtered(lambda record: record.state in self._busy):
            raise UserError(self.env._("Stop this before you delete it."))

    # -------------------------------------------------------------------- actions

    def action_cancel(self):
        """Stop after the batches that are running; what is done stays."""
        self._require_state("reading", "running")
        for record in self:
            record._write_rejected_file()
        self.write({"state": "cancelled", "ended_at": fields.Datetime.now()})

    def action_resume(self):
        """Go on with the rows that were left by a stop or a failure."""
        self.ensure_one()
        self._require_state("cancelled", "failed")
        self._run_batches()

    def action_undo(self):
        """Take back what was done, as far as that is possible."""
        self.ensure_one()
        self._require_state("done", "cancelled", "failed")
        self.write({"state": "undoing", "problem": False})
        self._enqueue_rows("_job_undo", self._rows_written, "_job_undone")

    def _require_state(self, *states):
        if any(record.state not in states for record in self):
            raise UserError(self.env._("This has moved on; reload the page."))

    # ----------------------------------------------------------------------- jobs

    def _run_batches(self):
        self.write({"state": "running", "ended_at": False, "problem": False})
        self._enqueue_rows("_job_apply", self._rows_planned, "_job_finish")

    def _enqueue_rows(self, method, states, final):
        """Split the rows in some states into batches, and do something after the last.

        :param str method: job that takes the first and the last row number of a batch.
        :param tuple states: states of the rows to take.
        :param str final: job that runs when all batches are done.
        """
        ranges = self._ranges(states)
        self.run_number += 1
        finish = self._delayed(final)
        if not ranges:
            finish.delay()
            return
        jobs = [self._delayed(method, first, last) for first, last in ranges]
        group(*jobs).on_done(finish).delay()

    def _delayed(self, method, *args):
        of_run = self.with_context(**{RUN: self.run_number})
        return getattr(of_run.delayable(description=self.display_name), method)(*args)

    def _job_prepare_context_before_enqueue_keys(self):
        """Override of `queue_job`: what jobs keep of the context."""
        return (*super()._job_prepare_context_before_enqueue_keys(), RUN)

    def _is_turn(self, *states):
        """Whether a job still has to do something.

        :param states: the states in which it has.
        """
        run = self.env.context.get(RUN, self.run_number)
        return self.state in states and run == self.run_number

    def _lock_run(self, strength):
        """Lock the record's row until the transaction ends.

        Batches share it; what comes before and after them has it alone. Whoever
        changes the state (Stop) waits for running batches, and a batch that saw the
        former state gets a serialization error and is repeated.

        :param str strength: of PostgreSQL's ``SELECT … FOR``.
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = %s FOR %s",
                SQL.identifier(self._table),
                self.id,
                SQL(strength),
            ),
            log_exceptions=False,  # the job is repeated
        )
        self.invalidate_recordset(["state", "run_number"])

    def _job_apply(self, first, last):
        """Job: do the planned rows with numbers from ``first`` to ``last``."""
        self._lock_run("SHARE")
        if self._is_turn("running"):
            self._apply_rows(self._take_rows(first, last, self._rows_planned))

    def _job_finish(self):
        """Job: after the last batch."""
        self._lock_run(ALONE)
        if self._is_turn("running") and not self._has_rows(*self._rows_planned):
            self._end("done")

    def _job_undo(self, first, last):
        """Job: take back the rows with numbers from ``first`` to ``last``."""
        self._lock_run("SHARE")
        if self._is_turn("undoing"):
            self._undo_rows(self._take_rows(first, last, self._rows_written))

    def _job_undone(self):
        """Job: after the last batch was taken back."""
        self._lock_run(ALONE)
        if not self._is_turn("undoing"):
            return
        if self._has_rows(*self._rows_written):  # of a batch that was still running
            self._enqueue_rows("_job_undo", self._rows_written, "_job_undone")
        else:
            self.write({"state": "undone", "ended_at": fields.Datetime.now()})

    def _job_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when a job has failed for good (``on_fail_method``)."""
        if not self._is_turn(*self._busy):
            return
        error = f"{exc_name} {exc_message}".strip()
        if self.state == "undoing":
            problem = self.env._(
                "An unexpected error has stopped the undoing. Press Undo to try again; "
                "if it fails again, show your administrator: %(error)s",
                error=error,
            )
        else:
            problem = self.env._(
                "An unexpected error has stopped this. What is done stays. Press Go On "
                "to try the rest again; if it fails again, show your administrator: "
                "%(error)s",
                error=error,
            )
        self._end("failed", problem)

    def _end(self, state, problem=False):
        self._write_rejected_file()
        self.write(
            {"state": state, "problem": problem, "ended_at": fields.Datetime.now()}
        )
        what = self.env["ir.model"]._get(self._name).name
        self.message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=f"{what}: {self.display_name}",
            body=problem or self._result(),
        )

    def _apply_rows(self, rows):
        """Hook: do these rows, and write their new state."""
        raise NotImplementedError

    def _undo_rows(self, rows):
        """Hook: take these rows back, and write their new state."""
        raise NotImplementedError

    def _result(self):
        """Hook: one sentence for the user when all is done."""
        raise NotImplementedError

    # ----------------------------------------------------------------------- rows

    def _rows_domain(self, *states):
        return [(self._rows_field, "=", self.id), ("state", "in", states)]

    def _has_rows(self, *states):
        Row = self.env[self._rows_model]
        return bool(Row.search_count(self._rows_domain(*states), limit=1))

    def _ranges(self, states):
        """First and last number of each batch of rows in some states."""
        Row = self.env[self._rows_model]
        Row.flush_model(["state"])
        return self.env.execute_query(
            SQL(
                """
                SELECT MIN(number), MAX(number)
                  FROM (SELECT number,
                               (ROW_NUMBER() OVER (ORDER BY number) - 1) / %s AS batch
                          FROM %s
                         WHERE %s = %s AND state IN %s) AS planned
                 GROUP BY batch
                 ORDER BY 1
                """,
                self._rows_in_batch,
                SQL.identifier(Row._table),
                SQL.identifier(self._rows_field),
                self.id,
                states,
            )
        )

    def _take_rows(self, first, last, states):
        """Rows of a batch that are still in some states. Whoever else takes them waits,
        and is repeated when they have changed."""
        Row = self.env[self._rows_model]
        numbers = Domain("number", ">=", first) & Domain("number", "<=", last)
        rows = Row.search(Domain(self._rows_domain(*states)) & numbers, order="number")
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(Row._table),
                rows.ids,
            ),
            log_exceptions=False,  # the job is repeated
        )
        return rows

    def _progress(self, counts):
        """How much of the work is done, in percent.

        :param counts: state -> number of rows.
        """
        left = self._rows_written if self.state == "undoing" else self._rows_planned
        total = sum(counts.values())
        if not total or self.state == "reading":
            return 0
        return 100 * (total - sum(counts.get(state, 0) for state in left)) // total

    # -------------------------------------------------------------- refused rows

    def _write_rejected_file(self):
        """Keep the refused rows as a file of the same columns, when there are any."""
        content = self._rejected_xlsx()
        stem = (self.file_name or "").rpartition(".")[0]
        name = self.env._("%(file)s - rejected rows.xlsx", file=stem)
        self.write({"rejected_file": content, "rejected_file_name": content and name})

    def _rejected_xlsx(self):
        """Hook: base64 content, or False when no row was refused."""
        return False
