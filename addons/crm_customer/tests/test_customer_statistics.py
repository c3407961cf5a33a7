"""What customers bought, gave back and owe: counted, and right after each change."""

from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CustomerCase, make_user
from .common_sales import SalesCase


@tagged("post_install", "-at_install")
class TestCounting(SalesCase):
    """The definitions of the figures."""

    def test_confirmed_orders_count(self):
        buyer = self.make_customer()
        self.make_order(buyer, 100_000, "2026-01-10 03:00:00")
        self.make_order(buyer, 250_000, "2026-03-01 20:00:00")
        self.make_order(buyer, 999_000)  # a quotation
        cancelled = self.make_order(buyer, 555_000, "2026-04-01 03:00:00")
        cancelled._action_cancel()
        self.refresh()
        self.assertEqual(self.row(buyer), (2, 350_000, 0, 0, 0))
        self.assertEqual(buyer.customer_average_basket, 175_000)
        self.assertEqual(buyer.customer_first_order_date, datetime(2026, 1, 10, 3))
        self.assertEqual(buyer.customer_last_order_date, datetime(2026, 3, 1, 20))
        # Orders that came by SQL may have no rate.
        self.env.cr.execute("UPDATE sale_order SET currency_rate = NULL")
        self.Stat.sudo()._refresh()
        self.assertEqual(self.row(buyer), (2, 350_000, 0, 0, 0))

    def test_average_basket_is_money(self):
        buyer = self.make_customer()
        for amount in (100_000, 100_000, 100_001):
            self.make_order(buyer, amount, "2026-01-10 03:00:00")
        self.refresh()
        self.assertEqual(buyer.customer_average_basket, 100_000)

    def test_contact_persons_count_for_their_customer(self):
        buyer = self.make_customer()
        person = self.make_customer("Chị Hoa", parent_id=buyer.id, type="delivery")
        self.make_order(person, 100_000, "2026-01-10 03:00:00")
        self.make_order(buyer, 50_000, "2026-01-10 03:00:00")
        self.refresh()
        self.assertEqual(self.row(buyer), (2, 150_000, 0, 0, 0))
        self.assertIsNone(self.row(person))
        self.assertEqual(person.customer_order_count, 0)

    def test_posted_invoices_are_debt_and_credit_notes_are_returns(self):
        buyer = self.make_customer()
        self.make_move(buyer, 300_000)
        self.make_move(buyer, 80_000, "out_refund")
        self.make_move(buyer, 70_000, "out_refund", post=False)
        self.make_move(buyer, 500_000, post=False)
        self.refresh()
        self.assertEqual(self.row(buyer), (0, 0, 1, 80_000, 220_000))
        self.assertFalse(buyer.customer_last_order_date)
        odoo = self.superuser_env["res.partner"].browse(buyer.id)
        self.assertEqual(odoo.credit, 220_000)

    def test_foreign_orders_count_in_the_currency_of_the_company(self):
        dollar = self.env.ref("base.USD")
        dollar.sudo().active = True
        self.superuser_env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "company_rate": 1 / 25_000,
            }
        )
        pricelist = self.superuser_env["product.pricelist"].create(
            {
                "name": "USD",
                "currency_id": dollar.id,
                "company_id": self.company.id,
            }
        )
        buyer = self.make_customer()
        self.make_order(buyer, 10.13, "2026-02-01 03:00:00", pricelist_id=pricelist.id)
        self.make_move(buyer, 4, "out_refund", currency_id=dollar.id)
        self.refresh()
        self.assertEqual(self.row(buyer), (1, 253_250, 1, 100_000, -100_000))

    def test_companies_are_counted_apart(self):
        other = self._make_shop("Other shop")
        buyer = self.make_customer()
        self.make_order(buyer, 100_000, "2026-01-10 03:00:00")
        self.make_order(buyer, 20_000, "2026-01-10 03:00:00", company=other)
        self.refresh()
        self.assertEqual(self.row(buyer)[:2], (1, 100_000))
        self.assertEqual(self.row(buyer, other)[:2], (1, 20_000))
        self.assertEqual(buyer.customer_amount_total, 100_000)
        self.assertEqual(buyer.sudo().with_company(other).customer_amount_total, 20_000)

    def test_archived_customers_count_and_contacts_that_are_none_do_not(self):
        buyer, supplier = self.make_customer("A"), self.make_customer("B")
        for partner in (buyer, supplier):
            self.make_order(partner, 100_000, "2026-01-10 03:00:00")
        buyer.action_archive()
        supplier.is_customer = False
        self.refresh()
        self.assertEqual(self.row(buyer)[:2], (1, 100_000))
        self.assertIsNone(self.row(supplier))


