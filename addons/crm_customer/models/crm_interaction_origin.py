from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL, mute_logger, split_every

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import identity_exact

from ..tools.interactions import message_channel

#: Messages or orders that one job of the history looks at.
BATCH = 2000
#: Each search for meetings begins so long before the last one: for transactions that
#: were open then, and for jobs that failed.
MEETING_OVERLAP = timedelta(days=7)
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
        # Odoo says when this ran before; the history knows what was before the first.
        since = self.env.context.get("lastcall") or fields.Datetime.now()
        self.with_delay(identity_key="crm_customer.meetings")._job_meetings(
            fields.Datetime.to_string(since - MEETING_OVERLAP)
        )

    @api.model
    def _job_meetings(self, since):
        """Log the meetings that ended, or were changed after their end, since then.

        Who adds an attendee changes the meeting.

        :param str since: date and time in UTC.
        """
        self._log_meetings(SQL("(e.stop > %(at)s OR e.write_date > %(at)s)", at=since))

    @api.model
    def _log_meetings(self, condition):
        """Log, for each customer who was there, the past meetings that aren't yet.

        :param SQL condition: what holds for the meetings ``e``.
        :raise RetryableJobError: another job logs one of them just now.
        """
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                for pairs in split_every(BATCH, self._unlogged_meetings(condition)):
                    self.sudo().create(self._prepare_meetings(pairs))
        except UniqueViolation as error:
            raise RetryableJobError(
                "The same meeting is being logged twice.", ignore_retry=True
            ) from error

    @api.model
    def _unlogged_meetings(self, condition):
        """:return: pairs of ids: a meeting and a customer who was there"""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT e.id, customer.id
                  FROM calendar_event e
                  JOIN calendar_event_res_partner_rel r ON r.calendar_event_id = e.id
                  JOIN res_partner attendee ON attendee.id = r.res_partner_id
                  JOIN res_partner customer
                    ON customer.id = attendee.commercial_partner_id
                   AND customer.is_customer
                 WHERE e.active AND e.stop <= %s AND %s
                   AND NOT EXISTS (
                       SELECT FROM crm_interaction i
                        WHERE i.res_model = 'calendar.event' AND i.res_id = e.id
                          AND i.event = 'met' AND i.partner_id = customer.id)
                 ORDER BY e.id, customer.id
                """,
                fields.Datetime.now(),
                condition,
            )
        )

    @api.model
    def _prepare_meetings(self, pairs):
        ids, partner_ids = (set(side) for side in zip(*pairs, strict=True))
        meetings = self.env["calendar.event"].sudo().browse(ids).grouped("id")
        customers = self.env["res.partner"].sudo().browse(partner_ids).grouped("id")
        vals_list = []
        for meeting_id, customer_id in pairs:
            meeting, customer = meetings[meeting_id], customers[customer_id]
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
        return vals_list

    @api.model
    def _drop_met_twice(self, customers):
        """Before they are merged: they were at the same meeting, as one."""
        met = self.sudo().search(
            [("partner_id", "in", customers.ids), ("event", "=", "met")], order="id"
        )
        documents = met.grouped(lambda row: (row.res_model, row.res_id)).values()
        self.concat(*(rows[1:] for rows in documents)).sudo().unlink()

    # ------------------------------------------------------------------- history

    @api.model
    def _enqueue_history(self):
        """Let jobs log what happened before this addon was there."""
        for model in ("mail.message", "sale.order", "calendar.event"):
            [(last,)] = self.env.execute_query(
                SQL("SELECT MAX(id) FROM %s", SQL.identifier(self.env[model]._table))
            )
            for first in range(1, (last or 0) + 1, BATCH):
                jobs = self.with_delay(priority=20, identity_key=identity_exact)
                jobs._job_history(model, first, min(first + BATCH - 1, last))

    @api.model
    def _job_history(self, model, first, last):
        """Log the messages, orders or meetings with these ids, unless they are.

        :param str model: ``mail.message``, ``sale.order`` or ``calendar.event``.
        """
        if model == "calendar.event":
            self._log_meetings(SQL("e.id BETWEEN %s AND %s", first, last))
            return
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
        else:
            logged = self._logged_documents(model, records.ids)
            records = records.filtered(
                lambda order: order.state == "sale" and order.id not in logged
            )
            self._log_orders(records, at=lambda order: order.date_order)

    @api.model
    def _logged_documents(self, model, ids):
        """:rtype: set[int]"""
        logged = self.sudo().search_fetch(
            [("res_model", "=", model), ("res_id", "in", ids), ("event", "!=", False)],
            ["res_id"],
        )
        return set(logged.mapped("res_id"))
