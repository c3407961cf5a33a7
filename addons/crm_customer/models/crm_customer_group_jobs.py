from odoo import api, models
from odoo.tools import SQL, split_every

from odoo.addons.queue_job.exception import RetryableJobError

from .crm_customer_refresh import PAUSE, looking_again

#: Up to about so many contacts, members are there as soon as the group is saved.
AT_ONCE = 20_000
#: Groups that one job computes: each customer's revision is written once for all.
TOGETHER = 20
#: What somebody may decide about a customer -> field with the customers.
CHOICES = {"fixed": "fixed_partner_ids", "excluded": "excluded_partner_ids"}


class CrmCustomerGroupJobs(models.AbstractModel):
    """When the members of groups are computed. Part of ``crm.customer.group``."""

    _name = "crm.customer.group.jobs"
    _description = "Jobs of Customer Groups"

    def _definition_changed(self):
        """Who belongs to these groups has to be found anew.

        The job makes it exact (see `crm.customer.group.engine`). In a small shop the
        members are there at once as well.
        """
        groups = self.sudo()
        if not groups or self.env.context.get("crm_customer_group_saving"):
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_group SET revision = COALESCE(revision, 0) + 1"
                " WHERE id IN %s",
                tuple(groups.ids),
            )
        )
        groups.invalidate_recordset(["revision"])
        groups.filtered("active")._request_rebuild()

    def _choose(self, customers, choice):
        """Note customers as fixed or excluded members of these groups, or as neither.

        Only their own membership is found anew: by a job after the commit, and in a
        small shop at once. The groups' rows stay as they are: running jobs hold them
        still, and would make us wait, or fail when an automation rule of such a job
        puts customers into a group. The revision of the customer keeps it exact.

        :param str choice: ``fixed``, ``excluded``, or ``rule``: as the conditions say.
        """
        groups = self.sudo()
        self.env.flush_all()
        for chosen, name in CHOICES.items():
            statement = self._link_choice if choice == chosen else self._unlink_choice
            self.env.cr.execute(statement(self._fields[name], customers))
        groups.invalidate_recordset([*CHOICES.values()], flush=False)
        customers.sudo()._touch()
        active = groups.filtered("active")
        if active and active._is_small():
            active._write_members("group", customers)

    def _link_choice(self, field, customers):
        return SQL(
            """
            INSERT INTO %(table)s (%(group)s, %(customer)s)
            SELECT group_id, partner_id
              FROM unnest(%(groups)s) AS group_id, unnest(%(customers)s) AS partner_id
             ORDER BY group_id, partner_id
                ON CONFLICT DO NOTHING
            """,
            **self._names(field),
            groups=self.ids,
            customers=customers.ids,
        )

    def _unlink_choice(self, field, customers):
        return SQL(
            """
            DELETE FROM %(table)s
             WHERE %(group)s = ANY (%(groups)s) AND %(customer)s = ANY (%(customers)s)
            """,
            **self._names(field),
            groups=self.ids,
            customers=customers.ids,
        )

    @api.model
    def _names(self, field):
        return {
            "table": SQL.identifier(field.relation),
            "group": SQL.identifier(field.column1),
            "customer": SQL.identifier(field.column2),
        }

    def _request_rebuild(self, cause="group"):
        at_once = self and self._is_small()
        if at_once:
            self._write_members(cause)
        self.env["crm.customer.group.build"].sudo()._note(
            self, "done" if at_once else "waiting"
        )
        for group in self:
            group.with_delay(description=group.name)._job_rebuild(cause)

    def _is_small(self):
        [(estimate,)] = self.env.execute_query(
            SQL("SELECT reltuples FROM pg_class WHERE oid = 'res_partner'::regclass")
        )
        return estimate <= AT_ONCE

    def _job_rebuild(self, cause="group"):
        """Job: find the members of these groups anew. May run twice and beside others.

        :raise RetryableJobError: something that it reads or writes was changed
            meanwhile; it has to look again.
        """
        with looking_again(self.env):
            self._rebuild(cause)

    def _rebuild(self, cause):
        groups = self.sudo().exists().filtered("active")
        for group in groups if len(groups) > 1 else ():
            if problem := group._problem():  # it doesn't keep the others from it
                self.env["crm.customer.group.build"]._note(group, "failed", problem)
                groups -= group
        if not groups:
            return
        groups._lock_rebuild()
        groups._lock_definitions()
        groups._write_members(cause, revise=True)
        self.env["crm.customer.group.build"].sudo()._note(groups, "done")

    def _lock_rebuild(self):
        """One job at a time: two would write the same customers and be repeated.

        :raise RetryableJobError: when another group is being computed.
        """
        [(locked,)] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(%s::regclass::oid::int, 0)",
                self._table,
            )
        )
        if not locked:
            raise RetryableJobError(
                "Another group is being computed.",
                seconds=PAUSE,
                ignore_retry=True,
            )

    def _job_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when the job has failed for good (``on_fail_method``)."""
        self.env["crm.customer.group.build"].sudo()._note(
            self.sudo(),
            "failed",
            self.env._(
                "The members could not be computed; they are as they were before. "
                "Check the conditions and save the group; if it fails again, show your "
                "administrator: %(error)s",
                error=f"{exc_name} {exc_message}".strip(),
            ),
        )

    @api.model
    def _rebuild_all(self):
        """Every night, after the statistics: groups follow them and the calendar.

        A job for some groups together.
        """
        active = self.sudo().search([("active", "=", True)])
        for ids in split_every(TOGETHER, active.ids):
            groups = self.browse(ids)
            names = ", ".join(groups.mapped("name"))
            groups.with_delay(description=names)._job_rebuild("calendar")
