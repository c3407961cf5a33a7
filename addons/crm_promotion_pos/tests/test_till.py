"""Tills leave promotions and vouchers alone, and go on selling."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_customer.tests.common import make_user
from odoo.addons.point_of_sale.tests.common import CommonPosTest


@tagged("post_install", "-at_install")
class TestTill(CommonPosTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till = cls.pos_config_usd
        company = cls.till.company_id
        cls.cashier, cls.chief = (
            make_user(
                cls.env,
                f"{role}_of_tills",
                f"point_of_sale.group_pos_{role},base.group_user",
                company_id=company.id,
                company_ids=company.ids,
            )
            for role in ("user", "manager")
        )
        gift = cls.env["product.product"].create({"name": "Túi vải"})
        cls.promotion = cls.promote(
            company,
            {"benefit_type": "gift", "reward_product_id": gift.id},
            name="Tặng túi vải",
            promo_code="TUIVAI",
        )
        ten = {"benefit_type": "percent", "discount": 10}
        cls.vouchers = cls.promote(company, ten, name="Voucher", given_by="voucher")
        cls.customer = cls.env["res.partner"].create({"name": "Trần Thị Bích"})
        Card = cls.env["loyalty.card"].sudo()
        cls.voucher = Card.browse(cls.vouchers._issue_vouchers(cls.customer, 1).ids)
        cls.stock = cls.env["loyalty.program"].create(
            {
                "name": "Phiếu của Odoo",
                "program_type": "coupons",
                "trigger": "with_code",
                "applies_on": "current",
                "rule_ids": [Command.create({})],
                "reward_ids": [Command.create({"discount": 10})],
                "communication_plan_ids": [],
                "currency_id": company.currency_id.id,
            }
        )
        cls.coupon = Card.create({"program_id": cls.stock.id, "points": 1})

    @classmethod
    def promote(cls, company, level, **vals):
        program = cls.env["loyalty.program"].sudo()
        program = program.create(
            {
                "is_promotion": True,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "company_id": company.id,
                "reward_ids": [Command.create(level)],
                **vals,
            }
        )
        program.action_start_promotion()
        return program

    def use(self, code):
        """What a till answers to a code."""
        till = self.till.with_user(self.cashier)
        return till.use_coupon_code(
            code, "2026-01-15 05:00:00", self.customer.id, False
        )

    def sell(self):
        """An order that a till has sold to the customer."""
        order, _refund = self.create_backend_pos_order(
            {
                "order_data": {"partner_id": self.customer.id},
                "line_data": [
                    {"product_id": self.ten_dollars_no_tax.product_variant_id.id}
                ],
                "payment_data": [{"payment_method_id": self.cash_payment_method.id}],
            }
        )
        return order

    def test_till_loads_other_programs_only(self):
        self.assertTrue(self.promotion.pos_ok)
        loaded = self.till.with_user(self.cashier)._get_program_ids()
        self.assertIn(self.stock, loaded)
        self.assertFalse(loaded & (self.promotion | self.vouchers))
        known = (self.promotion | self.stock).with_user(self.cashier)
        gone = known._unrelevant_records(self.till)
        self.assertEqual(gone, self.promotion.ids)

    def test_till_opens_though_a_gift_is_not_sold_there(self):
        self.till.with_user(self.cashier).open_ui()
        self.assertEqual(self.till.current_session_id.state, "opening_control")

    def test_codes_of_ours_are_codes_that_nobody_knows(self):
        theirs = self.use(self.coupon.code)
        self.assertTrue(theirs["successful"], theirs)
        answers = {
            code: self.use(code)["payload"]["error_message"].replace(code, "…")
            for code in (self.voucher.code, "TUIVAI", "khong-co-ma-nay")
        }
        self.assertEqual(len(set(answers.values())), 1, answers)

    def test_no_gift_card_is_sold_under_the_code_of_a_voucher(self):
        Card = self.env["loyalty.card"].with_user(self.cashier)
        answer = Card.get_gift_card_status(self.voucher.code, self.till.id)
        self.assertEqual(answer, {"status": False, "data": {"loyalty.card": []}})
        free = Card.get_gift_card_status("khong-co-ma-nay", self.till.id)
        self.assertTrue(free["status"])

    def test_till_makes_no_vouchers_and_changes_none(self):
        order = self.sell().with_user(self.cashier)
        cards = self.env["loyalty.card"].sudo().search_count([])
        said = {
            str(self.voucher.id): self.vouchers,
            "-1": self.vouchers,
            "-2": self.promotion,
            str(self.coupon.id): self.stock,
        }
        order.confirm_coupon_programs(
            {
                number: {
                    "program_id": program.id,
                    "points": -1,
                    "partner_id": self.customer.id,
                }
                for number, program in said.items()
            }
        )
        self.assertEqual(self.env["loyalty.card"].sudo().search_count([]), cards)
        self.assertEqual(
            (self.voucher.voucher_state, self.voucher.points), ("issued", 0)
        )
        self.assertEqual(self.coupon.points, 0)

    def test_voucher_is_not_meant_by_another_program_either(self):
        order = self.sell().with_user(self.cashier)
        vals = {"program_id": self.stock.id, "points": 5}
        order.confirm_coupon_programs({self.voucher.id: vals})
        self.assertEqual(self.voucher.points, 0)

    def test_till_sells_to_a_customer(self):
        order = self.sell()
        self.assertEqual(order.state, "paid")
        self.assertEqual(order.amount_total, 10)
        self.assertFalse(order.lines.reward_id)

    def test_managers_of_tills_change_no_promotions(self):
        chief = self.env(user=self.chief)
        self.stock.with_env(chief).name = "Phiếu mua hàng"
        for records, vals in (
            (self.promotion, {"name": "Khác"}),
            (self.promotion.rule_ids, {"code": "KHAC"}),
            (self.promotion.reward_ids, {"description": "Khác"}),
            (self.voucher, {"expiration_date": "2099-01-01"}),
        ):
            with self.subTest(model=records._name), self.assertRaises(AccessError):
                records.with_env(chief).write(vals)
        for program in (self.promotion, self.vouchers):
            with self.assertRaises(AccessError):
                program.with_env(chief).action_archive()
            with self.assertRaises(AccessError):
                program.with_env(chief).stop_promotions("Hết")
        for model, vals in (
            ("loyalty.program", {"name": "Khác", "is_promotion": True}),
            ("loyalty.reward", {"program_id": self.promotion.id}),
            ("loyalty.card", {"program_id": self.vouchers.id}),
            (
                "loyalty.mail",
                {
                    "program_id": self.promotion.id,
                    "trigger": "create",
                    "mail_template_id": self.env.ref(
                        "crm_promotion.mail_template_voucher"
                    ).id,
                },
            ),
        ):
            if model == "loyalty.program":
                level = {"benefit_type": "percent", "discount": 99}
                days = {"date_from": "2020-01-01", "date_to": "2099-12-31"}
                vals |= days | {"reward_ids": [Command.create(level)]}
            with self.subTest(create=model), self.assertRaises(AccessError):
                chief[model].create(vals)
        self.assertTrue(chief["loyalty.card"].create({"program_id": self.stock.id}))

    def test_who_manages_promotions_does_so_at_a_till_too(self):
        self.chief.group_ids += self.env.ref(
            "crm_promotion.crm_promotion_group_manager"
        )
        self.promotion.with_user(self.chief).name = "Tặng túi vải hoa"
        self.assertEqual(self.promotion.name, "Tặng túi vải hoa")
