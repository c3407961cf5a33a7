"""An order's points follow the order, whatever happens to it."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestOrder(LoyaltyCase):
    def test_confirmed_order_earns_whole_points(self):
        self.product.sudo().list_price = 155_500
        order = self.order(1)
        self.assertEqual(self.balance(), 15)
        self.assertEqual(order.points_earned, 15)
        self.assertEqual(self.lines(), [("earn", 15)])
        self.assertProved()

    def test_quotation_earns_nothing_and_makes_no_account(self):
        order = self.order(2, confirm=False)
        order._update_programs_and_rewards()
        self.assertFalse(self.card())
        self.assertEqual(order.points_to_earn, 20)
        self.assertIn("20", order.points_because)

    def test_cancelled_order_keeps_its_history(self):
        order = self.order(2)
        order._action_cancel()
        self.assertEqual(self.balance(), 0)
        self.assertEqual(self.lines(), [("earn", 20), ("earn_back", -20)])
        self.assertProved()

    def test_reset_to_quotation_and_confirmed_again_earns_once(self):
        order = self.order(2)
        order._action_cancel()
        order.action_draft()
        self.assertEqual(self.balance(), 0)
        order.action_confirm()
        self.assertEqual(self.balance(), 20)
        self.assertProved()

    def test_edit_of_a_confirmed_order(self):
        order = self.order(2)
        order.order_line.product_uom_qty = 5
        self.assertEqual(self.balance(), 50)
        order.order_line.product_uom_qty = 1
        self.assertEqual(self.balance(), 10)
        order.order_line.write({"discount": 50})
        self.assertEqual(self.balance(), 5)
        self.assertProved()

    def test_syncing_again_posts_nothing(self):
        order = self.order(2, 1)
        before = self.lines()
        for _time in range(3):
            order._sync_points()
            order._touch_points()
            self.settle()
        self.assertEqual(self.lines(), before)

    def test_another_customer_gets_the_points(self):
        other = self.env["res.partner"].create({"name": "Lê Văn Cường"})
        order = self.order(2)
        order.with_env(self.admin_env).partner_id = other
        self.assertEqual((self.balance(), self.balance(other)), (0, 20))
        self.assertProved()

    def test_changed_parameters_do_not_rewrite_history(self):
        order = self.order(4)
        self.program.money_per_point = 20_000
        self.rule.date_to = "2020-01-01"
        order.order_line.product_uom_qty = 3
        self.assertEqual(self.balance(), 30)

    def test_order_of_before_the_program_earns_nothing_later(self):
        self.program.active = False
        order, other = self.order(4), self.order(1)
        self.program.active = True
        order.order_line.product_uom_qty = 3
        self.refund(self.invoice(order), ao=1)
        self.assertFalse(self.card())
        self.give(50)
        with self.assertRaisesRegex(UserError, "were returned"):
            order.points_to_spend = 20
        other.points_to_spend = 20
        self.assertEqual(self.balance(), 30)
        self.assertProved()

    def test_contact_persons_share_the_account_of_their_company(self):
        company = self.env["res.partner"].create(
            {
                "name": "Công ty An Phát",
                "is_company": True,
                "child_ids": [(0, 0, {"name": "Chị Hoa"}), (0, 0, {"name": "Anh Nam"})],
            }
        )
        for person in company.child_ids:
            self.order(1, partner=person)
        self.assertEqual(self.balance(company), 20)
        order = self.order(1, partner=company.child_ids[0], points=20)
        self.assertEqual(order.points_spent, 20)
        cards = self.env["loyalty.card"].search([("program_id", "=", self.program.id)])
        self.assertEqual(cards.partner_id, company)

    def test_ledger_lines_are_never_changed_or_deleted(self):
        self.order(2)
        line = self.env["loyalty.history"].sudo().search([], limit=1, order="id desc")
        for attempt in (
            lambda: line.write({"points": 1000}),
            lambda: line.write({"description": "x"}),
            line.unlink,
            lambda: line.with_context(ledger_door=True).write({"points": 5}),
        ):
            with self.assertRaisesRegex(Exception, "can't be"):
                attempt()
        line.with_context(crm_loyalty_by_order=True).unlink()
        self.assertTrue(line.exists())

    def test_foreign_line_is_a_note_and_changes_no_balance(self):
        self.order(2)
        note = (
            self.env["loyalty.history"]
            .sudo()
            .create({"card_id": self.card().id, "description": "POS", "issued": 500})
        )
        self.assertEqual((note.kind, note.points, note.issued), ("memo", 0, 0))
        self.assertEqual(self.balance(), 20)
        self.assertProved()

    def test_foreign_write_of_the_balance_is_an_adjustment(self):
        self.order(2)
        card = self.card().sudo()
        card.points += 7.9
        self.assertEqual(self.lines()[-1], ("adjust", 7))
        card.points -= 10
        self.assertEqual(self.balance(), 17)
        self.assertProved()

    @mute_logger("odoo.sql_db")
    def test_seller_can_not_give_points(self):
        self.order(2)
        with self.assertRaisesRegex(Exception, "managers|allowed"):
            self.card().write({"points": 1000})
        with self.assertRaisesRegex(Exception, "managers|allowed"):
            self.card().action_adjust_points(5, "Quà")
        card = self.card().with_user(self.loyalty_manager)
        card.action_adjust_points(5, "Quà")
        self.assertEqual(self.balance(), 25)

    def test_pending_until_paid(self):
        self.program.earn_on = "paid"
        order = self.order(2)
        self.assertEqual((self.balance(), order.points_pending), (0, 20))
        self.assertEqual(self.card().points_pending, 20)
        invoice = self.invoice(order)
        self.assertEqual(self.balance(), 0)
        self.pay(invoice)
        self.assertEqual((self.balance(), order.points_pending), (20, 0))
        self.assertProved()

    def test_pending_until_delivered(self):
        self.program.earn_on = "delivered"
        order = self.order(4)
        self.assertEqual((self.balance(), order.points_pending), (0, 40))
        order.order_line.qty_delivered = 3
        self.assertEqual((self.balance(), order.points_pending), (30, 10))
        order.order_line.qty_delivered = 4
        self.assertEqual((self.balance(), order.points_pending), (40, 0))
        self.assertProved()
