"""What customers see of their points, and do with them, on their own pages."""

from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_customer.tests.common import make_user

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestPortal(LoyaltyCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.superuser_env["res.lang"]._activate_lang("vi_VN")
        cls.buyer = cls.person("buyer")
        cls.stranger = cls.person("stranger")
        cls.customer = cls.buyer.partner_id.with_env(cls.env)

    @classmethod
    def person(cls, login):
        return make_user(
            cls.superuser_env,
            f"{login}_of_points_tests",
            "base.group_portal",
            lang="vi_VN",
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )

    def page(self, url, user):
        self.authenticate(user.login, user.login)
        return self.url_open(url).text

    def use(self, order, points, user):
        """Send the form, and read the page that follows."""
        self.authenticate(user.login, user.login)
        return self.url_open(
            f"/my/orders/{order.id}/points",
            data={"points": points, "csrf_token": Request.csrf_token(self)},
        ).text

    def quotation(self, *quantities):
        order = self.order(*quantities, confirm=False)
        order.action_quotation_sent()
        order.sudo()._portal_ensure_token()
        return order

    def test_own_points_in_vietnamese(self):
        self.give(123)
        page = self.page("/my/points", self.buyer)
        self.assertIn('data-points="123"', page)
        self.assertIn("12.300", page)
        self.assertIn("Số dư", page)
        self.assertIn("Quà tặng", page)
        page = self.page("/my/points", self.stranger)
        self.assertNotIn("data-points", page)
        self.assertNotIn("Quà tặng", page)

    def test_own_tier_and_what_is_missing(self):
        Grade = self.admin_env["res.partner.grade"]
        Grade.create(
            [
                {
                    "name": name,
                    "is_tier": True,
                    "company_id": self.company.id,
                    "min_points": points,
                    "min_amount": points,
                }
                for name, points in (("Hạng Bạc", 10), ("Hạng Vàng", 50))
            ]
        )
        self.give(5, kind="earn")
        page = self.page("/my/points", self.buyer)
        self.assertNotIn("Hạng Bạc</div>", page)
        self.give(15, kind="earn")
        page = self.page("/my/points", self.buyer)
        self.assertIn("o_crm_tier", page)
        self.assertRegex(page, r"Hạng Bạc\s*</div>")
        self.assertRegex(page, r"30 điểm[^<]*Hạng Vàng")
        self.assertIn('aria-valuenow="25"', page)
        page = self.page("/my/points", self.stranger)
        self.assertNotIn("Hạng", page)

    def test_contact_person_sees_the_account_of_the_company(self):
        self.give(40)
        contact = self.person("contact")
        contact.partner_id.parent_id = self.buyer.partner_id
        self.assertIn('data-points="40"', self.page("/my/points", contact))

    def test_ledger_has_pages(self):
        for number in range(90):
            self.give(1, key=f"trang-{number}")
        page = self.page("/my/points", self.buyer)
        self.assertIn("/my/points/page/2", page)
        self.assertIn("Quà tặng", self.page("/my/points/page/2", self.buyer))

    def test_statement_has_one_line_for_what_an_order_did(self):
        self.give(10)
        self.give(20)
        self.order(1, points=25)
        self.order(2)._action_cancel()
        self.settle()
        card = self.card().sudo()
        lines = card._read_statement(10)
        self.assertEqual(sorted(line["points"] for line in lines), [-25, 9, 10, 20])
        self.assertEqual(card._count_statement(), 4)
        self.assertEqual(len(card._read_statement(3, 3)), 1)

    def test_hidden_program_shows_nothing(self):
        self.give(40)
        self.program.portal_visible = False
        self.assertNotIn("data-points", self.page("/my/points", self.buyer))

    def test_customer_uses_points_on_a_quotation(self):
        self.give(100)
        order = self.quotation(1)
        page = self.page(order.get_portal_url(), self.buyer)
        self.assertIn(f"/my/orders/{order.id}/points", page)
        self.assertIn("94.000", self.use(order, "60", self.buyer))
        self.env.invalidate_all()
        self.assertEqual(order.amount_total, 94_000)
        page = self.use(order, "101", self.buyer)
        self.assertIn("100", page.partition("alert-warning")[2][:200])
        self.use(order, "0", self.buyer)
        self.env.invalidate_all()
        self.assertEqual(order.amount_total, 100_000)
        self.use(order, "60", self.stranger)
        self.env.invalidate_all()
        self.assertEqual(order.amount_total, 100_000)

    def test_both_conditions_hold_at_this_door(self):
        self.give(100)
        self.program.points_to_keep = 70
        order = self.quotation(1)
        with self.assertRaisesRegex(UserError, "At most 30"):
            order._spend_points_from_portal("31", self.buyer)
        self.program.orders_before_redeeming = 1
        with self.assertRaisesRegex(UserError, "1 purchases"):
            order._spend_points_from_portal("5", self.buyer)
        self.assertFalse(order._offers_points_to(self.buyer))

    def test_only_the_customer_and_only_before_confirming(self):
        self.give(100)
        order = self.quotation(1)
        for user in (self.stranger, self.env.ref("base.public_user")):
            self.assertFalse(order._offers_points_to(user))
            with self.assertRaises(AccessError):
                order._spend_points_from_portal("5", user)
        for typed in ("-5", "1.5", "abc", "", "²", "9" * 20):
            with self.assertRaisesRegex(UserError, "whole"):
                order._spend_points_from_portal(typed, self.buyer)
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "until"):
            order._spend_points_from_portal("5", self.buyer)
        self.assertFalse(order._offers_points_to(self.buyer))
