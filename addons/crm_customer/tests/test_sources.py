from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CustomerCase


class ListCase(CustomerCase):
    """Tests act as the manager, who keeps the lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.act_as(cls.manager)

    def assertRefused(self, write):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            write()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestSources(ListCase):
    def make_source(self, name="Kênh thử", **vals):
        return self.env["utm.source"].create({"name": name, **vals})

    def test_key_is_unique_whatever_its_case(self):
        self.make_source(code="kenh-thu")
        self.assertRefused(lambda: self.make_source("Khác", code="Kenh-Thu"))

    def test_key_is_trimmed(self):
        source = self.make_source(code=" kenh-thu ", page_id=" 1234 ")
        self.assertEqual((source.code, source.page_id), ("kenh-thu", "1234"))

    def test_page_is_unique(self):
        self.make_source(page_id="998877")
        self.assertRefused(lambda: self.make_source("Khác", page_id="998877"))

    def test_sources_without_key_dont_clash(self):
        sources = self.env["utm.source"].create(
            [{"name": name, "code": " ", "page_id": ""} for name in ("Một", "Hai")]
        )
        self.env.flush_all()
        self.assertEqual(sources.mapped("code"), [False, False])
        sources.write({"code": ""})
        self.env.flush_all()

    def test_copy_has_no_key(self):
        source = self.make_source(code="kenh-thu", page_id="998877")
        copy = source.copy()
        self.env.flush_all()
        self.assertFalse(copy.code or copy.page_id)

    def test_source_is_found_by_its_key(self):
        source = self.make_source(code="kenh-thu")
        self.assertIn(source.id, dict(self.env["utm.source"].name_search("kenh-th")))

    def test_used_source_cant_be_deleted(self):
        source = self.make_source()
        customer = self.make_customer(source_id=source.id)
        customer.active = False
        self.assertEqual(self.counted(source), 0)
        with self.assertRaisesRegex(UserError, "Kênh thử"):
            source.unlink()
        customer.active = True
        with self.assertRaisesRegex(UserError, "Kênh thử"):
            source.unlink()
        customer.source_id = False
        source.unlink()
        self.assertFalse(source.exists())

    def test_customers_of_a_source_are_counted(self):
        source = self.make_source()
        self.make_customer(source_id=source.id)
        self.assertEqual(self.counted(source), 1)

    def counted(self, source):
        source.invalidate_recordset(["partner_count"])
        return source.partner_count

    def test_kiotviet_has_its_key(self):
        self.assertEqual(
            self.env.ref("crm_customer.utm_source_retailer").code, "retailer"
        )


class GuardedList:
    """What positions and supplier types have in common."""

    model = field = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = cls.env[cls.model].create({"name": "Mục thử"})

    def test_used_one_cant_be_deleted(self):
        customer = self.make_customer(**{self.field: self.record.id})
        with self.assertRaisesRegex(UserError, "Mục thử"):
            self.record.unlink()
        customer.active = False
        with self.assertRaisesRegex(UserError, "Mục thử"):
            self.record.unlink()

    def test_unused_one_can_be_deleted(self):
        self.record.unlink()
        self.assertFalse(self.record.exists())

    def test_contacts_are_counted(self):
        self.make_customer(**{self.field: self.record.id})
        self.make_customer(**{self.field: self.record.id})
        self.record.invalidate_recordset(["partner_count"])
        self.assertEqual(self.record.partner_count, 2)

    def test_archived_one_stays_with_its_contacts(self):
        customer = self.make_customer(**{self.field: self.record.id})
        self.record.action_archive()
        self.assertFalse(self.env[self.model].search([("id", "=", self.record.id)]))
        self.assertEqual(customer[self.field], self.record)

    def test_name_is_unique(self):
        self.assertRefused(lambda: self.env[self.model].create({"name": "Mục thử"}))

    def test_name_stays_unique_beside_a_translation(self):
        self.superuser_env["res.lang"]._activate_lang("vi_VN")
        self.record.with_context(lang="vi_VN").name = "Bản dịch"
        self.env.flush_all()
        self.assertRefused(lambda: self.env[self.model].create({"name": "Mục thử"}))


@tagged("post_install", "-at_install")
class TestPositions(GuardedList, ListCase):
    model, field = "crm.contact.position", "position_id"


@tagged("post_install", "-at_install")
class TestSupplierTypes(GuardedList, ListCase):
    model, field = "crm.supplier.type", "supplier_type_id"

    def test_suppliers_of_a_type_are_listed(self):
        supplier = self.make_customer(
            supplier_type_id=self.record.id, is_customer=False
        )
        self.make_customer()
        action = self.record.action_view_suppliers()
        self.assertEqual(self.Partner.search(action["domain"]), supplier)
        made = self.Partner.with_context(**action["context"]).create(
            {"name": "Xưởng hai"}
        )
        self.assertEqual(made.supplier_type_id, self.record)
        self.assertFalse(made.ref)
