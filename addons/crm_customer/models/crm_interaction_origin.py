from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..tools.interactions import message_channel

#: Messages or orders that one job of the history looks at.
BATCH = 2000
#: A meeting whose end was entered late is still found for so long.
MEETING_WINDOW = timedelta(days=7)
_LOGGED_STATES = {"sale": "confirmed", "cancel": "cancelled"}


class CrmInteractionOrigin(models.AbstractModel):
    """Interactions that come by themselves, and those of before the installation.

    Part of ``crm.interaction``. All of it is done by sets, with sudo: whoever posts a
    message needs no rights for interactions.
    """

    _name = "crm.interaction.origin"
    _description = "Where Interactions Come From"

    # ------------------------------------------------------------------ messages

    @api.model
    def _log_messages(self, messages):
        """Log those of these messages that speak with or about a customer."""
        channels = self._channels_of_messages(messages.sudo())
        if not channels:
            return self.browse()
        messages = messages.browse(channels).sudo()
        customers = self._customers_of_messages(messages)
        vals_list = []
        for message in messages:
            customer, company = customers.get((message.model, message.res_id), (0, 0))
            if not customer:
                continue
            channel = channels[message.id]
            author = message.author_id
            from_outside = author.partner_share if author else channel == "email"
            vals_list.append(
                {
                    "partner_id": customer.id,
                    "company_id": company.id,
                    "channel": channel,
                    "direction": (
                        False
                        if channel in ("note", "activity")
                        else "in"
                        if from_outside
                        else "out"
                    ),
                    "at": message.date,
                    "user_id": not from_outside and author.user_ids[:1].id,
                    "message_id": message.id,
                    "res_model": message.model,
                    "res_id": message.res_id,
                }
            )
        return self.sudo().create(vals_list)

    @api.model
    def _channels_of_messages(self, messages):
        """:rtype: dict[int, str]"""
        discussions = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        channels = {}
        for message in messages:
            if message.model and message.res_id:
                channel = message_channel(
                    message.message_type,
                    discussion=message.subtype_id.id == discussions,
                    activity=bool(message.mail_activity_type_id),
                )
                if channel:
                    channels[message.id] = channel
        return channels

    @api.model
    def _customers_of_messages(self, messages):
        """The customer, and the company, of each document with messages.

        :rtype: dict[tuple[str, int], tuple]
        """
        customers = {}
        for model, of_model in messages.grouped("model").items():
            if model not in self.env or not self._has_customer(model):
                continue
            # Sooner than its messages, a document may be gone.
            documents = self.env[model].sudo().browse(set(of_model.mapped("res_id")))
            for document in documents.exists():
                partner = document if model == "res.partner" else document.partner_id
                customer = partner.commercial_partner_id
                if customer.is_customer:
                    has_company = "company_id" in document
                    company = document.company_id if has_company else False
                    customers[model, document.id] = (
                        customer,
                        company or customer.company_id,
                    )
        return customers

    @api.model
    def _has_customer(self, model):
        field = self.env[model]._fields.get("partner_id")
        return model == "res.partner" or (
            field and field.type == "many2one" and field.comodel_name == "res.partner"
        )

    # -------------------------------------------------------------------- orders

    @api.model
    def _log_orders(self, orders, *, at=None):
        """Log that these orders were confirmed or cancelled, as their state says.

        :param at: function of an order; by default all happened just now.
        """
        now = fields.Datetime.now()
        return self.sudo().create(
            [
                {
                    "partner_id": order.partner_id.commercial_partner_id.id,
                    "company_id": order.company_id.id,
                    "channel": "order",
                    "at": at(order) if at else now,
                    "user_id": order.user_id.id,
                    "event": _LOGGED_STATES[order.state],
                    "res_model": order._name,
                    "res_id": order.id,
                }
                for order in orders.sudo()
                if order.state in _LOGGED_STATES
                and order.partner_id.commercial_partner_id.is_customer
            ]
        )

    # ------------------------------------------------------------------ meetings

    @api.model
    def _cron_catch_up(self):
        """Log the meetings that took place; let calls join who has the number now.

        A call that came in the very moment in which its customer was saved saw nobody,
        and nobody saw it.
        """
        unknown = SQL(
            "(SELECT phone FROM crm_interaction"
            " WHERE partner_id IS NULL AND phone IS NOT NULL)"
        )
        contacts = self.env["res.partner"].sudo()
        contacts = contacts.search([("phone_sanitized", "in", unknown)])
        contacts.commercial_partner_id._adopt_calls()
        now = fields.Datetime.now()
        meetings = (
            self.env["calendar.event"]
            .sudo()
            .search([("stop", "<=", now), ("stop", ">", now - MEETING_WINDOW)])
        )
        self._log_meetings(meetings)

    @api.model
    def _log_meetings(self, meetings):
        logged = self._logged_documents("calendar.event", meetings.ids)
        vals_list = []
        for meeting in meetings.filtered(lambda meeting: meeting.id not in logged):
            customers = meeting.partner_ids.commercial_partner_id
            for customer in customers.filtered("is_customer"):
                vals_list.append(
                    {
                        "partner_id": customer.id,
                        "company_id": customer.company_id.id,
                        "channel": "meeting",
                        "at": meeting.start,
                        "duration": int((meeting.stop - meeting.start).total_seconds()),
                        "user_id": meeting.user_id.id,
                        "event": "met",
                        "res_model": meeting._name,
                        "res_id": meeting.id,
                    }
                )
        return self.sudo().create(vals_list)

    # ------------------------------------------------------------------- history

    @api.model
    def _enqueue_history(self):
        """Let jobs log what happened before this addon was there."""
        for model in ("mail.message", "sale.order", "calendar.event"):
            [(last,)] = self.env.execute_query(
                SQL("SELECT MAX(id) FROM %s", SQL.identifier(self.env[model]._table))
            )
            for first in range(1, (last or 0) + 1, BATCH):
                self.with_delay(priority=20)._job_history(
                    model, first, min(first + BATCH - 1, last)
                )

    @api.model
    def _job_history(self, model, first, last):
        """Log the messages, orders or meetings with these ids, unless they are.

        :param str model: ``mail.message``, ``sale.order`` or ``calendar.event``.
        """
        records = (
            self.env[model]
            .sudo()
            .search([("id", ">=", first), ("id", "<=", last)], order="id")
        )
        if model == "mail.message":
            logged = self.sudo().search_fetch(
                [("message_id", "in", records.ids)], ["message_id"]
            )
            records -= logged.message_id
            for ids in split_every(500, records.ids):
                self._log_messages(records.browse(ids))
                self.env.invalidate_all()  # bodies are large
        elif model == "sale.order":
            logged = self._logged_documents(model, records.ids)
            records = records.filtered(
                lambda order: order.state == "sale" and order.id not in logged
            )
            self._log_orders(records, at=lambda order: order.date_order)
        else:
            now = fields.Datetime.now()
            self._log_meetings(records.filtered(lambda event: event.stop <= now))

    @api.model
    def _logged_documents(self, model, ids):
        """:rtype: set[int]"""
        logged = self.sudo().search_fetch(
            [("res_model", "=", model), ("res_id", "in", ids), ("event", "!=", False)],
            ["res_id"],
        )
        return set(logged.mapped("res_id"))
