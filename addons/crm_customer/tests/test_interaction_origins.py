from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .test_interactions import InteractionCase


@tagged("post_install", "-at_install")
class TestMessages(InteractionCase):
    def setUp(self):
        super().setUp()
        self.customer = self.make_customer(email="khach@example.com")

    def post(self, record=None, **kwargs):
        record = self.customer if record is None else record
        return record.message_post(**{"body": "Chào chị", **kwargs})

    def test_message_to_the_customer(self):
        message = self.post(
            subject="Áo dài mới về",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        entry = self.timeline(self.customer)
        self.assertRecordValues(
            entry,
            [{"channel": "email", "direction": "out", "user_id": self.telesale.id}],
        )
        self.assertEqual(entry.sudo().message_id, message)
        self.assertEqual(entry.at, message.date)
        self.assertEqual((entry.title, entry.preview), ("Áo dài mới về", "Chào chị"))
        self.assertFalse(entry.summary or entry.content)

    def test_mail_from_the_customer(self):
        self.post(message_type="email", author_id=self.customer.id)
        self.assertRecordValues(
            self.timeline(self.customer),
            [{"channel": "email", "direction": "in", "user_id": False}],
        )

    def test_mail_from_an_unknown_address_is_incoming(self):
        self.post(message_type="email", author_id=False, email_from="la@example.com")
        self.assertEqual(self.timeline(self.customer).direction, "in")

    def test_note_of_an_employee(self):
        self.post(message_type="comment", subtype_xmlid="mail.mt_note")
        self.assertRecordValues(
            self.timeline(self.customer), [{"channel": "note", "direction": False}]
        )

    def test_done_activity(self):
        activity = self.customer.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.telesale.id
        )
        activity.action_feedback(feedback="Đã gửi mẫu vải")
        entry = self.timeline(self.customer)
        self.assertEqual(entry.channel, "activity")
        self.assertIn("mẫu vải", entry.preview)

    def test_what_the_system_notes_is_none(self):
        self.customer.write({"email": "moi@example.com"})
        self.post(message_type="notification", subtype_xmlid="mail.mt_note")
        self.customer._message_log(body="noted")
        self.env.flush_all()
        self.assertFalse(self.timeline(self.customer))

    def test_message_on_a_lead_is_on_the_timeline_of_its_customer(self):
        lead = self.env["crm.lead"].create(
            {"name": "Đặt áo cưới", "partner_id": self.customer.id}
        )
        self.post(lead, message_type="comment", subtype_xmlid="mail.mt_comment")
        entry = self.timeline(self.customer)
        self.assertEqual(entry.document_name, "Đặt áo cưới")
        self.assertEqual(entry.action_open_document()["res_id"], lead.id)

    def test_employees_have_no_timeline(self):
        employee = self.telesale.partner_id
        self.post(
            employee.sudo(), message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertFalse(
            self.Interaction.sudo().search([("partner_id", "=", employee.id)])
        )

    def test_deleted_message_leaves_the_timeline(self):
        for delete in (
            lambda message: message.sudo().unlink(),
            lambda message: self.customer._message_update_content(message, body=""),
        ):
            message = self.post(message_type="comment", subtype_xmlid="mail.mt_comment")
            self.assertTrue(self.timeline(self.customer))
            delete(message)
            self.env.invalidate_all()
            self.assertFalse(self.timeline(self.customer))

    def test_words_of_a_document_that_the_reader_may_not_read_stay_hidden(self):
        lead = self.superuser_env["crm.lead"].create(
            {
                "name": "Bí mật",
                "partner_id": self.customer.id,
                "user_id": self.manager.id,
                "company_id": self.company.id,
            }
        )
        self.post(
            lead,
            subject="Bí mật",
            body="Bí mật",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        entry = self.timeline(self.customer)
        self.assertTrue(entry)
        self.assertFalse(entry.title or entry.preview or entry.document_name)
        as_manager = entry.with_user(self.manager)
        self.assertEqual(as_manager.preview, "Bí mật")
        with self.assertRaisesRegex(Exception, "no access"):
            entry.action_open_document()

    def test_number_of_queries_does_not_grow(self):
        def values(customers):
            return [
                {
                    "model": "res.partner",
                    "res_id": customer.id,
                    "message_type": "email",
                    "author_id": customer.id,
                    "body": "x",
                }
                for customer in customers
            ]

        customers = self.Partner.create([{"name": f"C{n}"} for n in range(60)])
        Message = self.env["mail.message"].sudo()
        counts = []
        for some in (customers[:1], customers[1:11], customers[11:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Message.create(values(some))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertEqual(
            self.Interaction.search_count([("partner_id", "in", customers.ids)]), 60
        )

    def test_new_customers_cost_no_query(self):
        def queries_of(count):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Partner.create([{"name": f"N{count} {n}"} for n in range(count)])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries_of(1)
        self.patch(type(self.Interaction), "create", None)  # would fail if called
        queries_of(30)

    def test_page_of_words_takes_few_queries(self):
        for _number in range(20):
            self.post(message_type="comment", subtype_xmlid="mail.mt_comment")
        entries = self.timeline(self.customer)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            entries.mapped("preview")


@tagged("post_install", "-at_install")
class TestOrdersAndMeetings(InteractionCase):
    def setUp(self):
        super().setUp()
        self.customer = self.make_customer()

    def make_order(self, **vals):
        return self.env["sale.order"].create({"partner_id": self.customer.id, **vals})

    def test_confirmed_and_cancelled_order(self):
        order = self.make_order()
        self.assertFalse(self.timeline(self.customer))
        order.action_confirm()
        order._action_cancel()
        entries = self.timeline(self.customer).filtered(lambda e: e.channel == "order")
        self.assertEqual(entries.mapped("event"), ["cancelled", "confirmed"])
        self.assertIn(order.name, entries[0].title)
        self.assertEqual(entries.mapped("document_name"), [order.name] * 2)

    def test_order_of_a_colleague_shows_no_amount(self):
        self.make_order(user_id=self.manager.id).sudo().action_confirm()
        entry = self.timeline(self.customer).filtered("event")
        self.assertEqual(entry.title, "Order confirmed")
        self.assertFalse(entry.document_name)

    def test_meeting_is_logged_once_when_it_is_over(self):
        now = fields.Datetime.now()
        vals = {
            "name": "Thử áo cưới",
            "user_id": self.telesale.id,
            "partner_ids": [
                Command.set((self.customer + self.telesale.partner_id).ids)
            ],
        }
        self.env["calendar.event"].create(
            [
                vals
                | {
                    "start": now - timedelta(hours=2),
                    "stop": now - timedelta(hours=1),
                },
                vals
                | {
                    "start": now + timedelta(hours=2),
                    "stop": now + timedelta(hours=3),
                },
            ]
        )
        for _run in range(2):
            self.Interaction.sudo()._cron_log_meetings()
        entry = self.timeline(self.customer).filtered(lambda e: e.event == "met")
        self.assertEqual(entry.mapped("duration"), [3600])
        self.assertEqual(entry.title, "Thử áo cưới")


@tagged("post_install", "-at_install")
class TestHistory(InteractionCase):
    def test_jobs_log_what_was_before_and_may_run_twice(self):
        customer = self.make_customer()
        customer.message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        order = self.env["sale.order"].create({"partner_id": customer.id})
        order.action_confirm()
        self.env.flush_all()
        expected = len(self.timeline(customer))
        self.assertEqual(expected, 2)
        self.timeline(customer).sudo().unlink()
        with trap_jobs() as trap:
            self.Interaction.sudo()._enqueue_history()
            jobs = [job for job in trap.enqueued_jobs]
        for _run in range(2):
            for job in jobs:
                if job.args[2] >= order.id:  # the others hold no record of ours
                    self.Interaction.sudo()._job_history(*job.args)
        self.assertEqual(len(self.timeline(customer)), expected)
