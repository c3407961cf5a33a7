import tempfile
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.verdict import SpreadsheetError
from .crm_customer_import_jobs import WRITTEN

PREVIEW_ROWS = 20
DONE = ("created", "updated", "unchanged")


class CrmCustomerImport(models.Model):
    """A file of customers on its way into the database, and afterwards its record.

    The file is read into rows (`crm.customer.import.row`), the rows are judged, good
    ones are applied in batches, bad ones come back as a file. Each step is a job that
    can be repeated: it only takes rows which are still in the state it starts from.
    """

    _name = "crm.customer.import"
    _description = "Customer Import"
    _order = "id desc"
    _inherit = ["crm.customer.import.jobs"]

    name = fields.Char(compute="_compute_name", store=True)
    file = fields.Binary(attachment=True, copy=False)
    file_name = fields.Char()
    sheet = fields.Char(help="The sheet to read; the first one when empty.")
    sheet_names = fields.Char(readonly=True)
    mode = fields.Selection(
        [
            ("both", "Create new customers and update existing ones"),
            ("create", "Only create new customers"),
            ("update", "Only update existing customers"),
        ],
        default="both",
        required=True,
    )
    code_policy = fields.Selection(
        [("give", "Give them the next code"), ("refuse", "Refuse them")],
        string="Rows Without Code",
        default="give",
        required=True,
    )
    create_missing = fields.Boolean(
        string="Create Missing Tags, Sources and Positions", default=True
    )
    shared = fields.Boolean(
        string="All Companies See New Customers",
        default=True,
        help="Otherwise new customers belong to the company of the import.",
    )
    state = fields.Selection(
        [
            ("draft", "Choose a File"),
            ("ready", "Check the Preview"),
            ("reading", "Reading"),
            ("running", "Importing"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
            ("undoing", "Undoing"),
            ("undone", "Undone"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    user_id = fields.Many2one(string="Imported by")
    started_at = fields.Datetime(readonly=True, copy=False)
    column_ids = fields.One2many("crm.customer.import.column", "import_id", copy=False)
    row_ids = fields.One2many("crm.customer.import.row", "import_id", copy=False)
    preview_row_ids = fields.One2many(
        "crm.customer.import.row", compute="_compute_preview_row_ids"
    )
    is_judged = fields.Boolean(
        readonly=True, copy=False, help="All rows are read and judged."
    )
    row_count = fields.Integer(string="Rows", compute="_compute_counts")
    created_count = fields.Integer(string="Created", compute="_compute_counts")
    updated_count = fields.Integer(string="Updated", compute="_compute_counts")
    unchanged_count = fields.Integer(string="Unchanged", compute="_compute_counts")
    rejected_count = fields.Integer(string="Rejected", compute="_compute_counts")
    undone_count = fields.Integer(string="Undone", compute="_compute_counts")
    kept_count = fields.Integer(string="Kept", compute="_compute_counts")
    progress = fields.Integer(compute="_compute_counts")

    @api.depends("file_name")
    def _compute_name(self):
        for record in self:
            record.name = record.file_name or self.env._("New import")

    @api.depends("state")
    def _compute_preview_row_ids(self):
        """The first rows, for the form: it would load all of ``row_ids``."""
        Row = self.env["crm.customer.import.row"]
        for record in self:
            ready = record.state == "ready" and record.id
            domain = [("import_id", "=", record.id)]
            record.preview_row_ids = (
                Row.search(domain, limit=PREVIEW_ROWS, order="number") if ready else Row
            )

    @api.depends_context("uid")
    def _compute_counts(self):
        counts = {}
        groups = self.env["crm.customer.import.row"]._read_group(
            [("import_id", "in", self.ids)], ["import_id", "state"], ["__count"]
        )
        for record, state, count in groups:
            counts[record.id, state] = count
        for record in self:
            of_state = {
                state: count
                for (owner, state), count in counts.items()
                if owner == record.id
            }
            for state in (*DONE, "rejected", "undone", "kept"):
                record[f"{state}_count"] = of_state.get(state, 0)
            record.row_count = sum(of_state.values())
            record.progress = record._progress(of_state)

    def write(self, vals):
        if "file" in vals:  # another file has other sheets
            vals = {"sheet": False, "sheet_names": False} | vals
        return super().write(vals)

    # -------------------------------------------------------------------- actions

    def action_preview(self):
        """Read the file's head: columns, and what will happen to the first rows."""
        self.ensure_one()
        self._require_state("draft", "ready", "failed")
        self._require_no_customers()
        if not self.file:
            raise UserError(self.env._("Choose an Excel (.xlsx) or CSV file first."))
        reader = self.env["crm.customer.import.reader"]
        try:
            reader._read_columns(self)
            reader._stage(self, limit=PREVIEW_ROWS)
        except SpreadsheetError as refusal:
            problem = self._sentence(refusal.code, refusal.params)
            if refusal.code != "columns_unknown":
                raise UserError(problem) from refusal
            self._forget_rows()  # the user tells what the columns mean
            self.write({"state": "ready", "problem": problem})
            return
        self.env["crm.customer.import.checker"]._check(self)
        self.write({"state": "ready", "problem": False})

    def action_start(self):
        """Import the whole file in the background."""
        self.ensure_one()
        self._require_state("ready")
        if self.problem:
            raise UserError(self.problem)
        self._forget_rows()
        self.write({"state": "reading", "started_at": fields.Datetime.now()})
        self._enqueue_reading()

    def action_resume(self):
        """Override of the run: what wasn't judged yet is read again."""
        self.ensure_one()
        self._require_state("cancelled", "failed")
        if self.is_judged:
            return super().action_resume()
        self.write({"state": "ready", "problem": False})
        return self.action_start()

    def action_new_file(self):
        """Back to the choice of a file."""
        self._require_state("ready", "failed")
        self._require_no_customers()
        self._forget_rows()
        self.write(
            {"state": "draft", "file": False, "file_name": False, "problem": False}
        )

    def action_view_customers(self):
        """The customers that this import created or changed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.res_partner_action_customer"
        )
        return action | {
            "domain": [("import_row_ids", "any", self._rows_domain(*WRITTEN))],
            "context": {"active_test": False},
        }

    def action_view_rejected(self):
        """The rows that were refused."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_customer_import_row_action"
        )
        return action | {"domain": self._rows_domain("rejected")}

    def _require_no_customers(self):
        """The rows of customers that were written are the memory of the import."""
        if self._has_rows(*WRITTEN):
            raise UserError(
                self.env._(
                    "This import has written customers already. Go on with it, undo "
                    "it, or start a new import."
                )
            )

    def _forget_rows(self):
        self.env["crm.customer.import.reader"]._forget_rows(self)
        self.is_judged = False

    # -------------------------------------------------------------------- helpers

    def _sentence(self, code, params):
        return self.env["crm.customer.import.row"]._sentence(
            {"code": code, "params": params}
        )

    @contextmanager
    def _local_file(self):
        """The path of the uploaded file on this machine's disk."""
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_field", "=", "file"),
                ("res_id", "=", self.id),
            ]
        )
        if attachment.store_fname:
            yield attachment._full_path(attachment.store_fname)
            return
        # Attachments are kept in the database.
        with tempfile.NamedTemporaryFile() as copy:
            copy.write(attachment.raw)
            copy.flush()
            yield copy.name
