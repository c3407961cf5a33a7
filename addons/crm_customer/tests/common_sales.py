"""What the tests of orders share: products, orders, invoices, refunds, payments."""

from datetime import datetime

from odoo.fields import Command

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import CustomerCase, book_payments

REFRESH = "<res.partner>._job_refresh"


class SalesCase(CustomerCase):
    """A shop with accounts; tests act as the telesale, accountants as the superuser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.superuser_env = cls.superuser_env(
            context={"allowed_company_ids": cls.company.ids, "tracking_disable": True}
        )
        book_payments(cls.superuser_env)
        cls.product = cls.superuser_env["product.product"].create(
            {"name": "Áo thun", "type": "service", "invoice_policy": "order"}
        )
        cls.Stat = cls.superuser_env["crm.customer.stat"]

    @classmethod
    def make_order(cls, partner, amount=100_000, date=None, company=None, **vals):
        """A quotation of one line; a date (local text) confirms it on that day."""
        company = company or cls.company
        env = cls.superuser_env(
            context=dict(cls.superuser_env.context, allowed_company_ids=company.ids)
        )
        line = {
            "product_id": cls.product.id,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
        }
        order = env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "order_line": [Command.create(line)],
                **vals,
            }
        )
        if date:
            order.action_confirm()
            order.date_order = datetime.fromisoformat(date)
        return order

    @classmethod
    def make_move(cls, partner, amount=100_000, kind="out_invoice", post=True, **vals):
        """An invoice or credit note of one line."""
        line = {
            "product_id": cls.product.id,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
        }
        move = cls.superuser_env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "invoice_date": "2026-01-15",
                "invoice_line_ids": [Command.create(line)],
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    def pay(self, move, amount=None):
        """Register a payment of an invoice."""
        wizard = self.superuser_env["account.payment.register"]
        context = {"active_model": "account.move", "active_ids": move.ids}
        vals = (
            {"amount": amount, "payment_difference_handling": "open"} if amount else {}
        )
        return wizard.with_context(**context).create(vals)._create_payments()

    @classmethod
    def refresh(cls):
        """Do what follows at the end of the transaction, as the job runner does."""
        with trap_jobs() as trap:
            cls.env.cr.flush()
            trap.perform_enqueued_jobs()

    @classmethod
    def forget(cls):
        """End a transaction: nothing is touched any more."""
        with trap_jobs():
            cls.env.cr.flush()

    def touched(self):
        """The customers whose facts one job would compute after a commit now."""
        with trap_jobs() as trap:
            self.env.cr.flush()
        jobs = [job for job in trap.enqueued_jobs if job.job_function_name == REFRESH]
        self.assertLessEqual(len(jobs), 1)
        return self.Partner.browse(jobs[0].recordset.ids if jobs else ())

    def row(self, partner, company=None):
        """The figures as stored: orders, amount, returns, amount returned, debt."""
        stat = self.Stat.search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", (company or self.company).id),
            ]
        )
        names = ("order_count", "amount_total", "return_count", "return_amount", "debt")
        return tuple(stat[name] for name in names) if stat else None
