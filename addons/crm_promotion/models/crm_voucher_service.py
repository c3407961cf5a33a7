import logging
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.moment import local
from ..tools.voucher_codes import normal
from ..tools.vouchers import Facts, refusal

USER = "crm_promotion.crm_promotion_group_user"
#: Nobody keeps a voucher longer than a year for a sale.
MOST_MINUTES = 366 * 24 * 60
#: Vouchers on a customer's page: those that can be used, and the latest others.
MOST, SHOWN = 1000, 200


def refused(sentence):
    """A code that can't be used is everyday life, no warning in the server's log.

    :return: the error to raise.
    """
    error = UserError(sentence)
    error.loglevel = logging.INFO
    return error


class CrmVoucherService(models.AbstractModel):
    """Vouchers by their codes, for orders and for connected systems. Part of
    ``loyalty.card``.

    A system that sells elsewhere names its sale by a ``reference``: a voucher is held
    by one order or one reference of one system, which has a user of its own.
    """

    _name = "crm.voucher.service"
    _description = "Vouchers by Code"

    @api.model
    def _find_voucher(self, code):
        """The voucher with this code, of whatever company, without access checks."""
        code = normal(code)
        cards = self.sudo().with_context(active_test=False)
        domain = [("code", "=", code), ("voucher_state", "!=", False)]
        return cards.search(domain, limit=1) if code else cards.browse()

    def _voucher_refusal(self, *, customer, company, order=None, reference=None):
        """Why these can't have the voucher, as a word of ``tools.vouchers``."""
        self.ensure_one()
        program, now = self.program_id, fields.Datetime.now()
        today = local(now, company._shop_timezone()).date()
        return refusal(
            Facts(
                state=self.voucher_state,
                expires_on=self.expiration_date,
                today=today,
                owner=self.partner_id.commercial_partner_id.id,
                customer=customer.id,
                same_company=self.active
                and (not self.company_id or self.company_id == company),
                running=program._takes_vouchers(today),
                mine=bool(
                    (order and self.held_order_id == order)
                    or (reference and self._is_held_by(reference))
                ),
                lapsed=bool(self.reserved_until and self.reserved_until < now),
            )
        )

    @api.model
    def _usable_and_others(self, domain):
        """Vouchers to show to a customer: all that can be used today, the next to
        expire first, and the latest of the others.
        """
        # It is yesterday still somewhere, but nowhere earlier than that.
        yesterday = fields.Date.today() - timedelta(days=1)
        valid = [
            ("voucher_state", "in", ("issued", "reserved")),
            ("expiration_date", ">=", yesterday),
            ("program_id.promotion_state", "=", "running"),
        ]
        cards = self.search([*domain, *valid], order="expiration_date, id", limit=MOST)
        usable = cards._usable_today()
        others = self.search(
            [*domain, ("id", "not in", usable.ids)],
            order="expiration_date desc, id desc",
            limit=SHOWN,
        )
        return usable, others

    def _usable_today(self):
        """Those that can be used today, as far as one knows without an order."""
        days = self.program_id._promotion_days()
        return self.filtered(
            lambda card: (
                card.voucher_state in ("issued", "reserved")
                and card.expiration_date >= days[card.program_id.company_id]
                and card.program_id._takes_vouchers(days[card.program_id.company_id])
            )
        )

    def _is_held_by(self, reference):
        """Whether a sale of this user elsewhere holds it; others may name theirs so."""
        return self.held_reference == reference and self.held_by_id == self.env.user

    def _reservation_end(self, minutes=None):
        """When a reservation made now ends; never after the voucher's last day."""
        program = self.program_id
        minutes = minutes or 60 * program.voucher_hold_hours
        end = datetime.combine(
            self.expiration_date + timedelta(days=1),
            time(),
            ZoneInfo(program._timezone()),
        )
        end = end.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        return min(fields.Datetime.now() + timedelta(minutes=minutes), end)

    def _voucher_answer(self):
        """What connected systems are told about a voucher they may use."""
        card = self.sudo()
        return {
            "code": card.code,
            "state": card.voucher_state,
            "program": card.program_id.name,
            "valid_until": fields.Date.to_string(card.expiration_date),
            "reserved_until": fields.Datetime.to_string(card.reserved_until) or False,
            "reference": card.held_order_id.name or card.held_reference or False,
        }

    # ----------------------------------------------------------- connected systems

    @api.model
    def voucher_check(self, code, customer=None):
        """Whether a voucher can be used, without touching it.

        :param str customer: code of the customer, for personal vouchers.
        :raise UserError: it can't be; the sentence doesn't say why.
        """
        self._check_may_use()
        return self._usable_voucher(code, customer)._voucher_answer()

    @api.model
    def voucher_reserve(self, code, reference, key, customer=None, minutes=None):
        """Keep a voucher for a sale elsewhere.

        :param str reference: what the other system calls its sale.
        :param str key: of several calls with the same key only one does something.
        :param int minutes: how long; else the hours of the program.
        """
        self._check_minutes(minutes)
        return self._by_reference(
            "reserve", code, reference, key, customer=customer, minutes=minutes
        )

    @api.model
    def voucher_redeem(self, code, reference, key, customer=None):
        """Use a voucher for a sale elsewhere, whether it was reserved or not."""
        return self._by_reference("use", code, reference, key, customer=customer)

    @api.model
    def voucher_release(self, code, reference, key):
        """Give back what a sale elsewhere has reserved or used."""
        self._check_may_use()
        reference = self._check_reference(reference, key)
        return self.env["crm.voucher.request"]._once(
            key,
            ["release", reference, normal(code)],
            lambda: self._give_back(code, reference),
        )

    @api.model
    def _by_reference(self, move, code, reference, key, *, customer, minutes=None):
        self._check_may_use()
        reference = self._check_reference(reference, key)

        def perform():
            card = self._usable_voucher(code, customer, reference)
            until = card._reservation_end(minutes) if move == "reserve" else None
            if not card._move(move, reference=reference, until=until):
                raise refused(self.env["crm.voucher.attempt"]._answer())
            return card._voucher_answer()

        return self.env["crm.voucher.request"]._once(
            key, [move, reference, normal(code), customer, minutes], perform
        )

    @api.model
    def _give_back(self, code, reference):
        card = self._find_voucher(code)
        if not card or not card._is_held_by(reference):
            raise refused(
                self.env._(
                    "%(reference)s holds no voucher %(code)s.",
                    reference=reference,
                    code=normal(code),
                )
            )
        card._move("release", reference=reference)
        card._move("give_back", reference=reference)
        return card._voucher_answer()

    @api.model
    def _usable_voucher(self, code, customer=None, reference=None):
        attempts = self.env["crm.voucher.attempt"]
        if attempts._is_throttled(code=code):
            raise refused(attempts._answer_throttled())
        card = self._find_voucher(code)
        reason = (
            "unknown"
            if not card
            else card._voucher_refusal(
                customer=self._customer_by_code(customer),
                company=self.env.company,
                reference=reference,
            )
        )
        if reason:
            attempts._note(code, reason, card=card)
            raise refused(attempts._answer())
        return card

    @api.model
    def _customer_by_code(self, code):
        partners = self.env["res.partner"]
        if not code:
            return partners
        found = partners.search([("ref", "=", code), ("parent_id", "=", False)])
        return found[:1].commercial_partner_id

    @api.model
    def _check_reference(self, reference, key):
        reference = (reference or "").strip()
        if not reference or not key:
            raise refused(
                self.env._(
                    "Name the sale (reference) and give the request a key of its own."
                )
            )
        return reference

    @api.model
    def _check_minutes(self, minutes):
        if minutes is None or minutes is False:
            return
        whole = isinstance(minutes, int) and minutes is not True
        if not (whole and 1 <= minutes <= MOST_MINUTES):
            raise refused(
                self.env._(
                    "Vouchers are kept for 1 to %(most)s minutes, a whole number.",
                    most=MOST_MINUTES,
                )
            )

    @api.model
    def _check_may_use(self):
        if not (self.env.su or self.env.user.has_group(USER)):
            raise AccessError(self.env._("Only users of promotions use vouchers."))
