"""Quotations get their promotions by themselves; confirmed orders keep theirs."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestPromotionOrder(PromotionCase):
    def test_order_gets_what_it_should_have_when_it_is_saved(self):
        self.promote(10)
        order = self.order(2, confirm=False)
        self.assertEqual(order.amount_total, 180_000)
        self.assertEqual(order._promotion_lines().coupon_id, self.env["loyalty.card"])

    def test_line_reads_as_its_product_with_the_promotion_below(self):
        program = self.promote(10)
        for lang, said in (("vi_VN", "Giảm 10%"), ("en_US", "Discount 10%")):
            self.customer.lang = lang
            line = self.order(2, confirm=False)._promotion_lines()
            self.assertEqual(line.name.split("\n"), [said, program.name])
            self.assertEqual(line.translated_product_name, said)

    def test_best_level_that_is_reached_is_given(self):
        self.promote(
            {"benefit_type": "percent", "discount": 5, "min_amount": 100_000},
            {"benefit_type": "percent", "discount": 20, "min_amount": 300_000},
        )
        order = self.order(0, 1, confirm=False)
        self.assertEqual(order.amount_total, 50_000)
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.amount_total, 95_000)
        order.order_line.filtered("product_uom_qty")[0].product_uom_qty = 8
        self.assertEqual(order.amount_total, 320_000)

    def test_twice_equals_once(self):
        self.promote(10)
        self.promote(
            {"benefit_type": "gift", "reward_product_id": self.other_product.id}
        )
        order = self.order(2, 1, confirm=False)
        before = self.snapshot(order)
        self.env.flush_all()
        with patch.object(type(order), "write") as write:
            order._update_promotions()
        write.assert_not_called()
        self.assertEqual(self.snapshot(order), before)

    def test_taking_the_cause_away_restores_the_order(self):
        order = self.order(2, 1, confirm=False)
        before = self.snapshot(order)
        program = self.promote(10)
        gift = self.promote(
            {"benefit_type": "gift", "reward_product_id": self.product.id}
        )
        order._update_promotions()
        self.assertNotEqual(self.snapshot(order), before)
        (program | gift).action_archive()
        order._update_promotions()
        self.assertEqual(self.snapshot(order), before)

    def test_confirmed_order_is_left_alone_and_says_that_it_would_differ(self):
        program = self.promote(10)
        order = self.order(1)
        self.assertFalse(order.promotions_differ)
        program.reward_ids.discount = 50
        order.invalidate_recordset(["promotions_differ"])
        self.assertEqual(order.amount_total, 90_000)
        self.assertTrue(order.promotions_differ)
        order._update_promotions()
        self.assertEqual(order.amount_total, 90_000)

    def test_one_taken_off_by_hand_stays_off(self):
        program = self.promote(10)
        order = self.order(1, confirm=False)
        line = order._promotion_lines()
        order.write({"order_line": [Command.delete(line.id)]})
        self.assertEqual(order.amount_total, 100_000)
        self.assertEqual(order.promotion_declined_ids.ids, program.ids)
        order.order_line.product_uom_qty = 3
        self.assertEqual(order.amount_total, 300_000)
        order.promotion_declined_ids = False
        self.assertEqual(order.amount_total, 270_000)

    def test_copy_and_cancelled_order_decline_nothing(self):
        self.promote(10)
        order = self.order(1, confirm=False)
        copy = order.copy()
        self.assertEqual(copy.amount_total, 90_000)
        order._action_cancel()
        self.assertFalse(order._promotion_lines())
        self.assertFalse((order | copy).promotion_declined_ids)
        order.action_draft()
        self.assertEqual(order.amount_total, 90_000)

    def test_points_count_after_promotions(self):
        self.promote(50)
        self.give(100_000)
        order = self.order(1, confirm=False)
        order.points_to_spend = 1_000
        self.assertEqual(order.amount_total, 0)
        self.assertEqual(order.points_to_spend, 1_000)
        order.order_line.filtered(lambda line: not line.reward_id).product_uom_qty = 3
        self.assertEqual(order.amount_total, 50_000)

    def test_taxes_are_split_and_never_below_zero(self):
        vietnam = self.env.ref("base.vn").id
        group = self.admin_env["account.tax.group"].create(
            {"name": "GTGT", "company_id": self.company.id, "country_id": vietnam}
        )
        taxes = self.admin_env["account.tax"].create(
            [
                {
                    "name": f"VAT {rate}",
                    "amount": rate,
                    "company_id": self.company.id,
                    "country_id": vietnam,
                    "tax_group_id": group.id,
                    "price_include_override": included,
                }
                for rate, included in ((10, "tax_excluded"), (8, "tax_included"))
            ]
        )
        self.product.taxes_id, self.other_product.taxes_id = taxes[0], taxes[1]
        self.promote({"benefit_type": "amount", "discount": 55_555})
        order = self.order(1, 1, confirm=False)
        self.assertEqual(order.amount_total, 160_000 - 55_555)
        lines = order._promotion_lines()
        self.assertEqual(lines.tax_ids, taxes.with_env(lines.env))
        self.promote({"benefit_type": "amount", "discount": 900_000})
        order._update_promotions()
        self.assertEqual(order.amount_total, 0)

    def test_gift_is_a_line_of_goods_without_a_price(self):
        self.promote(
            {
                "benefit_type": "gift",
                "reward_product_id": self.other_product.id,
                "min_quantity": 2,
                "is_repeated": True,
            },
            level_basis="quantity",
        )
        order = self.order(5, confirm=False)
        line = order._promotion_lines()
        self.assertEqual(line.product_id, self.other_product)
        self.assertEqual(line.product_uom_qty, 2)
        self.assertEqual(order.amount_total, 500_000)

    def test_public_code(self):
        self.promote(10, promo_code="TET2026")
        order = self.order(1, confirm=False)
        self.assertEqual(order.amount_total, 100_000)
        self.assertEqual(order._try_apply_code("TET2026"), {})
        self.assertEqual(order.amount_total, 90_000)
        self.assertIn("already", order._try_apply_code("TET2026")["error"])
        # Taken off by hand, then entered again.
        order._promotion_lines().unlink()
        self.assertEqual(order.amount_total, 100_000)
        self.assertEqual(order._try_apply_code("TET2026"), {})
        self.assertEqual(order.amount_total, 90_000)

    def test_public_code_however_it_is_typed(self):
        program = self.promote(10, promo_code=" tet 2026 ")
        program.invalidate_recordset()
        self.assertEqual(program.promo_code, "TET2026")
        for typed in ("tet2026", " Tet 2026", "TET2026"):
            order = self.order(1, confirm=False)
            self.assertEqual(order._try_apply_code(typed), {}, typed)
            self.assertEqual(order.amount_total, 90_000)
        # One that was stored otherwise.
        program.sudo().rule_ids.code = "Tet 2027"
        order = self.order(1, confirm=False)
        self.assertEqual(order._try_apply_code("TET2027"), {})
        self.assertFalse(order._find_promotion_code(" "))

    def test_free_shipping_up_to_its_cap(self):
        self.promote({"benefit_type": "shipping", "discount_max_amount": 20_000})
        order = self.order(1, confirm=False)
        self.assertEqual(order.amount_total, 100_000)
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.other_product.id,
                            "price_unit": 35_000,
                            "is_delivery": True,
                        }
                    )
                ]
            }
        )
        self.assertEqual(order.amount_total, 115_000)

    def test_points_are_kept_with_the_order_without_a_line(self):
        self.promote({"benefit_type": "points", "benefit_points": 7})
        order = self.order(1, confirm=False)
        self.assertFalse(order._promotion_lines())
        [benefit] = order.promotion_benefits
        self.assertEqual((benefit["type"], benefit["quantity"]), ("points", 7))

    def test_another_customer_gets_something_else(self):
        tag = self.admin_env["res.partner.category"].create({"name": "Khách quen"})
        self.promote(10, customer_tag_ids=tag.ids)
        order = self.order(1, confirm=False)
        self.assertEqual(order.amount_total, 100_000)
        order.partner_id = self.env["res.partner"].create(
            {"name": "Lê Thị Hoa", "category_id": tag.ids}
        )
        self.assertEqual(order.amount_total, 90_000)
        order.partner_id = self.customer
        self.assertEqual(order.amount_total, 100_000)

    def test_first_order_only(self):
        self.promote(10, buyers="first")
        first, second = self.order(1, confirm=False), self.order(1, confirm=False)
        self.assertEqual(second.amount_total, 90_000)
        first.action_confirm()
        self.assertEqual(first.amount_total, 90_000)
        self.assertFalse(first.promotions_differ)
        with self.assertRaisesRegex(UserError, "promises “Khuyến mãi”"):
            second.action_confirm()
        second._update_programs_and_rewards()
        second.action_confirm()
        self.assertEqual(second.amount_total, 100_000)

    def test_odoos_programs_come_after_promotions(self):
        """And neither takes the other for its own."""
        stock = self.admin_env["loyalty.program"].create(
            {
                "name": "Của Odoo",
                "program_type": "promotion",
                "applies_on": "current",
                "trigger": "auto",
                "company_id": self.company.id,
                "rule_ids": [Command.create({"minimum_qty": 0})],
                "reward_ids": [Command.create({"discount": 10})],
                "communication_plan_ids": [],
            }
        )
        self.promote(10)
        order = self.order(1, confirm=False).with_env(self.admin_env)
        order._update_programs_and_rewards()
        card = order.coupon_point_ids.coupon_id
        order._apply_program_reward(stock.reward_ids, card)
        self.assertEqual(order.amount_total, 81_000)
        order.order_line.filtered(lambda line: not line.reward_id).product_uom_qty = 2
        self.assertEqual(order.amount_total, 162_000)
        order._update_programs_and_rewards()
        self.assertEqual(order.amount_total, 162_000)
