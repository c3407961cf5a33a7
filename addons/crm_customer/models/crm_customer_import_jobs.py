from odoo import models
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..tools.verdict import SpreadsheetError
from .crm_batch_run import ALONE

PLANNED = ("create", "update")
WRITTEN = ("created", "updated")
WAIT_SECONDS = 5


class CrmCustomerImportJobs(models.AbstractModel):
    """The steps of an import as jobs: read, judge, then write in batches.

    Reading and judging need the import for themselves.
    """

    _name = "crm.customer.import.jobs"
    _description = "Jobs of a Customer Import"
    _inherit = ["crm.batch.run"]
    _rows_model = "crm.customer.import.row"
    _rows_field = "import_id"
    _rows_planned = PLANNED
    _rows_written = WRITTEN

    def _enqueue_reading(self):
        self.run_number += 1
        reading = self._delayed("_job_stage")
        reading.on_done(self._delayed("_job_check"))
        reading.delay()

    def _job_stage(self):
        """Job: read the file into rows. Progress is visible while it runs."""
        self._lock_reading()
        if not self._is_turn("reading"):
            return
        try:
            self.env["crm.customer.import.reader"]._stage(self, own_transactions=True)
        except SpreadsheetError as refusal:
            self._end("failed", self._sentence(refusal.code, refusal.params))

    def _job_check(self):
        """Job: judge the rows against each other and the database, and plan batches."""
        self._lock_run(ALONE)
        if self._is_turn("reading"):
            self.env["crm.customer.import.checker"]._check(self)
            self.is_judged = True
            self._run_batches()

    def _apply_rows(self, rows):
        self.env["crm.customer.import.writer"]._apply(self, rows)

    def _undo_rows(self, rows):
        self.env["crm.customer.import.undo"]._undo(self, rows)

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

    def _rejected_xlsx(self):
        return self.env["crm.customer.import.reader"]._rejected_xlsx(self)

    def _result(self):
        return self.env._(
            "%(created)s customers created, %(updated)s updated, "
            "%(unchanged)s unchanged, %(rejected)s rows rejected.",
            created=self.created_count,
            updated=self.updated_count,
            unchanged=self.unchanged_count,
            rejected=self.rejected_count,
        )
