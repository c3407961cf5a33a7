from base64 import b64encode

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MANAGER, make_xlsx


@tagged("post_install", "-at_install")
class TestScreens(HttpCase):
    """The main screens in a browser, in Vietnamese: no step may depend on a word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("vi_VN")
        cls.manager = new_test_user(
            cls.env(context={"no_reset_password": True}),
            "shop_manager_of_tests",
            MANAGER,
            lang="vi_VN",
            tz="Asia/Ho_Chi_Minh",
        )

    def test_quick_created_customer_has_a_code(self):
        self.start_tour(
            "/odoo/retail-customers",
            "crm_customer_quick_create",
            login=self.manager.login,
        )
        customer = self.env["res.partner"].search(
            [("phone_sanitized", "=", "+84862000777")]
        )
        self.assertEqual(customer.name, "Nguyễn Thị Mới")
        self.assertRegex(customer.ref, r"^KH\d+$")

    def test_field_rule_stops_a_duplicate(self):
        """Somebody sets a rule, is stopped by it, reads why, and goes on."""
        self.env["res.partner"].create(
            {"name": "Lê Thị Hoa", "email": "hoa@example.com"}
        )
        with mute_logger("odoo.http"):  # tells of the refusal
            self.start_tour(
                "/odoo/customer-field-rules",
                "crm_customer_field_rule",
                login=self.manager.login,
            )
        customer = self.env["res.partner"].search([("name", "=", "Trần Văn Trùng")])
        self.assertEqual(customer.email, "trung@example.com")
        self.assertTrue(customer.is_customer and customer.ref)

    def test_file_is_previewed_and_imported(self):
        rows = [["", "Khách Tốt", "0862000778"], ["", "Khách Số Sai", "12"]]
        record = (
            self.env["crm.customer.import"]
            .with_user(self.manager)
            .create({"file": b64encode(make_xlsx(rows)), "file_name": "khách.xlsx"})
        )
        url = f"/odoo/customer-imports/{record.id}"
        self.start_tour(url, "crm_customer_import_start", login=self.manager.login)
        self.assertEqual(record.state, "reading")
        jobs = self.env["queue.job"].search([("model_name", "=", record._name)])
        self.assertEqual(set(jobs.mapped("method_name")), {"_job_stage", "_job_check"})

        record._job_stage()
        record._job_check()
        record._job_apply(1, 10)
        record._job_finish()
        self.start_tour(url, "crm_customer_import_result", login=self.manager.login)
