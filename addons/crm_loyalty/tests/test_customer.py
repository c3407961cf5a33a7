"""What a customer shows of its points, and what the ledger leads to."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestCustomer(LoyaltyCase):
    def test_customer_shows_the_account(self):
        self.program.write(
            {"validity": "months", "validity_months": 2, "points_to_keep": 30}
        )
        self.give(100)
        customer = self.customer
        self.assertEqual(
            (customer.points_balance, customer.points_worth), (100, 10_000)
        )
        self.assertEqual((customer.points_usable, customer.points_debt), (70, 0))
        self.assertEqual(customer.next_expiry_on, self.card().next_expiry_on)
        self.assertEqual(customer.next_expiry_points, 100)
        self.assertEqual(customer.loyalty_card_count, 0)
        contact = self.env["res.partner"].create(
            {"name": "Anh Ba", "parent_id": customer.id, "type": "contact"}
        )
        self.assertEqual(contact.points_balance, 100)

    def test_points_of_many_customers_take_few_queries(self):
        people = self.env["res.partner"].create(
            [{"name": f"Khách {number}"} for number in range(40)]
        )
        for person in people[:30]:
            self.give(5, person)
        names = ["points_balance", "points_usable", "points_worth", "next_expiry_on"]
        counts = []
        for some in (people[:3], people):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.read([*names, "points_pending"])
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_lines_lead_to_their_order_and_are_found_by_it(self):
        order = self.order(3)
        self.give(5)
        line = self.env["loyalty.history"].search([("document", "ilike", order.name)])
        self.assertEqual(line.points, 30)
        self.assertEqual(line.document, order.display_name)
        action = line.action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (order._name, order.id)
        )
        other = self.card().history_ids - line
        self.assertFalse(other.document)
        with self.assertRaises(UserError):
            other.action_open_document()

    def test_customers_are_found_by_their_points(self):
        rich, poor = self.env["res.partner"].create(
            [{"name": "Nhiều điểm"}, {"name": "Không điểm"}]
        )
        self.give(100, rich)
        for operator, value, found in (
            (">=", 100, rich),
            ("<", 100, poor),
            ("=", 0, poor),
            ("!=", 0, rich),
            (">=", 0, rich | poor),
            ("<", 0, self.customer.browse()),
        ):
            with self.subTest(operator=operator, value=value):
                domain = [
                    ("id", "in", (rich | poor).ids),
                    ("points_balance", operator, value),
                ]
                self.assertEqual(self.env["res.partner"].search(domain), found)
