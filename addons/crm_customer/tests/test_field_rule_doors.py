"""Field rules from the doors that other programs and Odoo's own screens use."""

from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import MANAGER, CustomerCase, make_user

PHONE = "0862000001"
MAIL = "hoa@example.com"


@tagged("post_install", "-at_install")
class TestImportOfOdoo(CustomerCase):
    def test_duplicate_and_incomplete_rows_are_refused(self):
        self.rule("email").write({"required": True, "check_duplicate": True})
        self.make_customer("Lê Thị Hoa", email=MAIL)
        for row, reason in (
            (["A", MAIL], "Lê Thị Hoa"),
            (["A", ""], "Email"),
        ):
            with self.subTest(row):
                result = self.Partner.load(["name", "email"], [row])
                self.assertFalse(result["ids"])
                self.assertIn(reason, result["messages"][0]["message"])
        result = self.Partner.load(["name", "email"], [["A", "a@example.com"]])
        self.assertTrue(result["ids"])


@tagged("post_install", "-at_install")
class TestApi(HttpCase):
    def test_other_programs_read_why_they_are_refused(self):
        clerk = make_user(self.env, "clerk_of_tests", MANAGER)
        tomorrow = datetime.now() + timedelta(days=1)
        keys = self.env["res.users.apikeys"].with_user(clerk)
        key = keys._generate("rpc", "tests", tomorrow)
        self.env["res.partner"].create({"name": "Lê Thị Hoa", "phone": PHONE})
        self.env["crm.customer.field.rule"].search(
            [("field_name", "=", "email"), ("company_id", "=", clerk.company_id.id)]
        ).required = True
        for vals, reason in (
            ({"name": "A", "phone": PHONE, "email": MAIL}, "Lê Thị Hoa"),
            ({"name": "A"}, "Email"),
        ):
            with self.subTest(vals), mute_logger("odoo.http"):
                answer = self.url_open(
                    "/json/2/res.partner/create",
                    json={"vals_list": [vals]},
                    headers={"Authorization": f"bearer {key}"},
                )
                self.assertEqual(answer.status_code, 422)
                self.assertIn(reason, answer.json()["message"])
                self.assertFalse(self.env["res.partner"].search([("name", "=", "A")]))
