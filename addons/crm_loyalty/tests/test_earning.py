"""Earning rules on orders and the sentences that say why."""

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestEarning(LoyaltyCase):
    def rule_of(self, rule_type, **vals):
        return self.admin_env["loyalty.rule"].create(
            {
                "program_id": self.program.id,
                "name": rule_type,
                "rule_type": rule_type,
                **vals,
            }
        )

    def test_rule_made_on_the_screen_belongs_to_the_program(self):
        env = self.env(user=self.loyalty_manager)
        model = env["loyalty.rule"].with_context(points_rule=True)
        with Form(model, view="crm_loyalty.loyalty_rule_view_form") as form:
            form.name = "Khách mới"
            form.rule_type = "first_order"
            form.points = 25
        self.assertEqual(form.record.program_id, self.program)
        self.assertEqual(self.order(1).points_earned, 35)

    def test_first_order_and_number_of_orders(self):
        self.rule_of("first_order", points=100)
        self.rule_of("order_count", points=50, order_number=2)
        self.rule_of("order_count", points=7, order_number=2, order_repeats=True)
        self.assertEqual(
            [self.order(1).points_earned for _n in range(4)], [110, 67, 10, 17]
        )

    def test_returned_first_order_leaves_its_place(self):
        self.rule_of("first_order", points=100)
        self.refund(self.invoice(self.order(1)))
        self.assertEqual(self.balance(), 0)
        self.assertEqual(self.order(1).points_earned, 110)

    def test_orders_that_are_confirmed_together_come_one_after_the_other(self):
        self.rule_of("first_order", points=100)
        self.rule_of("order_count", points=50, order_number=2)
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        orders = [self.order(1, confirm=False) for _number in range(3)]
        orders += [self.order(1, partner=other, confirm=False) for _number in range(2)]
        # In a list the newest order is the first one.
        self.env["sale.order"].concat(*reversed(orders)).action_confirm()
        earned = [order.points_earned for order in orders]
        self.assertEqual(earned, [110, 60, 10, 110, 60])
        self.assertProved()

    def test_every_second_of_orders_that_are_confirmed_together(self):
        self.rule_of("order_count", points=7, order_number=2, order_repeats=True)
        self.order(1)
        orders = [self.order(1, confirm=False) for _number in range(4)]
        self.env["sale.order"].concat(*orders).action_confirm()
        earned = [order.points_earned for order in orders]
        self.assertEqual(earned, [17, 10, 17, 10])

    def test_nobody_says_which_orders_count(self):
        """The context may come from a request."""
        self.rule_of("first_order", points=100)
        first = self.order(1)
        second = self.order(1, confirm=False)
        second.with_context(crm_loyalty_later=first.ids).action_confirm()
        self.assertEqual(second.points_earned, 10)

    def test_products_categories_and_tags(self):
        category = self.admin_env["product.category"].create({"name": "Áo"})
        self.product.sudo().categ_id = category
        self.rule_of(
            "product",
            reward_point_mode="unit",
            points=3,
            product_category_id=category.id,
        )
        order = self.order(2, 4)
        self.assertEqual(order.points_earned, 40 + 6)
        order.order_line.filtered(lambda line: line.product_id == self.product).sudo()
        self.refund(self.invoice(order), ao=1)
        self.assertEqual(order.points_earned, 30 + 3)

    def test_best_rule_counts(self):
        self.program.combine_rules = "best"
        self.rule_of("first_order", points=15)
        order = self.order(1, confirm=False)
        self.assertEqual(order.points_to_earn, 15)
        self.assertIn("another rule gives more", order.points_because)
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.points_to_earn, 20)

    def test_multiplier_is_remembered(self):
        faster = self.rule_of("multiplier", multiplier=150)
        order = self.order(3)
        self.assertEqual(order.points_earned, 45)
        self.assertIn("15", order.points_because)
        faster.multiplier = 300
        order.order_line.product_uom_qty = 1
        self.assertEqual(self.balance(), 15)
        faster.active = False
        self.assertEqual(self.order(1).points_earned, 10)

    def test_rules_of_tiers_and_dates(self):
        grade = self.admin_env["res.partner.grade"].create({"name": "Vàng"})
        self.rule_of("first_order", points=5, grade_ids=grade.ids)
        self.rule_of("first_order", points=7, date_to="2020-01-01")
        self.assertEqual(self.order(1, confirm=False).points_to_earn, 10)
        self.customer.sudo().grade_id = grade
        self.assertEqual(self.order(1, confirm=False).points_to_earn, 15)

    def test_rules_of_customer_groups(self):
        group = self.admin_env["crm.customer.group"].create(
            {"name": "Khách quen", "fixed_partner_ids": self.customer.ids}
        )
        group.sudo()._job_rebuild()
        self.rule_of("first_order", points=5, customer_group_ids=group.ids)
        self.assertEqual(self.order(1, confirm=False).points_to_earn, 15)
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        order = self.order(1, partner=other, confirm=False)
        self.assertEqual(order.points_to_earn, 10)
        with self.assertRaises(UserError):
            group.unlink()

    def test_other_discounts_are_spread_over_the_goods(self):
        order = self.order(2, confirm=False)
        discount = self.admin_env["product.product"].create(
            {"name": "Giảm giá", "type": "service", "taxes_id": False}
        )
        order.order_line = [
            (0, 0, {"product_id": discount.id, "price_unit": -20_000}),
        ]
        order.action_confirm()
        self.assertEqual(order.points_earned, 18)
        self.refund(self.invoice(order), ao=1)
        self.assertEqual(order.points_earned, 9)

    def test_orders_that_count_each_other_take_turns(self):
        """Their points may come later: only the account's row tells them apart."""
        self.program.earn_on = "paid"
        posted = self.patch_locks()
        self.order(1)
        self.settle()
        self.assertFalse(posted)
        self.rule.write({"rule_type": "first_order", "points": 70})
        self.order(1)
        self.assertEqual(posted, [self.card().ids])

    def patch_locks(self):
        """Accounts whose row is changed to make others wait, as they are."""
        Card = type(self.env["loyalty.card"])
        lock, locked = Card._lock_ledger, []

        def note(cards):
            locked.append(cards.ids)
            return lock(cards)

        self.patch(Card, "_lock_ledger", note)
        return locked
