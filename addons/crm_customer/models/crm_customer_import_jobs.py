from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.queue_job.delay import group
from odoo.addons.queue_job.exception import RetryableJobError

from ..tools.verdict import SpreadsheetError

BATCH_ROWS = 500
PLANNED = ("create", "update")
WAIT_SECONDS = 5
RUN = "crm_customer_import_run"  # context key


class CrmCustomerImportJobs(models.AbstractModel):
    """The steps of an import as jobs.

    Each can be repeated: it only takes rows in the state it starts from. Reading and
    judging need the import for themselves; batches run beside each other. Jobs know
    the run that they belong to by their context: those left over from before a Stop
    neither do anything after Go On nor make the import fail. Whatever fails without
    being foreseen ends in ``_job_failed``, so that no import waits for a job that won't
    come.
    """

    _name = "crm.customer.import.jobs"
    _description = "Jobs of a Customer Import"

    def _enqueue_reading(self):
        self.run_number += 1
        reading = self._delayed("_job_stage")
        reading.on_done(self._delayed("_job_check"))
        reading.delay()

    def _enqueue_rows(self, method, states, final):
        """Split the rows in some states into batches, and do something after the last.

        :param str method: job that takes the first and the last row number of a batch.
        :param tuple states: states of the rows to take.
        :param str final: job that runs when all batches are done.
        """
        ranges = self.env["crm.customer.import.row"]._ranges(self, states, BATCH_ROWS)
        self.run_number += 1
        finish = self._delayed(final)
        if not ranges:
            finish.delay()
            return
        jobs = [self._delayed(method, first, last) for first, last in ranges]
        group(*jobs).on_done(finish).delay()

    def _delayed(self, method, *args):
        of_run = self.with_context(**{RUN: self.run_number})
        return getattr(of_run.delayable(description=self.file_name), method)(*args)

    def _job_prepare_context_before_enqueue_keys(self):
        """Override of `queue_job`: what jobs keep of the context."""
        return (*super()._job_prepare_context_before_enqueue_keys(), RUN)

    def _is_turn(self, *states):
        """Whether a job still has to do something.

        :param states: the states in which it has.
        """
        run = self.env.context.get(RUN, self.run_number)
        return self.state in states and run == self.run_number

    def _job_stage(self):
        """Job: read the file into rows. Progress is visible while it runs."""
        self._lock_reading()
        if not self._is_turn("reading"):
            return
        try:
            self.env["crm.customer.import.reader"]._stage(self, own_transactions=True)
        except SpreadsheetError as refusal:
            self._fail(self._sentence(refusal.code, refusal.params))

    def _job_check(self):
        """Job: judge the rows against each other and the database, and plan batches."""
        self._lock_import("NO KEY UPDATE NOWAIT")
        if not self._is_turn("reading"):
            return
        self.env["crm.customer.import.checker"]._check(self)
        self.write({"state": "running", "is_judged": True})
        self._enqueue_rows("_job_apply", PLANNED, "_job_finish")

    def _job_apply(self, first, last):
        """Job: apply the planned rows with numbers from ``first`` to ``last``."""
        self._lock_import("SHARE")
        if self._is_turn("running"):
            rows = self._rows_between(first, last, PLANNED)
            self.env["crm.customer.import.writer"]._apply(self, rows)

    def _job_finish(self):
        """Job: after the last batch."""
        self._lock_import("NO KEY UPDATE NOWAIT")
        if not self._is_turn("running") or self._has_rows(*PLANNED):
            return
        self._write_rejected_file()
        self.write({"state": "done", "ended_at": fields.Datetime.now()})
        self._tell_user()

    def _job_undo(self, first, last):
        """Job: take back the rows with numbers from ``first`` to ``last``."""
        self._lock_import("SHARE")
        if self._is_turn("undoing"):
            rows = self._rows_between(first, last, ("created", "updated"))
            self.env["crm.customer.import.undo"]._undo(self, rows)

    def _job_undone(self):
        """Job: after the last batch was taken back."""
        self._lock_import("NO KEY UPDATE NOWAIT")
        if not self._is_turn("undoing"):
            return
        if self._has_rows("created", "updated"):  # of a batch that was still running
            self._enqueue_rows("_job_undo", ("created", "updated"), "_job_undone")
        else:
            self.write({"state": "undone", "ended_at": fields.Datetime.now()})

    def _job_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when a job has failed for good (``on_fail_method``)."""
        if not self._is_turn("reading", "running", "undoing"):
            return
        error = f"{exc_name} {exc_message}".strip()
        if self.state == "undoing":
            problem = self.env._(
                "An unexpected error has stopped the undoing. Press Undo Import to try "
                "again; if it fails again, show your administrator: %(error)s",
                error=error,
            )
        else:
            problem = self.env._(
                "An unexpected error has stopped the import. What is imported stays. "
                "Press Go On to try the rest again; if it fails again, show your "
                "administrator: %(error)s",
                error=error,
            )
        self._fail(problem)

    def _lock_reading(self):
        """Only one job reads the file; no row lock, so that Stop needn't wait.

        :raise RetryableJobError: when another job is reading it.
        """
        [(locked,)] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(%s::regclass::oid::int, %s)",
                self._table,
                self.id,
            )
        )
        if not locked:
            raise RetryableJobError(
                "Another job is reading this file.",
                seconds=WAIT_SECONDS,
                ignore_retry=True,
            )

    def _lock_import(self, strength):
        """Lock the import's row until the transaction ends.

        Batches share it; what comes before and after them has it alone. Whoever
        changes the state (Stop) waits for running batches, and a batch that saw the
        former state gets a serialization error and is repeated.

        :param str strength: of PostgreSQL's ``SELECT … FOR``.
        """
        self.env.cr.execute(
            SQL(
                "SELECT id FROM crm_customer_import WHERE id = %s FOR %s",
                self.id,
                SQL(strength),
            ),
            log_exceptions=False,  # the job is repeated
        )
        self.invalidate_recordset(["state", "run_number"])

    def _rows_between(self, first, last, states):
        return self.env["crm.customer.import.row"].search(
            Domain(self._rows_domain(*states))
            & Domain("number", ">=", first)
            & Domain("number", "<=", last),
            order="number",
        )

    def _fail(self, problem):
        self._write_rejected_file()
        self.write(
            {"state": "failed", "problem": problem, "ended_at": fields.Datetime.now()}
        )
        self._tell_user()

    def _write_rejected_file(self):
        content = self.env["crm.customer.import.reader"]._rejected_xlsx(self)
        stem = (self.file_name or "").rpartition(".")[0]
        self.write(
            {
                "rejected_file": content,
                "rejected_file_name": self.env._(
                    "%(file)s - rejected rows.xlsx", file=stem
                )
                if content
                else False,
            }
        )

    def _tell_user(self):
        """A notification for the user who started it, wherever he is now."""
        result = self.env._(
            "%(created)s customers created, %(updated)s updated, "
            "%(unchanged)s unchanged, %(rejected)s rows rejected.",
            created=self.created_count,
            updated=self.updated_count,
            unchanged=self.unchanged_count,
            rejected=self.rejected_count,
        )
        self.message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=self.env._("Import of %(file)s", file=self.file_name),
            body=self.problem or result,
        )
