from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.interactions import CONTACT_CHANNELS


class CrmCustomerTimeline(models.AbstractModel):
    """What happened with a customer. Part of ``res.partner``."""

    _name = "crm.customer.timeline"
    _description = "Timeline of a Customer"

    interaction_count = fields.Integer(
        string="Interactions", compute="_compute_interaction_count"
    )
    last_interaction_date = fields.Datetime(
        string="Last Contact",
        compute="_compute_last_interaction_date",
        search="_search_last_interaction_date",
        help="When somebody last spoke with the customer: call, meeting, e-mail, SMS "
        "or chat.",
    )

    def _compute_interaction_count(self):
        Interaction = self.env["crm.interaction"]
        counts = {}
        if Interaction.has_access("read"):
            customers = self.commercial_partner_id.ids
            domain = [("partner_id", "in", customers), ("valid", "=", True)]
            counts = dict(Interaction._read_group(domain, ["partner_id"], ["__count"]))
        for partner in self:
            partner.interaction_count = counts.get(partner.commercial_partner_id, 0)

    @api.depends_context("allowed_company_ids")
    def _compute_last_interaction_date(self):
        """One step into the index of the timeline per customer."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id, latest.at
                  FROM unnest(%s) AS p(id), LATERAL (
                       SELECT i.at FROM crm_interaction i
                        WHERE i.partner_id = p.id AND %s
                        ORDER BY i.at DESC LIMIT 1) AS latest
                """,
                self.commercial_partner_id.ids,
                self._is_contact(),
            )
        )
        latest = dict(rows)
        for partner in self:
            partner.last_interaction_date = latest.get(partner.commercial_partner_id.id)

    def _search_last_interaction_date(self, operator, value):
        """Customers by their last contact; ``< x`` doesn't include those without."""
        if operator == "in" and set(value) == {False}:
            return Domain("id", "not in", self._contacted(SQL("TRUE")))
        if operator in (">=", ">"):
            return Domain("id", "in", self._contacted_since(operator, value))
        if operator in ("<=", "<"):
            since = {"<=": ">", "<": ">="}[operator]
            ever = Domain("id", "in", self._contacted(SQL("TRUE")))
            return ever & Domain("id", "not in", self._contacted_since(since, value))
        return NotImplemented

    @api.model
    def _contacted_since(self, operator, value):
        return self._contacted(SQL("i.at %s %s", SQL(operator), value))

    @api.model
    def _contacted(self, when):
        return SQL(
            "(SELECT i.partner_id FROM crm_interaction i"
            " WHERE i.partner_id IS NOT NULL AND %s AND %s)",
            self._is_contact(),
            when,
        )

    @api.model
    def _is_contact(self):
        return SQL(
            """
            i.channel IN %s AND i.withdrawn IS NOT TRUE
            AND (i.company_id IS NULL OR i.company_id IN %s)
            AND NOT EXISTS (SELECT 1 FROM crm_interaction c WHERE c.corrects_id = i.id)
            """,
            CONTACT_CHANNELS,
            tuple(self.env.companies.ids),
        )

    # -------------------------------------------------------------------- logging

    def _log_interaction(self, channel, **vals):
        """Log that something happened with each of these customers.

        The entry for other addons, the API's doors and server actions. Contact
        persons count for the customer whose contacts they are.

        :param str channel: a value of ``crm.interaction.channel``.
        :param vals: further fields of ``crm.interaction``, such as ``direction``,
            ``at``, ``duration``, ``result_id``, ``summary``, ``content``,
            ``res_model`` and ``res_id``. The employee is the user unless ``user_id``
            is given.
        :return: the interactions.
        """
        self.check_access("read")
        user_id, company_id = self.env.uid, self.env.company.id
        interactions = (
            self.env["crm.interaction"]
            .sudo()
            .create(
                [
                    {
                        "phone": customer.phone_sanitized,
                        "user_id": user_id,
                        "company_id": customer.company_id.id or company_id,
                        **vals,
                        "channel": channel,
                        "partner_id": customer.id,
                    }
                    for customer in self.sudo().commercial_partner_id
                ]
            )
        )
        return interactions.sudo(self.env.su)

    @api.model
    def _customer_of_phone(self, e164, company_id):
        """The customer who has a number in a company: itself, or by a contact person.

        :param str e164: the number in international form.
        """
        companies = [("company_id", "in", [company_id, False])]
        number = [("phone_sanitized", "=", e164), *companies]
        holder = self.search(
            [("is_customer", "=", True), ("parent_id", "=", False), *number],
            order="company_id, id",
            limit=1,
        )
        if holder:
            return holder
        contacts = self.search(number, order="id", limit=10)
        return contacts.commercial_partner_id.filtered("is_customer")[:1]

    def _follow(self, ask_rules=True):
        """Override of `crm.customer.refresh`: the new number of an unknown caller."""
        self.exists()._adopt_calls()
        return super()._follow(ask_rules)

    def _adopt_calls(self):
        """Calls of unknown numbers join those of these customers who have them now."""
        if not self:
            return
        self.env["res.partner"].flush_model(["phone_sanitized"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_interaction i
                   SET partner_id = p.id
                  FROM res_partner p
                  JOIN res_partner contact ON contact.commercial_partner_id = p.id
                 WHERE p.id IN %s
                   AND p.is_customer
                   AND i.partner_id IS NULL
                   AND i.phone = contact.phone_sanitized
                   AND COALESCE(p.company_id, i.company_id) = i.company_id
                """,
                tuple(self.ids),
            ),
            log_exceptions=False,  # meeting another job is no error: it is repeated
        )
        self.env["crm.interaction"].invalidate_model(["partner_id"])

    # -------------------------------------------------------------------- actions

    def action_log_call(self):
        """Open the dialog that logs a call with this customer."""
        self.ensure_one()
        return self._open_log(
            "call", self.env._("Call with %(name)s", name=self.display_name)
        )

    def action_log_meeting(self):
        """Open the dialog that logs a meeting with this customer."""
        self.ensure_one()
        return self._open_log(
            "meeting", self.env._("Meeting with %(name)s", name=self.display_name)
        )

    def action_log_chat(self):
        """Open the dialog that logs a chat with this customer."""
        self.ensure_one()
        return self._open_log(
            "chat", self.env._("Chat with %(name)s", name=self.display_name)
        )

    def _open_log(self, channel, title):
        return {
            "name": title,
            "type": "ir.actions.act_window",
            "res_model": "crm.interaction.log",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_partner_id": self.id,
                "default_channel": channel,
                "dialog_size": "medium",
            },
        }

    def action_view_interactions(self):
        """Open the list of this customer's interactions."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_interaction_action"
        )
        customer = self.commercial_partner_id
        return action | {
            "domain": [("partner_id", "=", customer.id)],
            "context": {"search_default_valid": 1, "default_partner_id": customer.id},
        }
