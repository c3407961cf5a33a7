from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from .test_interactions import InteractionCase


@tagged("post_install", "-at_install")
class TestMeetings(InteractionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()
        cls.now = fields.Datetime.now()

    def meet(self, *customers, ago, **vals):
        """A meeting of an hour that ended some time ago; not yet, if that's below 0."""
        partners = self.Partner.concat(*customers) + self.telesale.partner_id
        return self.env["calendar.event"].create(
            {
                "name": "Thử áo cưới",
                "user_id": self.telesale.id,
                "partner_ids": [Command.set(partners.ids)],
                "start": self.now - ago - timedelta(hours=1),
                "stop": self.now - ago,
                **vals,
            }
        )

    def written(self, meetings, ago):
        """Let them be entered so long ago."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE calendar_event SET write_date = %s WHERE id = ANY (%s)",
            (self.now - ago, meetings.ids),
        )
        self.env.invalidate_all()

    def catch_up(self, last=None):
        """What the server does every hour; by default it did so an hour ago."""
        last = last or self.now - timedelta(hours=1)
        Interaction = self.Interaction.sudo().with_context(lastcall=last)
        with trap_jobs() as trap:
            Interaction._cron_catch_up()
            [job] = trap.enqueued_jobs
        Interaction._job_meetings(*job.args)

    def met(self, customer=None):
        timeline = self.timeline(customer or self.customer)
        return timeline.filtered(lambda entry: entry.event == "met")

    def test_meeting_is_logged_once_when_it_is_over(self):
        self.meet(self.customer, ago=timedelta(hours=1))
        self.meet(self.customer, ago=-timedelta(hours=3))
        for _run in range(2):
            self.catch_up()
        self.assertEqual(self.met().mapped("duration"), [3600])
        self.assertEqual(self.met().title, "Thử áo cưới")

    def test_meeting_that_is_entered_weeks_later(self):
        self.meet(self.customer, ago=timedelta(days=30))
        self.catch_up()
        self.assertEqual(len(self.met()), 1)

    def test_meeting_that_ended_while_the_server_was_off(self):
        meeting = self.meet(self.customer, ago=timedelta(days=20))
        self.written(meeting, timedelta(days=40))
        self.catch_up(last=self.now - timedelta(days=25))
        self.assertEqual(len(self.met()), 1)

    def test_customer_who_is_added_later(self):
        meeting = self.meet(self.customer, ago=timedelta(days=20))
        self.catch_up()
        self.written(meeting, timedelta(days=20))
        other = self.make_customer("Lê Văn Cường")
        meeting.write({"partner_ids": [Command.link(other.id)]})
        self.catch_up()
        self.assertEqual([len(self.met(c)) for c in (self.customer, other)], [1, 1])

    def test_contact_persons_count_for_their_customer_once(self):
        firm = self.make_customer("Công ty", is_company=True)
        people = [self.make_customer(name, parent_id=firm.id) for name in ("A", "B")]
        self.meet(*people, ago=timedelta(hours=1))
        self.catch_up()
        self.assertEqual(len(self.met(firm)), 1)

    def test_meeting_that_another_job_logs_is_looked_at_again(self):
        self.meet(self.customer, ago=timedelta(hours=1))
        self.catch_up()
        [pair] = {(row.res_id, row.partner_id.id) for row in self.met()}
        self.patch(
            type(self.Interaction), "_unlogged_meetings", lambda self, condition: [pair]
        )
        with self.assertRaises(RetryableJobError):
            self.catch_up()
        self.assertEqual(len(self.met()), 1)

    def test_customers_of_one_meeting_can_be_merged(self):
        other = self.make_customer("Lê Văn Cường")
        self.meet(self.customer, other, ago=timedelta(hours=1))
        self.meet(other, ago=timedelta(hours=2))
        self.catch_up()
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            (self.customer + other).ids, self.customer, extra_checks=False
        )
        self.assertEqual(len(self.met()), 2)
        self.catch_up()
        self.assertEqual(len(self.met()), 2)

    def test_number_of_queries_does_not_grow(self):
        self.meet(self.customer, ago=timedelta(hours=1))
        self.catch_up()
        for _number in range(20):
            self.meet(self.customer, ago=timedelta(hours=2))
        since = fields.Datetime.to_string(self.now - timedelta(days=1))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            self.Interaction.sudo()._job_meetings(since)
            self.env.flush_all()
        with self.assertQueryCount(3):  # the search, and its savepoint
            self.Interaction.sudo()._job_meetings(since)
        self.assertEqual(len(self.met()), 21)

    def test_search_has_its_indexes(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'calendar_event'"
        )
        defined = " ".join(row[0] for row in self.env.cr.fetchall())
        for column in ("(stop)", "(write_date)"):
            self.assertIn(column, defined)
