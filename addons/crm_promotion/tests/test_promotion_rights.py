"""Who may make promotions, other companies, the portal; and how many queries."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_user

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestPromotionRights(PromotionCase):
    def test_users_see_and_managers_make_promotions(self):
        program = self.promote(10)
        self.assertEqual(program.with_env(self.env).name, "Khuyến mãi")
        for call in (
            lambda: program.with_env(self.env).write({"name": "Khác"}),
            lambda: program.reward_ids.with_env(self.env).write({"discount": 99}),
            lambda: self.env["crm.promotion.exclusion"].create({"name": "Nhóm"}),
            lambda: self.env["crm.customer.group"].action_create_promotion(),
        ):
            with self.assertRaises(AccessError):
                call()
        exclusions = self.env["crm.promotion.exclusion"].with_user(
            self.promotion_manager
        )
        self.assertTrue(exclusions.create({"name": "Nhóm"}))

    def test_managers_change_promotions_only(self):
        env = self.admin_env
        gift = env["loyalty.program"].create(
            {
                "name": "Thẻ quà tặng",
                "program_type": "gift_card",
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({})],
            }
        )
        promo = self.promote(10)
        roles = {
            role: make_user(
                self.superuser_env,
                f"{role}_of_loyalty",
                f"crm_customer.role_{role}",
                company_id=self.company.id,
                company_ids=self.company.ids,
            )
            for role in ("marketing", "shop_manager")
        }
        theirs = (
            (gift, {"name": "Khác"}),
            (gift.reward_ids, {"required_points": 2}),
            (gift.rule_ids, {"minimum_amount": 1}),
            (self.program, {"name": "Khác"}),
            (self.rule, {"minimum_amount": 1}),
        )
        marketing = roles["marketing"]
        promo.with_user(marketing).write({"name": "Khuyến mãi mới"})
        promo.reward_ids.with_user(marketing).write({"discount": 20})
        self.assertTrue(gift.with_user(marketing).name)
        for records, vals in theirs:
            with self.subTest(model=records._name):
                with self.assertRaises(AccessError):
                    records.with_user(marketing).write(vals)
                for user in (roles["shop_manager"], self.loyalty_manager):
                    records.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            self.Program.with_user(marketing).create(
                {"name": "Thẻ khác", "program_type": "gift_card"}
            )
        Card = self.env["loyalty.card"]
        vals = {"program_id": gift.id, "points": 1}
        with self.assertRaises(AccessError):
            Card.with_user(marketing).create(vals)
        self.assertTrue(Card.with_user(roles["shop_manager"]).create(vals))

    def test_managers_need_no_right_to_products(self):
        program = self.promote(10, 20)
        program.action_archive()
        program.action_unarchive()
        program.reward_ids[:1].description = "Giảm mười phần trăm"

    def test_other_companies_have_their_own(self):
        other = self._make_shop("Cửa hàng khác")
        level = {"benefit_type": "percent", "discount": 10}
        program = self.superuser_env["loyalty.program"].create(
            {
                "name": "Của công ty khác",
                "is_promotion": True,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "company_id": other.id,
                "reward_ids": [Command.create(level)],
            }
        )
        program.action_start_promotion()
        order = self.order(1, confirm=False)
        self.assertEqual(order.amount_total, 100_000)
        self.assertFalse(
            self.env["loyalty.program"].search([("is_promotion", "=", True)])
        )

    def test_portal_sees_its_discount_and_no_program(self):
        self.promote(10)
        portal = make_user(
            self.superuser_env,
            "portal_of_promotions",
            "base.group_portal",
        )
        order = self.order(1, confirm=False, partner=portal.partner_id)
        order.sudo().action_quotation_sent()
        theirs = order.with_user(portal)
        self.assertEqual(theirs.amount_total, 90_000)
        for call in (
            lambda: self.env["loyalty.program"].with_user(portal).search([]),
            theirs.action_renew_promotions,
            lambda: theirs.promotion_ids.mapped("name"),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_number_of_programs_costs_no_queries(self):
        def counted():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._update_promotions()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.promote(10)
        order = self.order(2, 1, confirm=False)
        order._update_promotions()
        few = counted()
        for number in range(8):
            self.promote(1, name=f"Thêm {number}", buyers="first", promotion_priority=3)
            self.promote(
                {"benefit_type": "percent", "discount": 1, "min_amount": 10**9},
                product_ids=self.product.ids,
            )
        order._update_promotions()
        many = counted()
        # Two more: has the customer bought before, and did it come back?
        self.assertLessEqual(many, few + 2)
        self.assertLess(few, 40)

    def test_number_of_lines_costs_no_queries(self):
        self.promote(10)
        goods = self.admin_env["product.product"].create(
            [
                {"name": f"Hàng {n}", "list_price": 1_000, "taxes_id": False}
                for n in range(30)
            ]
        )

        def counted(products):
            order = self.Order.create(
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": product.id})
                        for product in products
                    ],
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._update_promotions()
            return self.env.cr.sql_log_count - before

        counted(goods[:2])
        self.assertLessEqual(counted(goods), counted(goods[:2]))

    def test_bad_promotions_are_refused_in_one_sentence(self):
        cases = [
            ({"date_to": False}, "start and an end"),
            ({"given_by": "code"}, "public code"),
            ({"hour_from": 25}, "0:00 to 24:00"),
            ({"reward_ids": []}, "at least one benefit level"),
        ]
        for vals, sentence in cases:
            with (
                self.subTest(sentence),
                self.assertRaisesRegex(ValidationError, sentence),
            ):
                self.promote(10, start=False, **vals)
        for level, sentence in [
            ({"benefit_type": "percent", "discount": 101}, "at most 100%"),
            ({"benefit_type": "gift"}, "gift"),
            ({"benefit_type": "points"}, "how many points"),
            ({"benefit_type": "voucher"}, "voucher"),
        ]:
            with (
                self.subTest(sentence),
                self.assertRaisesRegex(ValidationError, sentence),
            ):
                self.promote(level, start=False)
        with self.assertRaisesRegex(UserError, "turned into a promotion"):
            self.promote(10).write({"is_promotion": False})
