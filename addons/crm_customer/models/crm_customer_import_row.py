from odoo import api, fields, models

from ..import_messages import sentence


class CrmCustomerImportRow(models.Model):
    """A row of an imported file: what it says, the verdict, and what became of it.

    Written by SQL in bulk (`crm.customer.import.reader`, ``checker``, ``writer``),
    never by users.
    """

    _name = "crm.customer.import.row"
    _description = "Row of a Customer Import"
    _order = "import_id, number"
    _rec_name = "name"

    import_id = fields.Many2one(
        "crm.customer.import", required=True, ondelete="cascade"
    )
    number = fields.Integer(
        string="Row", required=True, help="The row's number in the file."
    )
    state = fields.Selection(
        [
            ("create", "Will Be Created"),
            ("update", "Will Be Updated"),
            ("rejected", "Rejected"),
            ("created", "Created"),
            ("updated", "Updated"),
            ("unchanged", "Unchanged"),
            ("undone", "Undone"),
            ("kept", "Kept"),
        ],
        required=True,
    )
    name = fields.Char()
    code = fields.Char()
    phone = fields.Char()
    fingerprint = fields.Char()
    cells = fields.Json(help="The cells as text, in the order of the file.")
    vals = fields.Json(help="Values for the customer.")
    problems = fields.Json()
    notes = fields.Json()
    previous = fields.Json(
        string="Former Values", help="What an update replaced, for undoing it."
    )
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="set null")
    reason = fields.Text(string="Remarks", compute="_compute_reason")

    _import_idx = models.Index("(import_id, state, number)")
    _number_uniq = models.UniqueIndex("(import_id, number)")  # read once, not twice
    _partner_idx = models.Index("(partner_id) WHERE partner_id IS NOT NULL")
    _fingerprint_idx = models.Index("(fingerprint) WHERE partner_id IS NOT NULL")

    @api.depends("problems", "notes")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            findings = (row.problems or []) + (row.notes or [])
            row.reason = (
                "\n".join(self._sentence(finding) for finding in findings) or False
            )

    @api.model
    def _sentence(self, finding):
        """A finding of the rules in the user's words.

        :param dict finding: ``{"code": …, "params": {…}}``.
        """
        return sentence(self.env, finding["code"], finding.get("params") or {})
