"""The uses of a promotion follow the orders, whatever happens to them."""

from odoo.tests import tagged

from .common_uses import UseCase


@tagged("post_install", "-at_install")
class TestUses(UseCase):
    def test_quotation_counts_nothing(self):
        self.promoted(confirm=False)
        self.assertEqual(self.uses(), (0, 0))

    def test_confirmed_order_is_one_use(self):
        order = self.promoted(12_000)
        self.assertEqual(self.uses(), (1, 12_000))
        use = self.Use.search([("order_id", "=", order.id)])
        self.assertEqual(use.revenue, 88_000)
        self.assertEqual(use.day, self._today())

    def test_row_of_the_list_opens_its_order(self):
        order = self.promoted()
        action = self.Use.search([("order_id", "=", order.id)]).action_open_order()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("sale.order", order.id)
        )

    def test_cancelled_and_confirmed_again_is_one_use(self):
        order = self.promoted()
        order._action_cancel()
        self.assertEqual(self.uses(), (0, 0))
        order.action_draft()
        self.take_off(order, 7_000)
        self.confirm(order)
        self.assertEqual(self.uses(), (1, 7_000))
        use = self.Use.search([("order_id", "=", order.id)])
        self.assertEqual((len(use), use.times), (1, 2))

    def test_edit_of_a_confirmed_order(self):
        order = self.promoted()
        line = order._promotion_lines()
        line.with_env(self.admin_env).price_unit = -15_000
        self.settle()
        self.assertEqual(self.uses(), (1, 15_000))
        line.with_env(self.admin_env).product_uom_qty = 0
        self.settle()
        self.assertEqual(self.uses(), (1, 0))

    def test_two_lines_of_one_program_are_one_use(self):
        order = self.promoted(confirm=False)
        self.take_off(order, 5_000)
        self.confirm(order)
        self.assertEqual(self.uses(), (1, 15_000))

    def test_partial_and_whole_return(self):
        self.promo.write({"max_uses": 5, "budget": 50_000})
        order = self.order(3, confirm=False)
        self.take_off(order, 10_000)
        self.confirm(order)
        invoice = self.invoice(order)
        for left in ((1, 6_666), (1, 3_333), (0, 0)):
            self.refund(invoice, ao=1)
            self.assertEqual(self.uses(), left)
            self.assertEqual(self.counters(), {(None, False): left})
        self.assertProved()

    def test_whole_credit_note_and_back(self):
        order = self.promoted()
        refund = self.refund(self.invoice(order))
        self.assertEqual(self.uses(), (0, 0))
        refund.button_draft()
        self.settle()
        self.assertEqual(self.uses(), (1, 10_000))
        self.assertProved()

    def test_gifts_cost_their_price(self):
        gifts = self.promote(
            {
                "benefit_type": "gift",
                "reward_product_id": self.other_product.id,
                "reward_product_qty": 2,
            }
        )
        order = self.order(1)
        self.assertTrue(gifts.use_count)
        use = self.Use.search([("order_id", "=", order.id)])
        self.assertEqual((use.gifts, use.gift_quantity), (100_000, 2))
        self.assertEqual((use.discount, use.amount), (0, 100_000))

    def test_another_customer(self):
        self.promo.max_uses_customer = 1
        order = self.promoted()
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        order.with_env(self.admin_env).partner_id = other
        self.assertEqual(self.counters()[("Lê Văn Cường", False)], (1, 0))
        self.assertEqual(self.counters()[("Trần Thị Bích", False)], (0, 0))
        self.promoted()
        self.assertEqual(self.uses(), (2, 20_000))
        self.assertProved()

    def test_contact_person_counts_for_the_customer(self):
        person = self.env["res.partner"].create(
            {"name": "Chị Hoa", "parent_id": self.customer.id}
        )
        self.promoted(partner=person)
        self.assertEqual(self.promo.promotion_use_ids.partner_id, self.customer)

    def test_following_again_writes_nothing(self):
        self.promo.max_uses = 3
        order = self.promoted()
        self.settle()
        before = self.promo.promotion_use_ids.write_date
        with self.assertQueryCount(2):
            order.sudo()._sync_promotion_uses()
        self.assertEqual(self.promo.promotion_use_ids.write_date, before)

    def test_number_of_queries_does_not_grow_with_orders(self):
        counts = []
        for number in (1, 6):
            orders = self.Order.union(
                *(self.promoted(confirm=False) for _each in range(number))
            )
            self.confirm(orders)
            self.settle()
            self.Use.search([]).sudo().write({"state": "given_back"})
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            orders.sudo()._sync_promotion_uses()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0])
