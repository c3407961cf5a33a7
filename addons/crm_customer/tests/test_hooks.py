"""Installing over contacts that are there already, and leaving again."""

from pathlib import Path

from odoo.exceptions import UserError
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import SQL, sql

from odoo.addons.queue_job.tests.common import trap_jobs

from ..hooks import post_init_hook, pre_init_hook, uninstall_hook
from .common import CustomerCase

PHONE = "0862000001"


@tagged("post_install", "-at_install")
class TestHooks(CustomerCase):
    def as_before(self, *contacts):
        """Contacts as they were without the addon."""
        contacts = self.Partner.union(*contacts)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner
                   SET is_customer = NULL, member_since = NULL, ref = NULL,
                       customer_owner_id = NULL
                 WHERE id IN %s
                """,
                tuple(contacts.ids),
            )
        )
        self.env.invalidate_all()

    def install(self):
        pre_init_hook(self.superuser_env)
        self.env.invalidate_all()
        post_init_hook(self.superuser_env)
        self.env.invalidate_all()

    def test_contacts_and_orders_know_the_owner_of_their_customer(self):
        owned = self.make_customer(user_id=self.telesale.id)
        contact = self.make_customer("Kho", parent_id=owned.id)
        below = self.make_customer("Gác kho", parent_id=contact.id)
        other = self.make_customer("Khách khác", parent_id=self.make_customer().id)
        order = self.env["sale.order"].create({"partner_id": contact.id})
        self.as_before(owned, contact, below, other, other.parent_id)
        self.env.cr.execute("UPDATE sale_order SET customer_owner_id = NULL")
        self.install()
        for record in (owned, contact, below, order):
            self.assertEqual(record.customer_owner_id, self.telesale)
        self.assertFalse(other.customer_owner_id)

    def test_database_of_the_former_state_gets_owners_and_statistics(self):
        owned = self.make_customer(user_id=self.telesale.id)
        contact = self.make_customer("Kho", parent_id=owned.id)
        order = self.env["sale.order"].create({"partner_id": owned.id})
        order.sudo().action_confirm()
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE res_partner SET customer_owner_id = NULL;
            UPDATE sale_order SET customer_owner_id = NULL;
            DELETE FROM crm_customer_stat;
            ALTER TABLE res_partner ADD COLUMN phone_key varchar;
            """
        )
        self.env.invalidate_all()
        folder = Path(__file__).parents[1] / "migrations" / "19.0.2.0.0"
        for step in ("pre-migrate", "post-migrate"):
            script = load_script(str(folder / f"{step}.py"), step)
            script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        for record in (contact, order):
            self.assertEqual(record.customer_owner_id, self.telesale)
        self.assertEqual(owned.customer_order_count, 1)
        self.assertFalse(sql.column_exists(self.env.cr, "res_partner", "phone_key"))

    def test_main_contacts_become_customers_with_codes(self):
        buyer = self.make_customer()
        template = self.superuser_env["res.users"].create(
            {"name": "Mẫu thử", "login": "template_of_tests", "active": False}
        )
        contacts = {
            "buyer": buyer,
            "contact below": self.make_customer(parent_id=buyer.id),
            "employee": self.telesale.partner_id,
            "shop": self.company.partner_id,
            "template of portal users": template.partner_id,
        }
        vendors = "supplier_rank" in self.Partner._fields
        if vendors:
            contacts["vendor"] = self.make_customer(supplier_rank=1)
            contacts["vendor who buys"] = self.make_customer(
                supplier_rank=1, customer_rank=1
            )
        self.as_before(*contacts.values())
        self.install()
        made = {name for name, contact in contacts.items() if contact.is_customer}
        expected = {"buyer", "vendor who buys"} if vendors else {"buyer"}
        self.assertEqual(made, expected)
        coded = {name for name, contact in contacts.items() if contact.ref}
        self.assertEqual(coded, expected)

    def test_membership_begins_on_the_day_of_the_shop(self):
        customer = self.make_customer()
        self.as_before(customer)
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = '2024-05-19 23:30' WHERE id = %s",
            [customer.id],
        )
        self.install()
        self.assertEqual(str(customer.member_since), "2024-05-20")

    def test_shared_codes_are_refused_and_named(self):
        first, second = self.make_customer("A"), self.make_customer("B")
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX res_partner_ref_uniq")
        self.env.cr.execute(
            "UPDATE res_partner SET ref = 'TESTS-7' WHERE id IN %s",
            [(first.id, second.id)],
        )
        with self.assertRaisesRegex(UserError, r"TESTS-7 \(2\)"):
            pre_init_hook(self.superuser_env)

    def test_nothing_is_left_after_uninstalling(self):
        vietnam = self.superuser_env.ref("base.vn")
        attachments = self.superuser_env["ir.attachment"].create(
            [
                {"name": "a", "raw": b"x", "res_model": model, "res_id": 1}
                for model in ("crm.customer.import", "crm.customer.export")
            ]
        )
        self.assertTrue(vietnam.enforce_cities)
        uninstall_hook(self.superuser_env)
        self.assertFalse(attachments.exists())
        self.assertFalse(vietnam.enforce_cities)

    def test_history_is_brought_to_the_timelines_by_jobs(self):
        message = self.make_customer().message_post(body="x", message_type="comment")
        with trap_jobs() as trap:
            self.install()
        ranges = [
            job.args[1:]
            for job in trap.enqueued_jobs
            if job.method_name == "_job_history" and job.args[0] == "mail.message"
        ]
        self.assertEqual(ranges[0][0], 1)
        self.assertTrue(any(a <= message.id <= b for a, b in ranges))
