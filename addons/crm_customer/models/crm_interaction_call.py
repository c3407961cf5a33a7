from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger

from ..import_messages import sentence
from ..tools.interactions import TOLD_CHANNELS, read_call, read_told
from ..tools.verdict import ValueRejected

#: Groups that log calls of other employees.
FOR_OTHERS = (
    "crm_customer.crm_customer_group_manager",
    "crm_customer.crm_customer_group_switchboard",
)


class CrmInteractionCall(models.AbstractModel):
    """The doors for switchboards and others. Part of ``crm.interaction``."""

    _name = "crm.interaction.call"
    _description = "Interactions Told by Other Programs"

    @api.model
    def log_call(
        self,
        phone,
        external_id=None,
        *,
        source=None,
        direction="in",
        at=None,
        duration=0,
        result=None,
        agent=None,
        note=None,
        recording_url=None,
    ):
        """Log a call on the customer who has the phone number. May be sent again.

        A switchboard calls ``POST /json/2/crm.interaction/log_call``. The call of a
        number that nobody has is kept without a customer, and joins the customer who
        gets the number later.

        :param str phone: the customer's number in any notation, Vietnamese unless it
            begins with ``+``.
        :param str external_id: how the switchboard names the call, up to 200
            characters. A second request with it changes nothing and gets the same
            answer. Without it each request logs a call.
        :param str source: name of the switchboard, up to 64 characters: its ids are
            its own.
        :param str direction: ``in``: the customer called; ``out``: the employee did.
        :param str at: begin of the call in ISO 8601, such as
            ``2026-11-22T09:30:00+07:00``; UTC without an offset; now by default.
        :param int duration: seconds spoken, 0 to 86,400.
        :param str result: code of a result of calls, such as ``reached``,
            ``no_answer``, ``busy``, ``wrong_number`` or ``call_back``.
        :param str agent: login or e-mail of the employee, by default the owner of the
            API key. Only managers and switchboards may name somebody else.
        :param str note: what was said, up to 10,000 characters.
        :param str recording_url: where the recording can be heard (http or https).
        :return: ``{"id": int, "partner_id": int | False, "created": bool}``
        :rtype: dict
        :raise ValidationError: a value can't be used; the sentence says which. HTTP
            status 422.
        :raise AccessError: the user may not log calls, or not for that employee.
            HTTP status 403.
        """
        return self._log_told(
            "call",
            phone=phone,
            direction=direction,
            at=at,
            duration=duration,
            external_id=external_id,
            source=source,
            result=result,
            agent=agent,
            note=note,
            recording_url=recording_url,
        )

    @api.model
    def log_interaction(
        self,
        channel,
        *,
        partner_id=None,
        code=None,
        phone=None,
        external_id=None,
        source=None,
        direction="in",
        at=None,
        duration=0,
        result=None,
        agent=None,
        note=None,
        recording_url=None,
    ):
        """Log an SMS, a chat, a meeting … with a customer. May be sent again.

        Other programs call ``POST /json/2/crm.interaction/log_interaction``. The rest
        is as with ``log_call``.

        :param str channel: ``call``, ``meeting``, ``email``, ``sms``, ``chat``,
            ``ticket`` or ``note``.
        :param int partner_id: the customer, or one of its contact persons;
        :param str code: or the code of the customer;
        :param phone: or the number, which may be nobody's yet. One of these three.
        :raise ValidationError: a value can't be used; the sentence says which. HTTP
            status 422.
        :raise AccessError: the user may not log interactions, or not for that employee.
            HTTP status 403.
        """
        self.check_access("read")
        if channel not in TOLD_CHANNELS:
            raise ValidationError(
                self.env._(
                    "The channel “%(value)s” is unknown. Write one of: %(channels)s.",
                    value=str(channel)[:50],
                    channels=", ".join(TOLD_CHANNELS),
                )
            )
        given = [value for value in (partner_id, code, phone) if value]
        if len(given) != 1:
            raise ValidationError(
                self.env._(
                    "Say who the customer is by one of partner_id, code and phone."
                )
            )
        return self._log_told(
            channel,
            customer=None if phone else self._find_customer(partner_id, code),
            phone=phone,
            direction=direction,
            at=at,
            duration=duration,
            external_id=external_id,
            source=source,
            result=result,
            agent=agent,
            note=note,
            recording_url=recording_url,
        )

    @api.model
    def _find_customer(self, partner_id, code):
        """The customer of the current company with this id or code, if seen."""
        Partner = self.env["res.partner"]
        found = Partner
        if not code and isinstance(partner_id, int):
            found = Partner.search([("id", "=", partner_id)]).commercial_partner_id
        elif isinstance(code, str):
            found = Partner.search([("ref", "=", code.strip())], order="company_id")
        found = found._filtered_access("read").filtered(
            lambda customer: (
                customer.is_customer
                and customer.company_id
                in (customer.company_id.browse(), self.env.company)
            )
        )
        if not found:
            raise ValidationError(
                self.env._(
                    "There is no customer with the code or id “%(value)s”.",
                    value=str(code or partner_id)[:50],
                )
            )
        return found[0]

    @api.model
    def _log_told(self, channel, *, customer=None, phone=None, **told):
        """Check what another program tells, and log it once.

        :param customer: who it is about, unless it's to be found by the number.
        """
        self.check_access("read")
        self.env["res.partner"].check_access("write")
        told["now"] = fields.Datetime.now()
        try:
            if customer:
                call = read_told(customer.sudo().phone_sanitized or None, **told)
            else:
                region = self.env.company.country_id.code or "VN"
                call = read_call(phone, region=region, **told)
        except ValueRejected as error:
            message = sentence(self.env, error.code, error.params)
            raise ValidationError(message) from None
        interaction, created = self._log_once(
            ({"partner_id": customer.id} if customer else {})
            | {
                "channel": channel,
                "company_id": self.env.company.id,
                "direction": call.direction,
                "at": call.at,
                "duration": call.duration,
                "phone": call.phone,
                "user_id": self._find_agent(call.texts.get("agent")).id,
                "result_id": self._find_result(channel, call.texts.get("result")).id,
                "content": call.texts.get("note"),
                "recording_url": call.texts.get("recording_url"),
                "source": call.texts.get("source"),
                "external_id": call.texts.get("external_id"),
            }
        )
        readable = interaction.partner_id.sudo(False)._filtered_access("read")
        return {
            "id": interaction.id,
            "partner_id": readable.id,
            "created": created,
        }

    @api.model
    def _log_once(self, vals):
        """Create the interaction, unless its source told of it already.

        Two requests at once: one waits on the unique index for the other's commit and
        is then repeated as a whole, because its transaction can't see the row.
        :return: the interaction with sudo, and whether it is new.
        """
        Interaction = self.sudo()
        if not vals.get("external_id"):
            return Interaction.create(self._with_caller(vals)), True
        known = [
            (name, "=", vals.get(name) or False)
            for name in ("external_id", "source", "company_id")
        ]
        if existing := Interaction.search(known, limit=1):
            return existing, False
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                return Interaction.create(self._with_caller(vals)), True
        except UniqueViolation as error:
            raise ConcurrencyError("The same interaction arrives twice.") from error

    @api.model
    def _with_caller(self, vals):
        if "partner_id" in vals:
            return vals
        Partner = self.env["res.partner"].sudo()
        customer = Partner._customer_of_phone(vals["phone"], vals["company_id"])
        return vals | {"partner_id": customer.id}

    @api.model
    def _find_agent(self, name):
        """The employee with this login or e-mail; the user if none is named."""
        if not name:
            return self.env.user
        employees = self.env["res.users"].search(
            Domain("share", "=", False)
            & Domain("company_ids", "in", self.env.company.ids)
            & (Domain("login", "=ilike", name) | Domain("email", "=ilike", name)),
            limit=2,
        )
        if len(employees) != 1:
            raise ValidationError(sentence(self.env, "owner_unknown", {"value": name}))
        may = any(map(self.env.user.has_group, FOR_OTHERS))
        if employees != self.env.user and not may:
            raise AccessError(
                self.env._(
                    "Only managers and switchboards may log calls for another employee."
                )
            )
        return employees

    @api.model
    def _find_result(self, channel, code):
        Result = self.env["crm.interaction.result"]
        if not code:
            return Result
        results = Result.search([("channel", "=", channel)])
        found = results.filtered(lambda result: result.code.lower() == code.lower())
        if not found:
            raise ValidationError(
                self.env._(
                    "There is no result with the code “%(code)s” for this channel. "
                    "There are: %(codes)s.",
                    code=code,
                    codes=", ".join(results.mapped("code")) or "–",
                )
            )
        return found
