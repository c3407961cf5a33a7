from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.voucher_codes import normal

#: Up to so many vouchers are issued while the user waits; more are jobs of so many.
AT_ONCE = 1_000
BATCH = 20_000


class CrmVoucherSteps(models.AbstractModel):
    """An issue step by step. Part of ``crm.voucher.batch``.

    How far it is stands in the row of the issue, which each step changes together with
    the vouchers it makes: a step that runs twice makes nothing twice.
    """

    _name = "crm.voucher.steps"
    _description = "Steps of an Issue of Vouchers"

    def action_issue(self):
        """Issue the vouchers; many of them by jobs. Goes on where it was stopped."""
        for batch in self:
            batch.check_access("write")
            if batch.state not in ("draft", "stopped", "failed"):
                raise UserError(self.env._("These vouchers are issued already."))
            if batch.kind == "printed":
                raise UserError(
                    self.env._("Import the file under “Import Printed Vouchers”.")
                )
            batch._check_before_issue()
            batch.planned_count = (
                batch.quantity if batch.kind == "anonymous" else batch.customer_count
            )
            batch.write({"state": "running", "problem": False})
            if batch.planned_count - batch.issued_count <= AT_ONCE:
                batch._job_issue()
            else:
                batch._enqueue_issue()
        return True

    def action_stop(self):
        """Stop issuing; what is issued stays."""
        self.check_access("write")
        self.filtered(lambda batch: batch.state == "running").state = "stopped"

    def _check_before_issue(self):
        today, end = self.program_id._local_day(), self.program_id.date_to
        if end and self.expiration_date and self.expiration_date > end:
            self.expiration_date = end
        if not self.expiration_date or self.expiration_date < today:
            raise UserError(
                self.env._("Vouchers are valid until a day that is still to come.")
            )
        if self.kind == "customers" and not self.customer_count:
            raise UserError(
                self.env._(
                    "No customer is in these groups and tiers. Choose others, or name "
                    "customers."
                )
            )

    def _enqueue_issue(self):
        self.with_delay(
            identity_key=f"crm_voucher_batch:{self.id}:{self.issued_count}"
        )._job_issue()

    def _job_issue(self):
        """Job: the next vouchers of this issue, and a job for those after them."""
        self.ensure_one()
        if self.state != "running":
            return
        owners = self._next_owners()
        cards = self._insert_owners(owners)
        vals = {"issued_count": self.issued_count + len(cards)}
        if self.kind == "customers" and owners:
            vals["last_partner_ref"] = owners[-1]
        if len(owners) < BATCH:
            vals["state"] = "done"
        self.write(vals)
        if self.state == "running":
            self._enqueue_issue()

    def _insert_owners(self, owners):
        # The batch's row is changed in this transaction: a second worker collides.
        cards = self.env["loyalty.card"].sudo()
        ids = cards._insert_vouchers(
            self.program_id.sudo(),
            owners,
            expires_on=self.expiration_date,
            batch=self,
            prefix=normal(self.prefix),
            length=self.code_length,
        )
        self.invalidate_recordset(["card_ids"], flush=False)
        return ids

    def _next_owners(self):
        """Ids of the next customers; None for each voucher of nobody."""
        if self.kind == "anonymous":
            return [None] * min(BATCH, self.planned_count - self.issued_count)
        domain = self._customer_domain() & Domain("id", ">", self.last_partner_ref)
        partners = self.env["res.partner"].sudo()
        return partners.search(domain, order="id", limit=BATCH).ids

    def _customer_domain(self):
        """Main contacts who are in one of the groups or tiers, or were named."""
        chosen = Domain.OR(
            [
                Domain("customer_group_ids", "in", self.group_ids.ids),
                Domain("grade_id", "in", self.grade_ids.ids),
                Domain("id", "in", self.partner_ids.commercial_partner_id.ids),
            ]
        )
        company = self.program_id.company_id
        visible = [False, company.id] if company else [False]
        return (
            chosen
            & Domain("parent_id", "=", False)
            & Domain("company_id", "in", visible)
        )

    def _job_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when a job has failed for good (``on_fail_method``)."""
        problem = self.env._(
            "An unexpected error has stopped this. Press Issue to go on; if it fails "
            "again, show your administrator: %(error)s",
            error=f"{exc_name} {exc_message}".strip(),
        )
        self.write({"state": "failed", "problem": problem})
