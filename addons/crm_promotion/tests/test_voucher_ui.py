"""The main screens of vouchers in a browser, in Vietnamese."""

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_customer.tests.common import make_user

from ..models import crm_voucher_service
from .common import MANAGER


@tagged("post_install", "-at_install")
class TestVoucherScreens(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("vi_VN")
        cls.manager = make_user(
            cls.env,
            "voucher_manager_of_tests",
            f"{MANAGER},sales_team.group_sale_manager",
            lang="vi_VN",
            tz="Asia/Ho_Chi_Minh",
        )
        cls.voucher_program = cls.env["loyalty.program"].create(
            {
                "name": "Voucher của bài thử",
                "is_promotion": True,
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "company_id": cls.env.company.id,
                "rule_ids": [],
                "reward_ids": [Command.create({"discount": 10})],
                "communication_plan_ids": [],
            }
        )
        cls.voucher_program.action_start_promotion()

    def test_issue(self):
        self.start_tour(
            "/odoo/voucher-issues", "crm_voucher_issue", login=self.manager.login
        )
        cards = self.env["loyalty.card"].search(
            [("program_id", "=", self.voucher_program.id)]
        )
        self.assertEqual(len(cards), 3)
        self.assertEqual(cards.create_uid, self.manager)

    def test_use_cancel_use_again(self):
        card = self.voucher_program._issue_vouchers()
        card.code = "thu-baithu01"
        product = self.env["product.product"].create(
            {"name": "Khăn lụa", "list_price": 200_000, "taxes_id": False}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Chị Mai"}).id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        self.start_tour(
            f"/odoo/orders/{order.id}", "crm_voucher_use", login=self.manager.login
        )
        self.assertEqual((card.voucher_state, card.used_order_id), ("used", order))
        self.assertEqual(
            card.voucher_log_ids.sorted("id").mapped("move"),
            ["issue", "reserve", "use", "give_back", "reserve", "use"],
        )

    def test_many_old_vouchers_hide_no_usable_one(self):
        Card = self.env["loyalty.card"]
        partner = self.env["res.partner"].create({"name": "Khách quen"})
        old = self.voucher_program._issue_vouchers(partner, 4)
        old.write({"expiration_date": "2020-01-15"})
        usable = self.voucher_program._issue_vouchers(partner, 3)
        with patch.object(crm_voucher_service, "SHOWN", 2):
            found, others = Card._usable_and_others([("partner_id", "=", partner.id)])
        self.assertEqual(found, usable)
        self.assertEqual(len(others), 2)
        self.assertLess(others, old)

    def test_customer_sees_his_own_vouchers(self):
        buyer = make_user(
            self.env, "voucher_buyer", "base.group_portal", password="voucher_buyer"
        )
        mine = self.voucher_program._issue_vouchers(buyer.partner_id)
        other = self.voucher_program._issue_vouchers(
            self.env["res.partner"].create({"name": "Người khác"})
        )
        anybody = self.voucher_program._issue_vouchers()
        self.authenticate("voucher_buyer", "voucher_buyer")
        page = self.url_open("/my/vouchers")
        self.assertEqual(page.status_code, 200)
        self.assertIn(mine.code, page.text)
        for card in other | anybody:
            self.assertNotIn(card.code, page.text)
        self.assertIn("data:image", page.text)
        self.voucher_program.stop_promotions("Hết quà")
        page = self.url_open("/my/vouchers")
        self.assertIn(mine.code, page.text)
        self.assertNotIn("data:image", page.text, "offered though it can't be used")
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["voucher_count"]}
        )
        self.assertEqual(counters["voucher_count"], 1)
