from odoo import api, models
from odoo.tools import split_every

from odoo.addons.queue_job.job import identity_exact

from ..tools.tiers import decide, last_review

#: Customers whose tier one job changes.
BATCH = 500


class CrmLoyaltyTierReview(models.AbstractModel):
    """The tiers of all customers, every night. Part of ``res.partner.grade``.

    One statement finds the customers about whom there is something to decide. Grace
    begins and ends in a second one; only tiers that really change are written by the
    ORM, in jobs, so that pricelists and automation follow.
    """

    _name = "crm.loyalty.tier.review"
    _description = "Review of Tiers"

    @api.model
    def _cron_review_tiers(self):
        """Start a job for each company with tiers."""
        programs = self.env["loyalty.program"].sudo()
        for program_id in programs._tier_program_ids():
            self.with_delay(identity_key=identity_exact)._job_review_tiers(program_id)

    @api.model
    def _job_review_tiers(self, program_id):
        """May run twice and late: a review that was missed is made up for."""
        program = self.env["loyalty.program"].sudo().browse(program_id).exists()
        if program:
            self._review_program(program)

    @api.model
    def _review_tiers(self, company):
        """The whole nightly work for a company.

        :return: number of customers whose tiers change; jobs do it.
        """
        program = self.env["loyalty.program"].sudo()._get_points_program(company)
        return self._review_program(program) if program else 0

    @api.model
    def _review_program(self, program):
        program = program.with_company(program.company_id)
        if not (program.keep_ledger and program.tiers_automatic):
            return 0
        ladder, today = program._tier_ladder(), program._local_day()
        due = last_review(program.tier_review, today)
        reviewing = not program.tier_reviewed_on or program.tier_reviewed_on < due
        grace = program.tier_grace_days if reviewing else None
        standings = program._tier_standings(today)
        moving, marks = [], []
        for id_, standing in standings.items():
            decision = decide(ladder, standing, today, grace)
            if decision.cause:
                moving.append(id_)
                # Who falls without grace is due from now on, whenever the job runs.
                decision = decide(ladder, standing, today)
                if not decision.cause:
                    marks.append((id_, None, today))
            elif decision.changes(standing):
                marks.append((id_, decision.until, decision.falls_on))
        self._mark_customers(marks)
        if reviewing:
            program.tier_reviewed_on = today
        customers = self.env["res.partner"].sudo()
        for ids in split_every(BATCH, sorted(moving)):
            customers.browse(ids).with_delay()._job_follow_tiers(program.id)
        return len(moving)

    @api.model
    def _mark_customers(self, marks):
        """Write when customers' grace ends, or that it is over."""
        if not marks:
            return
        self.env.cr.execute_values(
            """
            UPDATE res_partner AS p
               SET tier_until = v.until::date, tier_falls_on = v.falls_on::date
              FROM (VALUES %s) AS v (id, until, falls_on)
             WHERE p.id = v.id
            """,
            marks,
            page_size=10_000,
        )
        self.env["res.partner"].invalidate_model(["tier_until", "tier_falls_on"])

    @api.model
    def action_review_tiers(self):
        """Look at all customers of the company now; for managers."""
        self._check_may_set_up()
        count = self.sudo()._review_tiers(self.env.company)
        if count:
            message = self.env._("%(count)s customers change their tier.", count=count)
        else:
            message = self.env._("All customers are in the tier that they deserve.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "success"},
        }
