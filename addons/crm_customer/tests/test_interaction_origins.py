from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .test_interactions import InteractionCase


@tagged("post_install", "-at_install")
class TestMessages(InteractionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer(email="khach@example.com")

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
            lambda message: self.customer.sudo()._message_update_content(
                message.sudo(), body=""
            ),
        ):
            message = self.post(message_type="comment", subtype_xmlid="mail.mt_comment")
            self.assertTrue(self.timeline(self.customer))
            delete(message)
            self.env.invalidate_all()
            self.assertFalse(self.timeline(self.customer))

    def test_words_of_a_document_that_the_reader_may_not_read_stay_hidden(self):
        self.switch(own_only=True)
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

    def queries_of_messages(self, customers):
        """Queries that it takes to create a message on each of these customers."""
        vals_list = [
            {
                "model": "res.partner",
                "res_id": customer.id,
                "message_type": "email",
                "author_id": customer.id,
                "body": "x",
            }
            for customer in customers
        ]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["mail.message"].sudo().create(vals_list)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_number_of_queries_does_not_grow(self):
        few = self.Partner.create([{"name": f"C{n}"} for n in range(3)])
        many = self.Partner.create([{"name": f"D{n}"} for n in range(40)])
        self.queries_of_messages(few)  # fills the caches of the registry
        ours = [self.queries_of_messages(customers) for customers in (few, many)]
        self.patch(type(self.Interaction), "_log_messages", lambda self, messages: None)
        stock = [self.queries_of_messages(customers) for customers in (few, many)]
        added = [
            with_us - without for with_us, without in zip(ours, stock, strict=True)
        ]
        self.assertEqual(added[0], added[1])
        self.assertLessEqual(added[0], 6)
        self.assertEqual(
            self.Interaction.search_count([("partner_id", "in", many.ids)]), 40
        )

    def test_new_customers_cost_no_query(self):
        def queries_of(count):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Partner.create([{"name": f"N{count} {n}"} for n in range(count)])
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        registry = type(self.Interaction)
        queries_of(1)
        self.patch(registry, "create", None)  # fails if it is called
        queries_of(30)

    def test_page_of_words_takes_few_queries(self):
        for _number in range(20):
            self.post(message_type="comment", subtype_xmlid="mail.mt_comment")
        entries = self.timeline(self.customer)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(4):
            entries.mapped("preview")


@tagged("post_install", "-at_install")
class TestOrders(InteractionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.make_customer()

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

    def test_order_that_is_confirmed_from_the_beginning(self):
        self.make_order(state="sale", date_order="2026-01-02 03:00:00")
        entry = self.timeline(self.customer).filtered("event")
        self.assertEqual(str(entry.at), "2026-01-02 03:00:00")

    def test_orders_are_logged_at_once(self):
        orders = self.env["sale.order"].create([{"partner_id": self.customer.id}] * 30)
        orders.with_context(tracking_disable=True).state = "sale"
        self.timeline(self.customer).sudo().unlink()
        self.env.flush_all()
        with self.assertQueryCount(3):
            self.Interaction._log_orders(orders)

    def test_order_of_a_colleague_shows_no_amount(self):
        self.switch(own_only=True)
        order = self.env["sale.order"].sudo()
        order = order.create(
            {"partner_id": self.customer.id, "user_id": self.manager.id}
        )
        order.action_confirm()
        entry = self.timeline(self.customer).filtered("event")
        self.assertEqual(entry.title, "Order confirmed")
        self.assertFalse(entry.document_name)


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
                self.Interaction.sudo()._job_history(*job.args)
        self.assertEqual(len(self.timeline(customer)), expected)
