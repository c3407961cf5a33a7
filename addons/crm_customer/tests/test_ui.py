from base64 import b64encode

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import MANAGER, USER, make_user, make_xlsx


@tagged("post_install", "-at_install")
class TestScreens(HttpCase):
    """The main screens in a browser, in Vietnamese: no step may depend on a word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("vi_VN")
        cls.manager = make_user(
            cls.env,
            "shop_manager_of_tests",
            MANAGER,
            lang="vi_VN",
            tz="Asia/Ho_Chi_Minh",
        )

    def test_rules_are_written_tested_and_followed(self):
        """A rule about owners, then one about fields, which stops a duplicate."""
        member = self._make_team_of_one()
        source = self.env["utm.source"].create(
            {"name": "Facebook của bài thử", "code": "fb_of_tests"}
        )
        self.env["crm.owner.rule"].search([]).active = False
        Partner = self.env["res.partner"]
        Partner.create({"name": "Khách của bài thử", "source_id": source.id})
        Partner.create({"name": "Lê Thị Hoa", "email": "hoa@example.com"})
        self.start_tour(
            "/odoo/owner-rules",
            "crm_customer_rules",
            login=self.manager.login,
            timeout=120,
        )

        customer = Partner.search([("name", "=", "Trần Văn Trùng")])
        self.assertEqual(customer.email, "trung@example.com")
        self.assertTrue(customer.is_customer)
        self.assertRegex(customer.ref, r"^KH\d+$")

        # With an address, as the rule about fields wants one now.
        customer = Partner.create(
            {
                "name": "Khách mới của bài thử",
                "email": "moi@example.com",
                "source_id": source.id,
            }
        )
        self.assertEqual(customer.user_id, member)
        Log = self.env["crm.owner.log"].with_user(self.manager)
        change = Log.search([("partner_id", "ilike", "Khách mới của bài thử")])
        self.assertIn("Facebook của bài thử", change.explanation)

    def _make_team_of_one(self):
        """Who is alone in a team gets all that the team gets."""
        member = make_user(
            self.env, "member_of_tests", USER, name="Nhân viên của bài thử"
        )
        team = self.env["crm.team"].create({"name": "Telesale của bài thử"})
        self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": member.id}
        )
        return member

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

    def test_group_is_made_and_a_customer_called(self):
        make = self.env["res.partner"].create
        make({"name": "Lan Tháng Tư", "gender": "female", "birthdate": "1990-04-05"})
        make({"name": "Nam Tháng Năm", "gender": "male", "birthdate": "1990-05-05"})
        lan = make(
            {"name": "Lan Tháng Năm", "gender": "female", "birthdate": "1990-05-05"}
        )
        called = make({"name": "Khách Được Gọi", "phone": "0862000779"})
        called._log_interaction("chat", content="Hỏi giá")
        for _number in range(22):
            called._log_interaction("note", content="Ghi chú cũ")
        self.sell(called, times=2)
        self.env["crm.customer.stat"]._refresh()
        self.start_tour(
            "/odoo/customer-groups",
            "crm_customer_group_to_call",
            login=self.manager.login,
            timeout=120,
        )

        group = self.env["crm.customer.group"].search(
            [("name", "=", "Chị em sinh tháng Năm")]
        )
        sentences = group.condition_ids.with_context(lang="vi_VN")
        self.assertEqual(len(sentences.mapped("display_name")), 2)
        self.assertIn(lan, group.member_ids.partner_id)
        self.assertFalse(
            group.member_ids.partner_id.filtered(
                lambda p: p.gender != "female" or p.birth_month != 5
            )
        )
        call = self.env["crm.interaction"].search(
            [
                ("partner_id", "=", called.id),
                ("channel", "=", "call"),
                ("valid", "=", True),
            ]
        )
        self.assertEqual(call.user_id, self.manager)
        self.assertEqual(call.result_id.code, "busy")
        self.assertEqual(call.corrects_id.result_id.code, "reached")

    def sell(self, customer, times):
        """Confirmed orders of 1,500,000 đ."""
        product = self.env["product.product"].create(
            {"name": "Váy của bài thử", "type": "service"}
        )
        line = {
            "product_id": product.id,
            "price_unit": 1_500_000,
            "tax_ids": [Command.clear()],
        }
        orders = self.env["sale.order"].create(
            [
                {"partner_id": customer.id, "order_line": [Command.create(line)]}
                for _number in range(times)
            ]
        )
        orders.action_confirm()
