"""One account per customer and program; merging customers merges accounts."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LoyaltyCase


@tagged("post_install", "-at_install")
class TestAccount(LoyaltyCase):
    def test_accounts_are_made_in_one_statement_and_only_once(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Khách {number}"} for number in range(20)]
        )
        Card = self.env["loyalty.card"].sudo()
        self.env.flush_all()
        with self.assertQueryCount(4):
            accounts = Card._provide_accounts(self.program, partners)
        self.assertEqual(len({card.id for card in accounts.values()}), 20)
        self.assertEqual(Card._provide_accounts(self.program, partners), accounts)

    def test_second_card_of_a_customer_is_refused(self):
        self.give(10)
        with self.assertClash():
            self.env["loyalty.card"].sudo().create(
                {"program_id": self.program.id, "partner_id": self.customer.id}
            )

    def test_programs_of_stock_odoo_keep_several_cards_of_a_customer(self):
        program = self.admin_env["loyalty.program"].create(
            {"name": "Cũ", "program_type": "loyalty", "company_id": self.company.id}
        )
        vals = {"program_id": program.id, "partner_id": self.customer.id, "points": 7.5}
        cards = self.admin_env["loyalty.card"].create([vals, vals])
        self.assertEqual(cards.mapped("is_account"), [False, False])
        with self.assertRaisesRegex(UserError, "has cards already"):
            program.keep_ledger = True
        self.assertEqual(cards.mapped("points"), [7.5, 7.5])
        self.assertProved()

    def test_card_made_elsewhere_opens_with_an_adjustment(self):
        card = self.admin_env["loyalty.card"].create(
            {
                "program_id": self.program.id,
                "partner_id": self.customer.id,
                "points": 30,
            }
        )
        self.assertTrue(card.is_account)
        self.assertEqual((self.balance(), self.lines()), (30, [("adjust", 30)]))
        self.assertProved()

    def test_account_with_points_can_not_be_deleted(self):
        self.give(10)
        with self.assertRaises(UserError):
            self.card().sudo().unlink()

    def test_merged_customers_have_one_account_with_both_ledgers(self):
        other = self.env["res.partner"].create({"name": "Trần Bích"})
        self.program.write({"validity": "months", "validity_months": 1})
        with freeze_time("2026-01-10 05:00:00"):
            self.order(10)
        with freeze_time("2026-01-20 05:00:00"):
            order = self.order(10, partner=other)
            self.order(1, partner=other, points=100)
            wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
            wizard._merge((self.customer | other).ids, other)
            card = self.card(other)
            # What expires first was spent first, whoever's it was.
            left = card.history_ids.filtered("remaining")
            self.assertEqual(sum(left.mapped("remaining")), 109)
            self.assertEqual(self.balance(other), 109)
            self.assertTrue(all(lot.occurred_at.day == 20 for lot in left))
            order._action_cancel()
            self.assertEqual(self.balance(other), 9)
        self.assertProved()

    def test_merged_into_a_customer_without_account(self):
        other = self.env["res.partner"].create({"name": "Trần Bích"})
        self.order(10)
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, other)
        self.assertEqual(self.balance(other), 100)
        self.assertProved()

    def test_merged_accounts_keep_pending_points_and_stay_in_use(self):
        self.program.earn_on = "paid"
        other = self.env["res.partner"].create({"name": "Trần Bích"})
        self.give(5)
        self.card().sudo().active = False
        order = self.order(10, partner=other)
        self.settle()
        self.assertEqual(self.card(other).points_pending, 100)
        wizard = self.admin_env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | other).ids, self.customer)
        card = self.card()
        self.assertEqual((card.points_pending, card.active), (100, True))
        self.assertEqual(order.points_account_id, card)
