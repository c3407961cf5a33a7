"""Promotions that ask for the customer's other orders: orders confirmed together."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PromotionCase


@tagged("post_install", "-at_install")
class TestFirstOrders(PromotionCase):
    def quotations(self, count=2, partner=None, **vals):
        return self.Order.union(
            *(
                self.order(1, partner=partner, confirm=False, **vals)
                for _each in range(count)
            )
        )

    def read_all(self, orders):
        """Read what a confirmation reads of any order."""
        for order in orders:
            order.sudo()._promotion_programs().mapped("name")
            order.partner_id.mapped("commercial_partner_id")

    def refused(self, orders, reason):
        with self.assertRaisesRegex(UserError, reason), self.env.cr.savepoint():
            orders.action_confirm()

    def turns(self):
        """Customer -> how often his orders took turns."""
        turns = self.superuser_env["crm.promotion.turn"].search([])
        mine = turns.filtered(lambda turn: turn.company_id == self.company)
        return {turn.partner_id: turn.taken for turn in mine}

    def test_one_of_two_in_one_call_is_the_first(self):
        self.promote(10, buyers="first")
        orders = self.quotations()
        self.assertEqual(orders.mapped("amount_total"), [90_000, 90_000])
        self.refused(orders, f"{orders[1].name} promises “Khuyến")
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        orders[0].action_confirm()
        orders[1]._update_promotions()
        orders[1].action_confirm()
        self.assertEqual(orders.mapped("amount_total"), [90_000, 100_000])

    def test_whose_discount_asks_comes_first(self):
        self.promote(10, buyers="first", product_ids=self.product.ids)
        other = self.order(0, 1, confirm=False)
        first = self.order(1, confirm=False)
        (other | first).action_confirm()
        self.assertEqual((other | first).mapped("state"), ["sale", "sale"])
        self.assertEqual(first.amount_total, 90_000)

    def test_customers_are_no_hindrance_to_each_other(self):
        self.promote(10, buyers="first")
        others = self.env["res.partner"].create([{"name": f"Khách {n}"} for n in "AB"])
        orders = self.Order.union(*(self.quotations(1, each) for each in others))
        orders.action_confirm()
        self.assertEqual(orders.mapped("amount_total"), [90_000, 90_000])
        self.assertEqual(self.turns(), dict.fromkeys(others, 1))

    def test_two_promotions_have_one_first_order(self):
        self.promote(10, name="Mũ", buyers="first", product_ids=self.product.ids)
        self.promote(10, name="Áo", buyers="first", product_ids=self.other_product.ids)
        orders = self.order(1, confirm=False) | self.order(0, 1, confirm=False)
        self.refused(orders, "“Áo”")
        orders[1].action_confirm()
        self.refused(orders[0], "“Mũ”")

    def test_welcome_back_is_said_once(self):
        old = self.order(1)
        old.with_env(self.admin_env).date_order = "2025-01-15 05:00:00"
        self.promote(10, buyers="returning", idle_days=30)
        orders = self.quotations()
        self.assertEqual(orders.mapped("amount_total"), [90_000, 90_000])
        self.refused(orders, "promises")

    def test_cancelled_order_gives_back(self):
        self.promote(10, buyers="first")
        first, second = self.quotations()
        first.action_confirm()
        self.refused(second, "promises")
        first._action_cancel()
        second.action_confirm()
        self.assertEqual((second.state, second.amount_total), ("sale", 90_000))
        self.assertEqual(self.turns(), {self.customer: 2})

    def test_voucher_whose_reservation_ended_is_for_the_first_order_too(self):
        program = self.promote(20, name="Chào", given_by="voucher", buyers="first")
        [card] = program.sudo()._issue_vouchers(self.customer, 1)
        order = self.order(1, confirm=False)
        order.apply_voucher(card.code)
        order._give_back(card.sudo())
        card.invalidate_recordset()
        self.order(1)
        self.refused(order, "promises “Chào”")
        self.assertEqual(card.voucher_state, "issued")

    def test_contacts_of_a_company_take_its_turn(self):
        self.promote(10, buyers="first")
        contact = self.env["res.partner"].create(
            {"name": "Thủ kho", "parent_id": self.customer.id}
        )
        self.order(1, partner=contact)
        self.assertEqual(self.turns(), {self.customer: 1})

    def test_merged_customers_have_one_turn(self):
        self.promote(10, buyers="first")
        other = self.env["res.partner"].create({"name": "Trần Bích"})
        self.order(1)
        self.order(1, partner=other)
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, other)
        self.assertEqual(self.turns(), {other: 1})

    def test_other_promotions_ask_nothing(self):
        self.promote(10)
        orders = self.quotations()
        self.read_all(orders)
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.assertEqual(orders._promotion_turns(), [orders])
        orders.action_confirm()
        self.assertFalse(self.turns())

    def test_turns_of_many_are_one_statement(self):
        self.promote(10, buyers="first")
        partners = self.env["res.partner"].create(
            [{"name": f"Khách {number}"} for number in range(5)]
        )
        orders = self.Order.union(*(self.quotations(1, each) for each in partners))
        self.read_all(orders)
        self.env.flush_all()
        with self.assertQueryCount(1):
            parts = orders._promotion_turns()
        self.assertEqual(parts, list(orders))