@tagged("post_install", "-at_install")
class TestFollowing(SalesCase):
    """After each kind of change the touched customers' figures are right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.make_customer("Buyer")
        cls.order = cls.make_order(cls.buyer, 100_000, "2026-01-10 03:00:00")
        cls.refresh()

    def assertFollows(self, partner, expected):
        self.refresh()
        self.assertEqual(self.row(partner), expected)
        self.assertFalse(self.Stat._refresh(), "a touch was missing somewhere")

    def test_confirmed_order(self):
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 0))

    def test_cancelled_order(self):
        self.order._action_cancel()
        self.assertFollows(self.buyer, None)

    def test_cancelled_order_becomes_a_quotation_and_is_confirmed_again(self):
        self.order._action_cancel()
        self.assertFollows(self.buyer, None)
        self.order.action_draft()
        self.order.action_confirm()
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 0))

    def test_edited_lines_of_a_confirmed_order(self):
        self.order.order_line.write({"product_uom_qty": 3, "price_unit": 100_000})
        self.assertFollows(self.buyer, (1, 300_000, 0, 0, 0))
        self.order.order_line.price_unit = 50_000
        self.assertFollows(self.buyer, (1, 150_000, 0, 0, 0))

    def test_edited_date_of_a_confirmed_order(self):
        self.order.date_order = datetime(2025, 5, 5)
        self.refresh()
        self.assertEqual(self.buyer.customer_first_order_date, datetime(2025, 5, 5))

    def test_order_moves_to_another_customer(self):
        other = self.make_customer("Other")
        self.forget()
        self.order.partner_id = other
        self.assertFollows(other, (1, 100_000, 0, 0, 0))
        self.assertIsNone(self.row(self.buyer))

    def test_order_created_confirmed(self):
        self.make_order(self.buyer, 1_000, state="sale")
        self.assertFollows(self.buyer, (2, 101_000, 0, 0, 0))

    def test_deleted_order(self):
        self.order._action_cancel()
        self.refresh()
        self.order.unlink()
        self.assertFollows(self.buyer, None)

    def test_posted_paid_and_reopened_invoice(self):
        invoice = self.make_move(self.buyer, 60_000)
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 60_000))
        self.pay(invoice, 20_000)
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 40_000))
        payment = self.pay(invoice)
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 0))
        payment.move_id.line_ids.remove_move_reconcile()
        payment.action_draft()
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 40_000))
        other = self.make_move(self.buyer, 5_000)
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 45_000))
        other.button_draft()
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 40_000))

    def test_refund_posted_reconciled_and_reset(self):
        invoice = self.make_move(self.buyer, 60_000)
        refund = self.make_move(self.buyer, 60_000, "out_refund")
        self.assertFollows(self.buyer, (1, 100_000, 1, 60_000, 0))
        lines = (invoice + refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.assertFollows(self.buyer, (1, 100_000, 1, 60_000, 0))
        lines.remove_move_reconcile()
        refund.button_draft()
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 60_000))

    def test_customer_of_a_refund_changes(self):
        other = self.make_customer("Other")
        refund = self.make_move(self.buyer, 60_000, "out_refund")
        self.assertFollows(self.buyer, (1, 100_000, 1, 60_000, -60_000))
        refund.button_draft()
        refund.partner_id = other
        refund.action_post()
        self.assertFollows(other, (0, 0, 1, 60_000, -60_000))
        self.assertEqual(self.row(self.buyer), (1, 100_000, 0, 0, 0))

    def test_contact_gets_another_customer(self):
        family = self.make_customer("Family")
        self.forget()
        self.buyer.parent_id = family
        self.assertFollows(family, (1, 100_000, 0, 0, 0))
        self.assertIsNone(self.row(self.buyer))
        self.buyer.parent_id = False
        self.refresh()
        self.assertIsNone(self.row(family))

    def test_contact_becomes_a_company_of_its_own(self):
        person = self.make_customer("Chị Hoa", parent_id=self.buyer.id)
        self.make_order(person, 5_000, "2026-01-10 03:00:00")
        self.assertFollows(self.buyer, (2, 105_000, 0, 0, 0))
        person.is_company = True
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 0))

    def test_no_customer_any_more_and_again(self):
        self.buyer.is_customer = False
        self.assertFollows(self.buyer, None)
        self.buyer.is_customer = True
        self.assertFollows(self.buyer, (1, 100_000, 0, 0, 0))

    def test_merged_customers(self):
        other = self.make_customer("Other")
        self.make_order(other, 7_000, "2026-02-10 03:00:00")
        self.assertFollows(other, (1, 7_000, 0, 0, 0))
        wizard = self.superuser_env["base.partner.merge.automatic.wizard"]
        both = self.superuser_env["res.partner"].browse((self.buyer + other).ids)
        wizard._merge(both.ids, both[0])
        self.assertFollows(self.buyer, (2, 107_000, 0, 0, 0))
        self.assertFalse(other.exists())

    def test_deleted_customer(self):
        nobody = self.make_customer("Nobody")
        self.refresh()
        touched = nobody.id
        nobody.name = "Nobody at all"
        nobody.sudo().unlink()
        self.refresh()
        self.assertFalse(self.Stat.search([("partner_id", "=", touched)]))
        revision = self.superuser_env["crm.customer.revision"]
        self.assertFalse(revision.search([("partner_id", "=", touched)]))


@tagged("post_install", "-at_install")
class TestRights(CustomerCase):
    def test_figures_are_read_by_users_of_their_company_only(self):
        buyer = self.make_customer()
        other = self._make_shop("Other shop")
        stats = self.superuser_env["crm.customer.stat"].create(
            [
                {"partner_id": buyer.id, "company_id": company.id, "order_count": 1}
                for company in (self.company, other)
            ]
        )
        seen = self.env["crm.customer.stat"].search([("partner_id", "=", buyer.id)])
        self.assertEqual(seen.ids, stats[:1].ids)
        with self.assertRaises(AccessError):
            stats[1].with_env(self.env).read(["order_count"])
        with self.assertRaises(AccessError):
            seen.order_count = 5

    def test_other_employees_have_no_such_fields(self):
        stockman = make_user(
            self.superuser_env,
            "stockman_of_tests",
            "base.group_user",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        partners = self.Partner.with_user(stockman)
        self.assertNotIn("customer_order_count", partners.fields_get())
        with self.assertRaises(AccessError):
            partners.search([("customer_order_count", ">", 0)])
        with self.assertRaises(AccessError):
            partners.search([], order="customer_last_order_date desc", limit=1)
        self.make_customer().with_user(stockman).web_read({"name": {}})
