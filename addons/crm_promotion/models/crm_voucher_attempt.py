from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

#: Different refused codes in so many minutes, per user, address and order, until more
#: are refused unseen. The same code again, which a web shop tries with each page, tells
#: nobody anything new. Settings have them as ``crm_promotion.attempts_<name>``.
LIMITS = {"minutes": 15, "user": 20, "address": 60, "order": 10}
KEPT_DAYS = 90


class CrmVoucherAttempt(models.Model):
    """A code that was refused, and why. Kept even if the request is rolled back.

    ``order_ref`` is no foreign key: the order may not be committed yet, or never be.
    """

    _name = "crm.voucher.attempt"
    _description = "Refused Voucher Code"
    _order = "id desc"
    _rec_name = "code"

    code = fields.Char(readonly=True, required=True)
    reason = fields.Selection(
        [
            ("unknown", "Unknown code"),
            ("foreign", "Another customer's voucher"),
            ("expired", "Out of date"),
            ("used", "Used already"),
            ("reserved", "Reserved for another order"),
            ("cancelled", "Cancelled"),
            ("stopped", "The program isn't running"),
            ("throttled", "Too many attempts"),
        ],
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    address = fields.Char(string="Network Address", readonly=True)
    order_ref = fields.Integer(readonly=True)
    order_name = fields.Char(string="Order", readonly=True)
    card_id = fields.Many2one(
        "loyalty.card", string="Voucher", readonly=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")

    _recent_idx = models.Index("(create_date)")

    @api.model
    def _limits(self):
        parameters = self.env["ir.config_parameter"].sudo()
        limits = {}
        for name, default in LIMITS.items():
            value = parameters.get_param(f"crm_promotion.attempts_{name}", default)
            limits[name] = int(value) if str(value).isdigit() else default
        return limits

    @api.model
    def _is_throttled(self, order=None, code=""):
        """Whether this user, address or order has tried too many wrong codes."""
        limits, (user, address) = self._limits(), self._who()
        # No cursor of its own, unlike the note: each right code would need one more
        # connection. What others try at this very moment isn't counted either way, so
        # about as many codes as the server has workers may slip through.
        *counts, told = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(DISTINCT code) FILTER (WHERE user_id = %(user)s),
                       COUNT(DISTINCT code) FILTER (WHERE address = %(address)s),
                       COUNT(DISTINCT code) FILTER (WHERE order_ref = %(order)s
                                                      AND order_ref > 0),
                       COUNT(*) FILTER (WHERE reason = 'throttled'
                           AND COALESCE(user_id::text, address)
                             = COALESCE(%(user)s::text, %(address)s))
                  FROM crm_voucher_attempt
                 WHERE create_date > %(since)s
                """,
                user=user,
                address=address,
                order=order.id if order else 0,
                since=self._since(),
            )
        )[0]
        over = any(
            count >= limits[name]
            for count, name in zip(counts, ("user", "address", "order"), strict=True)
        )
        if over and not told:
            self._note(code, "throttled", order=order)
        return over

    @api.model
    def _note(self, code, reason, *, order=None, card=None):
        """Keep a refused code once, in a transaction of its own."""
        user, address = self._who()
        with self.env.registry.cursor() as cr:
            # What this very transaction has made isn't there for others.
            cr.execute(
                SQL(
                    """
                    INSERT INTO crm_voucher_attempt (code, reason, user_id, address,
                           order_ref, order_name, card_id, company_id,
                           create_uid, create_date, write_uid, write_date)
                    SELECT %(code)s, %(reason)s, u.id, %(address)s,
                           %(order)s, %(name)s, c.id, company.id,
                           u.id, %(now)s, u.id, %(now)s
                      FROM (SELECT) AS one
                      LEFT JOIN res_users u ON u.id = %(user)s
                      LEFT JOIN loyalty_card c ON c.id = %(card)s
                      LEFT JOIN res_company company ON company.id = %(company)s
                     WHERE NOT EXISTS (
                           SELECT 1 FROM crm_voucher_attempt a
                            WHERE a.create_date > %(since)s AND a.code = %(code)s
                              AND a.reason = %(reason)s AND a.order_ref = %(order)s
                              AND a.user_id IS NOT DISTINCT FROM u.id
                              AND a.address IS NOT DISTINCT FROM %(address)s)
                    """,
                    code=(code or "")[:64],
                    reason=reason,
                    user=user,
                    address=address,
                    order=order.id if order else 0,
                    name=order.sudo().name if order else None,
                    card=card.id if card else None,
                    company=(order.sudo().company_id if order else self.env.company).id,
                    now=fields.Datetime.now(),
                    since=self._since(),
                )
            )
        self.invalidate_model()

    @api.model
    def _since(self):
        return fields.Datetime.now() - timedelta(minutes=self._limits()["minutes"])

    @api.model
    def _who(self):
        """Id of the user, and the address. Visitors of a web shop share their user: one
        who guesses is no reason not to hear the others."""
        user = None if self.env.user._is_public() else self.env.uid
        return user, request.httprequest.remote_addr if request else None

    @api.model
    def _answer(self):
        """What is said of every code that can't be used, whatever the reason is."""
        return self.env._(
            "This code can't be used here. Check the code, the customer and the date."
        )

    @api.model
    def _answer_throttled(self):
        return self.env._(
            "Too many wrong codes. Wait %(minutes)s minutes, then try again.",
            minutes=self._limits()["minutes"],
        )

    @api.autovacuum
    def _gc_attempts(self):
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.sudo().search([("create_date", "<", limit)], limit=10_000).unlink()
