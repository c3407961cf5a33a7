import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from odoo.tools import SQL, split_every

_logger = logging.getLogger(__name__)

_CHANGED = "crm_loyalty.changed"
#: Accounts that one job tells of.
BATCH = 2_000


class CrmLoyaltyNews(models.AbstractModel):
    """How automation rules hear of points. Part of ``loyalty.card``.

    Balances are changed by SQL, and rules listen to what the ORM writes. So, as long as
    there is a rule about accounts, the new balance is written to a field of its own
    when the transaction ends: once per account, however many postings there were.
    """

    _name = "crm.loyalty.news"
    _description = "News of Points Accounts"

    points_reached = fields.Integer(
        string="Balance Reached",
        readonly=True,
        copy=False,
        help="For automation rules on accounts, which hear when it changes. It follows "
        "the balance as long as there is such a rule.",
    )
    expiry_notice_on = fields.Date(
        string="Points Are About to Expire",
        readonly=True,
        copy=False,
        help="For automation rules on accounts: the last day of points that expire "
        "soon. Set once for each such day, as many days before as the program says.",
    )

    def _is_listened_to(self):
        """Whether something happens when an account is written: a rule does."""
        return hasattr(type(self).write, "origin")

    def _note_change(self, before):
        """The balances of these accounts changed by SQL.

        :param before: what each was, or account id -> what it was.
        """
        if not self._is_listened_to():
            return
        precommit = self.env.cr.precommit
        if _CHANGED not in precommit.data:
            precommit.data[_CHANGED] = {}
            precommit.add(self.sudo().browse()._tell_balances)
        known = precommit.data[_CHANGED]
        for card in self:
            known.setdefault(
                card.id, before[card.id] if isinstance(before, dict) else before
            )

    @api.model
    def _tell_balances(self):
        """Write the balances that changed, each after what it was before.

        What a rule does may change balances again: they are told as well, though not
        to that rule, so there is an end.
        """
        before = self.env.cr.precommit.data.pop(_CHANGED, {})
        cards = self.browse(sorted(before)).exists()
        cards.invalidate_recordset(["points", "points_reached"])
        changed = cards.filtered(lambda card: int(card.points) != before[card.id])
        if not changed:
            return
        self.env.cr.execute_values(
            """
            UPDATE loyalty_card AS c SET points_reached = v.points
              FROM (VALUES %s) AS v (id, points)
             WHERE c.id = v.id AND c.points_reached IS DISTINCT FROM v.points
            """,
            [(card.id, int(before[card.id])) for card in changed],
        )
        changed.invalidate_recordset(["points_reached"], flush=False)
        for points, some in changed.grouped(lambda card: int(card.points)).items():
            some._write_heard({"points_reached": points})

    def _write_heard(self, vals):
        """Write, unless a rule fails: its mistake must not keep points from moving."""
        try:
            with self.env.cr.savepoint():
                self.write(vals)
        except Exception as error:  # whatever automation raises
            if getattr(error, "pgcode", None) in PG_CONCURRENCY_ERRORS_TO_RETRY:
                raise  # the transaction is repeated
            _logger.warning(
                "The automation failed that follows from the points of the accounts "
                "%s. The points stay as they are.",
                self.ids,
                exc_info=True,
            )

    # Points that are about to expire.

    @api.model
    def _cron_announce_expiry(self):
        """Start the jobs that tell of points that expire soon."""
        for program in self._points_programs():
            if not (program.active and program.expiry_notice_days):
                continue
            today = program._local_day()
            until = fields.Date.add(today, days=program.expiry_notice_days)
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT c.id
                      FROM loyalty_card c
                      JOIN (SELECT h.card_id, MIN(h.expires_on) AS day
                              FROM loyalty_history h
                             WHERE h.remaining > 0
                               AND h.expires_on BETWEEN %s AND %s
                             GROUP BY h.card_id) AS due ON due.card_id = c.id
                     WHERE c.program_id = %s AND c.active
                       AND c.expiry_notice_on IS DISTINCT FROM due.day
                     ORDER BY c.id
                    """,
                    today,
                    until,
                    program.id,
                )
            )
            for ids in split_every(BATCH, [row[0] for row in rows]):
                self.browse(ids).with_delay()._job_announce_expiry()

    def _job_announce_expiry(self):
        """Tell of the next points that expire, once per day of expiry."""
        cards = self.sudo().exists().filtered("keep_ledger")
        for program, some in cards.grouped("program_id").items():
            until = fields.Date.add(
                program._local_day(), days=program.expiry_notice_days
            )
            due = some.filtered_domain(Domain("next_expiry_on", "!=", False)).filtered(
                lambda card, until=until: (
                    card.next_expiry_on <= until
                    and card.expiry_notice_on != card.next_expiry_on
                )
            )
            for day, those in due.grouped("next_expiry_on").items():
                those._write_heard({"expiry_notice_on": day})
