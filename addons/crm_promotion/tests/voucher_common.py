"""What the tests of vouchers share."""

from datetime import timedelta

from odoo.fields import Command

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import PromotionCase


class VoucherCase(PromotionCase):
    """A voucher program of the shop; attempts are seen although they have
    transactions of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry_enter_test_mode_cls()
        cls.Card = cls.env["loyalty.card"]
        cls.voucher_program = cls._make_voucher_program("Voucher Tết", cls.company)
        cls.stranger = cls.admin_env["res.partner"].create({"name": "Lê Văn Lạ"})

    @classmethod
    def _make_voucher_program(cls, name, company, **vals):
        """A running voucher program; one of Odoo's own if told so."""
        program = cls.admin_env["loyalty.program"].create(
            {
                "name": name,
                "is_promotion": True,
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "currency_id": company.currency_id.id,
                "company_id": company.id,
                "rule_ids": [],
                "reward_ids": [Command.create({"discount": 10})],
                "communication_plan_ids": [],
                **vals,
            }
        )
        if program.is_promotion:
            program.action_start_promotion()
        return program

    def issue(self, partner=None, program=None, count=1):
        """Vouchers, as a sales person sees them."""
        program = program or self.voucher_program
        cards = program._issue_vouchers(partner, count)
        return self.Card.browse(cards.ids)

    def quotation(self, partner=None, **vals):
        return self.order(1, partner=partner, confirm=False, **vals)

    def night(self, cron="_cron_expire_vouchers"):
        """What a cron starts, done."""
        self.run_jobs(getattr(self.superuser_env["loyalty.card"], cron))

    def run_jobs(self, action):
        """Call something and perform all the jobs that follow from it."""
        with trap_jobs() as trap:
            action()
            self.env.flush_all()
            while trap.enqueued_jobs:
                trap.perform_enqueued_jobs()

    def moves(self, card):
        """The moves of a voucher in order."""
        logs = self.superuser_env["crm.voucher.log"].search(
            [("card_id", "=", card.id)], order="id"
        )
        return logs.mapped("move")

    def states(self, cards):
        return cards.sudo().mapped("voucher_state")

    def attempts(self):
        """Reasons of the refused codes, in order."""
        rows = self.superuser_env["crm.voucher.attempt"].search([], order="id")
        return rows.mapped("reason")

    def day(self, days):
        return self.voucher_program._local_day() + timedelta(days=days)
