"""Why an order gets what it gets, and what it would get: nothing is written."""

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestWhy(PromotionCase):
    def why(self, order):
        """Program -> outcome, and the conditions that don't hold."""
        promotions = order._plan_promotions(why=True)
        return {
            row["program"].name: (
                row["verdict"].outcome,
                [check["label"] for check in row["checks"] if not check["ok"]],
            )
            for row in order._explain_promotions(promotions)
        }

    def test_each_program_with_each_condition(self):
        grade = self.admin_env["res.partner.grade"].create({"name": "Vàng"})
        self.promote(10, name="Cho mọi người")
        self.promote(
            {"benefit_type": "percent", "discount": 5, "min_amount": 900_000},
            name="Cho hạng Vàng",
            grade_ids=grade.ids,
            product_ids=self.other_product.ids,
        )
        order = self.order(1, confirm=False)
        self.assertEqual(
            self.why(order),
            {
                "Cho mọi người": ("given", []),
                "Cho hạng Vàng": (
                    "condition",
                    ["Tier", "Goods of the promotion", "Amount for the first level"],
                ),
            },
        )

    def test_queries_do_not_grow_with_programs(self):
        order = self.order(1, confirm=False)
        counts = []
        for number in (3, 12):
            for each in range(number):
                grade = self.admin_env["res.partner.grade"].create({"name": "Vàng"})
                asked = {"grade_ids": grade.ids} if each % 2 else {}
                self.promote(
                    {"benefit_type": "amount", "discount": 100}, name=f"{each}", **asked
                )
            promotions = order._plan_promotions(why=True)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            rows = order._explain_promotions(promotions)
            for row in rows:
                self.assertTrue(row["program"].name)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(len(rows), 3 + 12)
        self.assertLessEqual(counts[1], counts[0])
        fitting = order._explain_promotions(promotions, only_fitting=True)
        self.assertEqual(len(fitting), 2 + 6)

    def test_dialog_of_the_order_speaks(self):
        self.promote(10, name="Cho mọi người")
        order = self.order(1, confirm=False)
        why = self.env["crm.promotion.why"].create({"order_id": order.id})
        self.assertIn("Cho mọi người", why.result)
        order.write({"order_line": [Command.delete(order._promotion_lines().id)]})
        why.invalidate_recordset()
        self.assertIn("taken off this order by hand", why.result)
        self.assertTrue(why.can_return)
        why.action_return_promotions()
        self.assertEqual(order.amount_total, 90_000)

    def test_every_condition_has_its_words(self):
        grade = self.admin_env["res.partner.grade"].create({"name": "Vàng"})
        source = self.admin_env["utm.source"].create({"name": "Bạn giới thiệu"})
        tag = self.admin_env["res.partner.category"].create({"name": "Khách sỉ"})
        team = self.admin_env["crm.team"].create({"name": "Cửa hàng 1"})
        group = self.admin_env["crm.customer.group"].create(
            {"name": "Khách quen", "company_id": self.company.id}
        )
        self.promote(
            {"benefit_type": "percent", "discount": 5, "min_quantity": 9},
            name="Kén khách",
            level_basis="quantity",
            grade_ids=grade.ids,
            source_ids=source.ids,
            customer_tag_ids=tag.ids,
            customer_group_ids=group.ids,
            team_ids=team.ids,
            product_ids=self.other_product.ids,
            product_category_ids=self.product.categ_id.ids,
            buyers="returning",
            idle_days=30,
            in_birth_month=True,
            min_order_amount=1_000_000,
            on_monday=True,
            hour_from=23.98,
            hour_to=24,
            date_from="2099-01-01",
            promo_code="KEN",
        )
        order = self.order(1, confirm=False)
        [row] = order._explain_promotions(order._plan_promotions(why=True))
        for check in row["checks"]:
            self.assertTrue(check["label"] and check["expected"] and check["actual"])
        self.assertGreater(len(row["checks"]), 14)

    def test_code_that_does_not_fit_says_why(self):
        self.promote(
            {"benefit_type": "percent", "discount": 5, "min_amount": 900_000},
            promo_code="TET",
        )
        order = self.order(1, confirm=False)
        error = order._try_apply_code("TET")["error"]
        self.assertIn("900", error)
        self.assertFalse(order.code_enabled_rule_ids)

    def test_public_code_in_the_dialog_of_odoo(self):
        self.promote(10, promo_code="MAYLUA")
        order = self.order(1, confirm=False)
        Wizard = self.env["sale.loyalty.coupon.wizard"]
        wizard = Wizard.create({"order_id": order.id, "coupon_code": "MAYLUA"})
        self.assertEqual(wizard.action_apply()["type"], "ir.actions.act_window_close")
        self.assertEqual(order.amount_total, 90_000)
        with self.assertRaisesRegex(ValidationError, "already applied"):
            wizard.action_apply()

    def test_basket_is_tried_at_any_moment_and_nothing_is_written(self):
        program = self.promote(
            20, name="Sang năm", date_from="2099-01-01", date_to="2099-12-31"
        )
        attempt = self.env["crm.promotion.try"].create(
            {
                "program_id": program.id,
                "partner_id": self.customer.id,
                "moment": "2099-06-01 05:00:00",
                "line_ids": [
                    Command.create({"product_id": self.product.id, "quantity": 2})
                ],
            }
        )
        orders = self.admin_env["sale.order"].search_count([])
        self.assertIn("40,000", attempt.result.replace(".", ","))
        attempt.moment = fields.Datetime.now()
        self.assertNotIn("40,000", attempt.result.replace(".", ","))
        self.assertEqual(self.admin_env["sale.order"].search_count([]), orders)

    def test_confirmed_order_is_renewed_by_a_manager_only(self):
        program = self.promote(10)
        order = self.order(1)
        program.reward_ids.discount = 50
        with self.assertRaises(AccessError):
            order.action_renew_promotions()
        order.with_user(self.promotion_manager).action_renew_promotions()
        self.assertEqual(order.amount_total, 50_000)
