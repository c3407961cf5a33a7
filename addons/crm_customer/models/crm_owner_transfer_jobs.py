from odoo import fields, models

from ..tools import owner_rules


class CrmOwnerTransferJobs(models.AbstractModel):
    """The steps of a hand-over as jobs; each may run twice without harm."""

    _name = "crm.owner.transfer.jobs"
    _description = "Jobs of a Hand-over"

    def _job_move(self, ids, people, offset=0):
        """Job: give some customers away.

        :param people: ids of those who get them; nobody: the owner rules decide.
        :param int offset: how many customers come before these.
        """
        customers = self.env["res.partner"].browse(ids).exists()
        if not people:
            customers._assign_by_rules(
                None, keep=False, patient=True, transfer_id=self.id
            )
            return
        takers = owner_rules.spread(len(ids), people, offset)
        taker_of = dict(zip(ids, takers, strict=True))
        customers._apply_owner_changes(
            [
                {
                    "partner_id": customer.id,
                    "from_user_id": customer.user_id.id,
                    "to_user_id": taker_of[customer.id],
                    "reason": self.kind,
                    "transfer_id": self.id,
                }
                for customer in customers
                if customer.user_id.id != taker_of[customer.id]
                and (self.kind == "bulk" or customer.user_id == self.from_user_id)
            ]
        )

    def _job_work(self, people):
        """Job: give the open work away that was ticked."""
        if self.kind == "hand_over":
            self._move_work(people)

    def _job_finish(self):
        """Job: after the last batch."""
        if self.state == "running":
            self.write({"state": "done", "ended_at": fields.Datetime.now()})
            self._tell_takers()

    def _job_undo(self, ids):
        """Job: give some customers back whom nobody has moved on since."""
        logs = (
            self.env["crm.owner.log"]
            .sudo()
            .search(
                [
                    ("transfer_id", "=", self.id),
                    ("partner_id", "in", ids),
                    ("reason", "!=", "undo"),
                ],
                order="id",
            )
            .filtered(lambda log: log.partner_id.user_id == log.to_user_id)
        )
        last = {log.partner_id.id: log for log in logs}
        self.env["res.partner"]._apply_owner_changes(
            [
                {
                    "partner_id": partner_id,
                    "from_user_id": log.to_user_id.id,
                    "to_user_id": log.from_user_id.id,
                    "reason": "undo",
                    "transfer_id": self.id,
                }
                for partner_id, log in last.items()
            ]
        )

    def _job_undo_work(self):
        """Job: give the open work back."""
        self._undo_work()

    def _job_undone(self):
        """Job: after the last batch."""
        if self.state == "running":
            self.write({"state": "undone", "ended_at": fields.Datetime.now()})
            self._tell_takers(undone=True)

    def _job_undo_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when an undoing job has failed for good."""
        problem = self.env._(
            "An unexpected error has stopped the undoing. Press Undo to go on; if it "
            "fails again, show your administrator: %(error)s",
            error=f"{exc_name} {exc_message}".strip(),
        )
        self.write({"state": "failed", "problem": problem})

    def _job_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when a job has failed for good (``on_fail_method``)."""
        problem = self.env._(
            "An unexpected error has stopped this. Press Start to go on; if it fails "
            "again, show your administrator: %(error)s",
            error=f"{exc_name} {exc_message}".strip(),
        )
        self.write({"state": "failed", "problem": problem})
