import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

KEPT_DAYS = 90


class CrmVoucherRequest(models.Model):
    """What a connected system was answered, by the key of its request.

    A request that comes again, because its answer was lost, is answered the same and
    does nothing.
    """

    _name = "crm.voucher.request"
    _description = "Answered Voucher Request"
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    question = fields.Char(required=True, readonly=True)
    answer = fields.Json(readonly=True)

    _key_uniq = models.Constraint(
        "UNIQUE (user_id, key)", "This request was answered already."
    )

    @api.model
    def _once(self, key, question, perform):
        """Perform a request unless it was performed already.

        The key's row comes first: of two equal requests at once one waits for the other
        one's row, is repeated by Odoo and finds the answer.

        :param question: what is asked, as plain values.
        :param perform: makes the answer, fit for JSON.
        """
        if not key:
            return perform()
        question = json.dumps(question)
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_voucher_request (key, user_id, question,
                       create_uid, create_date, write_uid, write_date)
                VALUES (%(key)s, %(user)s, %(question)s,
                        %(user)s, %(now)s, %(user)s, %(now)s)
                    ON CONFLICT (user_id, key) DO NOTHING
                RETURNING id
                """,
                key=str(key),
                user=self.env.uid,
                question=question,
                now=fields.Datetime.now(),
            )
        )
        if rows:
            request = self.sudo().browse(rows[0][0])
            request.answer = perform()
            return request.answer
        known = self.sudo().search(
            [("key", "=", str(key)), ("user_id", "=", self.env.uid)]
        )
        if known.question != question:
            raise UserError(
                self.env._(
                    "The key %(key)s was used for another request. Each request needs "
                    "a key of its own.",
                    key=key,
                )
            )
        return known.answer

    @api.autovacuum
    def _gc_requests(self):
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.sudo().search([("create_date", "<", limit)], limit=10_000).unlink()
