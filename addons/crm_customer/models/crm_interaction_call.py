from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger

from ..import_messages import sentence
from ..tools.interactions import read_call
from ..tools.verdict import ValueRejected


class CrmInteractionCall(models.AbstractModel):
    """The door for switchboards. Part of ``crm.interaction``."""

    _name = "crm.interaction.call"
    _description = "Calls Told by a Switchboard"

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
            API key. Only managers may name somebody else.
        :param str note: what was said, up to 10,000 characters.
        :param str recording_url: where the recording can be heard (http or https).
        :return: ``{"id": int, "partner_id": int | False, "created": bool}``
        :rtype: dict
        :raise ValidationError: a value can't be used; the sentence says which. HTTP
            status 422.
        :raise AccessError: the user may not log calls, or not for that employee.
            HTTP status 403.
        """
        self.check_access("read")
        self.env["res.partner"].check_access("write")
        try:
            call = read_call(
                phone,
                direction=direction,
                at=at,
                duration=duration,
                now=fields.Datetime.now(),
                region=self.env.company.country_id.code or "VN",
                external_id=external_id,
                source=source,
                result=result,
                agent=agent,
                note=note,
                recording_url=recording_url,
            )
        except ValueRejected as error:
            message = sentence(self.env, error.code, error.params)
            raise ValidationError(message) from None
        interaction, created = self._log_once(
            {
                "channel": "call",
                "company_id": self.env.company.id,
                "direction": call.direction,
                "at": call.at,
                "duration": call.duration,
                "phone": call.phone,
                "user_id": self._find_agent(call.texts.get("agent")).id,
                "result_id": self._find_result(call.texts.get("result")).id,
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
            raise ConcurrencyError("The same call arrives twice.") from error

    @api.model
    def _with_caller(self, vals):
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
        manager = self.env.user.has_group("crm_customer.crm_customer_group_manager")
        if employees != self.env.user and not manager:
            raise AccessError(
                self.env._("Only managers may log calls for another employee.")
            )
        return employees

    @api.model
    def _find_result(self, code):
        Result = self.env["crm.interaction.result"]
        if not code:
            return Result
        results = Result.search([("channel", "=", "call")])
        found = results.filtered(lambda result: result.code.lower() == code.lower())
        if not found:
            raise ValidationError(
                self.env._(
                    "There is no result of calls with the code “%(code)s”. There are: "
                    "%(codes)s.",
                    code=code,
                    codes=", ".join(results.mapped("code")),
                )
            )
        return found
