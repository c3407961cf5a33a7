"""What the tests of tiers share: a shop with the usual three tiers."""

from .common import LoyaltyCase


class TierCase(LoyaltyCase):
    """Silver from 10 points, gold from 50, by points earned in total."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Grade = cls.admin_env["res.partner.grade"]
        cls.new, cls.silver, cls.gold = Grade.create(
            [
                cls.prepare_tier("Mới", 0, 0),
                cls.prepare_tier("Bạc", 10, 100_000),
                cls.prepare_tier("Vàng", 50, 500_000, multiplier=200),
            ]
        )
        cls.program.write({"tier_review": "month", "tier_grace_days": 10})

    @classmethod
    def prepare_tier(cls, name, points, amount, **vals):
        return {
            "name": name,
            "is_tier": True,
            "company_id": cls.company.id,
            "min_points": points,
            "min_amount": amount,
        } | vals

    def tier(self, partner=None):
        self.settle()
        return (partner or self.customer).sudo().grade_id

    @classmethod
    def earn(cls, points, partner=None, **more):
        """Points that count, unlike those of an adjustment."""
        return cls.give(points, partner, kind="earn", **more)

    def changes(self, partner=None):
        """Causes and tiers of the customer's changes, in order."""
        found = self.admin_env["crm.tier.change"].search(
            [("partner_id", "=", (partner or self.customer).id)], order="id"
        )
        return [(change.cause, change.to_grade_id.name or "") for change in found]

    def night(self):
        """The nightly work, with its jobs."""
        self.settle()
        Job = self.admin_env["queue.job"]
        jobs = Job.search([("method_name", "=", "_job_follow_tiers")])
        self.admin_env["res.partner.grade"]._review_tiers(self.company)
        self.settle()
        domain = [("method_name", "=", "_job_follow_tiers")]
        for job in Job.search([*domain, ("id", "not in", jobs.ids)]):
            job.records.with_env(self.superuser_env)._job_follow_tiers(*job.args)
        self.settle()
