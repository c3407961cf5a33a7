from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, format_amount

CHANNELS = [
    ("call", "Call"),
    ("meeting", "Meeting"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("chat", "Chat"),
    ("order", "Order"),
    ("activity", "Activity"),
    ("ticket", "Ticket"),
    ("note", "Note"),
]
MANAGER = "crm_customer.crm_customer_group_manager"


class CrmInteraction(models.Model):
    """One thing that happened between the shop and a customer. Never changed.

    A mistake is taken back by a row that points at the wrong one; only the newest of
    such rows is ``valid``. Rows that come from a message or a document hold a
    reference and no words of it: the words are read with the reader's own rights.
    """

    _name = "crm.interaction"
    _inherit = ["crm.interaction.call", "crm.interaction.origin"]
    _description = "Interaction"
    _customer_field = "partner_id"
    _order = "at desc, id desc"
    _rec_name = "summary"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True)
    channel = fields.Selection(CHANNELS, required=True, default="call")
    direction = fields.Selection([("in", "Incoming"), ("out", "Outgoing")])
    at = fields.Datetime(string="Time", required=True, default=fields.Datetime.now)
    duration = fields.Integer(
        string="Seconds", help="How long the call or meeting was, in seconds."
    )
    user_id = fields.Many2one("res.users", string="Employee", index="btree_not_null")
    result_id = fields.Many2one(
        "crm.interaction.result", ondelete="restrict", index="btree_not_null"
    )
    summary = fields.Char()
    content = fields.Text()
    phone = fields.Char(help="The customer's number in international form.")
    source = fields.Char(
        string="Sending System",
        help="The system that told of it, such as a switchboard.",
    )
    external_id = fields.Char(help="How that system calls this interaction.")
    recording_url = fields.Char(string="Recording")
    res_model = fields.Char(string="Model of the Document")
    res_id = fields.Many2oneReference(string="Document", model_field="res_model")
    event = fields.Selection(
        [
            ("confirmed", "Confirmed"),
            ("cancelled", "Order Cancelled"),
            ("met", "Took Place"),
        ],
        help="What happened to the document.",
    )
    message_id = fields.Many2one(
        "mail.message", ondelete="cascade", groups="base.group_system"
    )
    corrects_id = fields.Many2one("crm.interaction", ondelete="cascade")
    correction_ids = fields.One2many("crm.interaction", "corrects_id")
    withdrawn = fields.Boolean(help="Says that the corrected row never happened.")

    valid = fields.Boolean(compute="_compute_valid", search="_search_valid")
    can_correct = fields.Boolean(compute="_compute_can_correct")
    title = fields.Char(compute="_compute_title", string="What")
    preview = fields.Char(compute="_compute_title", string="Content or Beginning of It")
    document_name = fields.Char(compute="_compute_title", string="Of Document")

    _timeline_idx = models.Index("(partner_id, at DESC, id DESC)")
    _newest_idx = models.Index("(at DESC, id DESC)")
    _message_uniq = models.UniqueIndex("(message_id) WHERE message_id IS NOT NULL")
    _document_idx = models.Index("(res_model, res_id) WHERE event IS NOT NULL")
    _met_uniq = models.UniqueIndex(
        "(res_id, partner_id, res_model) WHERE event = 'met'"
    )
    _unknown_phone_idx = models.Index("(phone) WHERE partner_id IS NULL")
    _external_uniq = models.UniqueIndex(
        "(external_id, COALESCE(source, ''), COALESCE(company_id, 0)) "
        "WHERE external_id IS NOT NULL",
        "This interaction was logged already.",
    )
    _corrects_uniq = models.UniqueIndex(
        "(corrects_id) WHERE corrects_id IS NOT NULL",
        "Somebody has corrected this interaction meanwhile. Open the customer again.",
    )
    _duration_ok = models.Constraint(
        "CHECK(duration >= 0)", "The duration can't be negative."
    )

    # ------------------------------------------------------------------ validity

    @api.depends("correction_ids", "withdrawn")
    def _compute_valid(self):
        for interaction in self:
            corrected = bool(interaction.sudo().correction_ids)
            interaction.valid = not corrected and not interaction.withdrawn

    def _search_valid(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        corrected = SQL(
            "(SELECT corrects_id FROM crm_interaction WHERE corrects_id IS NOT NULL)"
        )
        return Domain("id", "not in", corrected) & Domain("withdrawn", "!=", True)

    @api.depends("valid", "user_id")
    @api.depends_context("uid")
    def _compute_can_correct(self):
        """What was logged by hand or by a switchboard; the rest corrects itself."""
        manager = self.env.user.has_group(MANAGER)
        for interaction in self:
            logged = not (interaction.sudo().message_id or interaction.event)
            mine = interaction.user_id == self.env.user
            interaction.can_correct = logged and interaction.valid and (mine or manager)

    def _correct(self, vals):
        """Replace this row by a copy with other values.

        :param dict vals: what was wrong; ``{"withdrawn": True}`` if all of it.
        :raise AccessError: unless the user logged it or is a manager.
        """
        self.ensure_one()
        self.check_access("read")
        if not self.can_correct:
            raise AccessError(
                self.env._(
                    "Only the employee who logged it, or a manager, can correct an "
                    "interaction, and only the newest version."
                )
            )
        [copied] = self.sudo().copy_data({"external_id": False, **vals})
        corrected = self.sudo().create(copied | {"corrects_id": self.id})
        return corrected.sudo(self.env.su)

    def action_correct(self):
        """Open the dialog that corrects this interaction."""
        self.ensure_one()
        return {
            "name": self.env._("Correct"),
            "type": "ir.actions.act_window",
            "res_model": "crm.interaction.log",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_corrects_id": self.id, "dialog_size": "medium"},
        }

    # --------------------------------------------------------------------- words

    @api.depends("channel", "partner_id", "phone")
    def _compute_display_name(self):
        channels = dict(self._fields["channel"]._description_selection(self.env))
        for interaction in self:
            # With sudo: whoever sees the interaction sees the customer.
            who = interaction.partner_id.sudo().display_name or interaction.phone
            channel = channels[interaction.channel]
            interaction.display_name = f"{channel} – {who}" if who else channel

    @api.depends("summary", "content", "message_id", "res_model", "res_id", "event")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_title(self):
        """Words of messages and documents, as far as the reader may read them."""
        messages = self.sudo().message_id.sudo(False)._filtered_access("read")
        messages = {message.id: message for message in messages}
        documents = self._readable_documents()
        for interaction in self:
            message = messages.get(interaction.sudo().message_id.id)
            document = documents.get((interaction.res_model, interaction.res_id))
            interaction.document_name = document.display_name if document else False
            interaction.title = (
                interaction.summary
                or (message and message.subject)
                or interaction._event_title(document)
            )
            interaction.preview = interaction.content or (message and message.preview)

    def _readable_documents(self):
        """The documents behind these interactions that the user may read.

        :rtype: dict[tuple[str, int], models.Model]
        """
        documents = {}
        for model, interactions in self.grouped("res_model").items():
            if model in self.env and model != "res.partner":
                ids = [res_id for res_id in interactions.mapped("res_id") if res_id]
                records = self.env[model].browse(ids).exists()
                for record in records._filtered_access("read"):
                    documents[model, record.id] = record
        return documents

    def _event_title(self, document):
        """What happened to the document; without its name if it can't be read."""
        if self.channel != "order" or not self.event:
            return document.display_name if document and self.event else False
        if not document:
            return (
                self.env._("Order confirmed")
                if self.event == "confirmed"
                else (self.env._("Order cancelled"))
            )
        words = {
            "name": document.name,
            "amount": format_amount(
                self.env, document.amount_total, document.currency_id
            ),
        }
        if self.event == "confirmed":
            return self.env._("Order %(name)s confirmed: %(amount)s", **words)
        return self.env._("Order %(name)s cancelled: %(amount)s", **words)

    # ------------------------------------------------------------------- actions

    def action_open_document(self):
        """Open what this interaction comes from."""
        self.ensure_one()
        if (self.res_model, self.res_id) not in self._readable_documents():
            raise AccessError(
                self.env._("You have no access to the document, or it was deleted.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_create_customer(self):
        """Open the quick creation of a customer with the number of an unknown caller.

        The new customer's calls join by themselves.
        """
        self.ensure_one()
        action = self.env["res.partner"].action_quick_create()
        return action | {
            "context": {"default_is_customer": True, "default_phone": self.phone}
        }
