from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

#: Vouchers that one job looks after.
BATCH = 5_000


class CrmVoucherNight(models.AbstractModel):
    """What time does to vouchers. Part of ``loyalty.card``.

    It may be late: whether a reservation or a last day is over is looked at when a
    voucher is used, too.
    """

    _name = "crm.voucher.night"
    _description = "Vouchers and Time"

    @api.model
    def _cron_free_vouchers(self):
        """Start the jobs that end the reservations whose time is over."""
        self._start_time_jobs(
            "lapse",
            Domain("voucher_state", "=", "reserved")
            & Domain("reserved_until", "<", fields.Datetime.now()),
        )

    @api.model
    def _cron_expire_vouchers(self):
        """Start the jobs that mark what is out of date, or will be soon."""
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False)
        for program in programs._voucher_programs():
            day = program._promotion_today()
            issued = Domain("program_id", "=", program.id)
            issued &= Domain("voucher_state", "=", "issued")
            soon = day + timedelta(days=program.voucher_notice_days)
            self._start_time_jobs(
                "expire", issued & Domain("expiration_date", "<", day)
            )
            self._start_time_jobs(
                "notice",
                issued
                & Domain("is_expiring", "=", False)
                & Domain("expiration_date", ">=", day)
                & Domain("expiration_date", "<=", soon),
            )

    @api.model
    def _start_time_jobs(self, move, domain):
        cards = self.sudo().with_context(active_test=False).search(domain, order="id")
        for ids in split_every(BATCH, cards.ids):
            self.browse(ids).with_delay()._job_time_passed(move)

    def _job_time_passed(self, move):
        """Job: do with these vouchers what their time asks for; may run twice, late.

        :param move: ``lapse``, ``expire``, or ``notice``: it will expire soon.
        """
        cards = self.sudo().exists()
        if move in ("lapse", "expire"):
            cards._move(move)
            return
        # The flag that automation rules about vouchers listen to.
        cards.filtered(
            lambda card: card.voucher_state == "issued" and not card.is_expiring
        ).write({"is_expiring": True})
