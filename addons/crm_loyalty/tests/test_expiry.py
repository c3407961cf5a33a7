"""Points expire in the night after their last day; every night looks at few lots."""

from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestExpiry(LoyaltyCase):
    def night(self, moment, *, jobs_fail=False):
        """:return: the accounts that jobs were started for."""
        with freeze_time(moment), trap_jobs() as trap:
            self.admin_env["loyalty.card"]._cron_expire_points()
            cards = self.admin_env["loyalty.card"]
            for job in trap.enqueued_jobs:
                cards |= job.recordset
                if not jobs_fail:
                    job.recordset._job_expire_points()
        return cards.partner_id

    def test_each_lot_expires_once_however_late(self):
        twin = self.env["res.partner"].create({"name": "Trần Thị Bích 2"})
        self.give(10, expires_on=date(2030, 3, 1))
        self.give(20, expires_on=date(2030, 3, 4))
        self.give(40, twin, expires_on=date(2030, 3, 3))
        self.settle()
        self.assertFalse(self.night("2030-03-01 05:00:00"))
        self.assertEqual(self.program.points_expired_until, date(2030, 3, 1))
        self.assertEqual(self.night("2030-03-02 05:00:00"), self.customer)
        self.assertEqual((self.balance(), self.balance(twin)), (20, 40))
        # The night of the fourth fails, that of the sixth makes up for it.
        self.assertEqual(self.night("2030-03-04 05:00:00", jobs_fail=True), twin)
        both = self.night("2030-03-06 05:00:00")
        self.assertEqual(both, self.customer | twin)
        self.assertEqual(self.program.points_expired_until, date(2030, 3, 3))
        self.assertEqual((self.balance(), self.balance(twin)), (0, 0))
        self.assertFalse(self.night("2030-03-06 09:00:00"))
        self.assertEqual(self.program.points_expired_until, date(2030, 3, 6))
        self.assertProved()

    def test_spending_writes_no_index(self):
        """What changes with each posting is in no index: else all of them follow."""
        for table, columns in (
            ("loyalty_history", "remaining"),
            ("loyalty_card", "points|points_debt|points_counted|ledger_at"),
        ):
            self.env.cr.execute(
                """
                SELECT indexdef FROM pg_indexes
                 WHERE tablename = %s AND indexdef ~ %s
                """,
                (table, rf"\m({columns})\M"),
            )
            self.assertFalse(self.env.cr.fetchall())
            self.env.cr.execute(
                "SELECT reloptions FROM pg_class WHERE relname = %s", (table,)
            )
            self.assertIn("fillfactor", str(self.env.cr.fetchone()))
