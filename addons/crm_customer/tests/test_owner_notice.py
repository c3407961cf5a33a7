"""Who is told of new customers, and how often."""

from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models.crm_customer_owner_notice import NAMED
from .common import ImportCase
from .common_owners import OwnerCase

JOB = "_job_tell_owner"


class NoticeCase(OwnerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.members.notification_type = "email"  # as Odoo's users have it at first
        cls.heed_chatter()

    def told(self, change):
        """Do something, and what follows; who was told what: (user, subject)."""
        before = self.messages()
        with trap_jobs() as trap:
            change()
            self.env.flush_all()
            self.env.cr.precommit.run()
            jobs = [job for job in trap.enqueued_jobs if job.method_name == JOB]
            for job in jobs:
                job.perform()
        return [
            (message.notified_partner_ids.user_ids, message.subject)
            for message in (self.messages() - before).sorted("id")
        ]

    def messages(self):
        return self.superuser_env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("notified_partner_ids", "in", (self.members.partner_id).ids),
            ]
        )

    def letters(self, message):
        return self.superuser_env["mail.mail"].search(
            [("mail_message_id", "=", message.id)]
        )

    def transfer(self, customers, **vals):
        return self.env["crm.owner.transfer"].create(
            {
                "kind": "bulk",
                "domain": str([("id", "in", customers.ids)]),
                "company_id": self.company.id,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestOwnerNotice(NoticeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.act_as(cls.manager)

    def test_new_owner_is_told_with_name_and_link(self):
        customer = self.make_customer("Lê Thị Hoa", "0862000601")
        ann = self.members[0]
        [(user, subject)] = self.told(lambda: customer.write({"user_id": ann.id}))
        self.assertEqual(user, ann)
        self.assertIn("Lê Thị Hoa", subject)
        message = self.messages().sorted("id")[-1]
        self.assertEqual((message.model, message.res_id), ("res.partner", customer.id))
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertIn(f"/odoo/retail-customers/{customer.id}", message.body)
        self.assertIn(self.manager.name, message.body)
        [letter] = self.letters(message)
        self.assertEqual(letter.recipient_ids, ann.partner_id)
        self.assertIn("Lê Thị Hoa", letter.body_html)

    def test_many_customers_make_one_message_that_names_some(self):
        ann = self.members[0]
        customers = self.make_customers(NAMED + 5)
        [(user, subject)] = self.told(lambda: customers.write({"user_id": ann.id}))
        self.assertEqual(user, ann)
        self.assertIn(str(NAMED + 5), subject)
        body = self.messages().sorted("id")[-1].body
        self.assertEqual(body.count("/odoo/retail-customers/"), NAMED)
        self.assertEqual(body.count("<li>"), NAMED + 1)
        self.assertIn(" 5 ", body)

    def test_message_is_in_the_language_of_its_reader(self):
        self.superuser_env["res.lang"]._activate_lang("vi_VN")
        self.members[0].lang = "vi_VN"
        customer = self.make_customer("Lê Thị Hoa")
        [(_user, subject)] = self.told(
            lambda: customer.write({"user_id": self.members[0].id})
        )
        self.assertEqual(subject.partition(":")[0], "Khách hàng mới của bạn")

    def test_rule_tells_those_whose_turn_it_was(self):
        self.make_rule(to=self.team)
        told = self.told(lambda: self.make_customers(6))
        self.assertEqual({user for user, _subject in told}, set(self.members))
        self.assertEqual(len(told), 3)

    def test_hand_over_tells_each_taker_once_and_undoing_the_former(self):
        ann, bob, _eve = self.members
        customers = self.make_customers(12, user_id=ann.id)
        transfer = self.transfer(customers, to_user_id=bob.id)
        [(user, subject)] = self.told(transfer.action_start)
        self.assertEqual(user, bob)
        self.assertIn("12", subject)
        [(user, _subject)] = self.told(transfer.action_undo)
        self.assertEqual(user, ann)

    def test_nobody_is_told_of_his_own_doing(self):
        ann = self.members[0]
        customers = self.make_customers(2).with_user(ann)
        self.assertFalse(self.told(lambda: customers.write({"user_id": ann.id})))

    def test_shop_can_switch_it_off(self):
        self.company.sudo().tells_owners = False
        customers = self.make_customers(2)
        self.assertFalse(
            self.told(lambda: customers.write({"user_id": self.members[0].id}))
        )

    def test_who_lost_the_customer_again_or_left_is_not_told(self):
        ann, bob, eve = self.members
        customers = self.make_customers(2)

        def pass_on():
            customers.user_id = ann
            customers.user_id = bob

        self.assertEqual([user for user, _subject in self.told(pass_on)], [bob])
        eve.active = False
        self.assertFalse(self.told(lambda: customers.write({"user_id": eve.id})))

    def test_contact_that_is_no_customer_is_told_of_as_in_odoo(self):
        supplier = self.make_customer("Nhà cung cấp", is_customer=False)
        self.env.registry.ready = True
        before = self.messages()
        supplier.user_id = self.members[0]
        self.assertEqual(len(self.messages() - before), 1)


@tagged("post_install", "-at_install")
class TestImportTellsNobody(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.heed_chatter()

    def test_import_with_a_rule_is_silent(self):
        self.superuser_env["crm.owner.rule"].create(
            {"name": "Tất cả", "user_id": self.telesale.id}
        )
        notices = [
            ("message_type", "=", "user_notification"),
            ("notified_partner_ids", "in", self.telesale.partner_id.ids),
        ]
        before = self.superuser_env["mail.message"].search_count(notices)
        record = self.start_import([["", "Khách Tốt", "0862000778"]])
        customer = record.row_ids.partner_id
        self.assertEqual(customer.user_id, self.telesale)
        after = self.superuser_env["mail.message"].search_count(notices)
        self.assertEqual(after, before)
