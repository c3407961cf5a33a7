from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

PREVIEW_ROWS = 20
#: States of rows whose points are in the ledger, or were.
POSTED = ("posted", "undone")


class CrmLoyaltyAdjustment(models.Model):
    """Points for many customers at once: chosen ones, a group, or a file.

    First the rows are staged and judged, then jobs post the good ones; each row is
    posted once, whatever is repeated. Undoing posts compensating lines.
    """

    _name = "crm.loyalty.adjustment"
    _description = "Bulk Adjustment of Points"
    _inherit = ["crm.loyalty.adjustment.stage", "crm.loyalty.adjustment.jobs"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True)
    source = fields.Selection(
        [
            ("customers", "Chosen customers"),
            ("group", "A customer group"),
            ("file", "A file"),
        ],
        string="For",
        default="customers",
        required=True,
    )
    partner_ids = fields.Many2many(
        "res.partner",
        "crm_loyalty_adjustment_partner_rel",
        "adjustment_id",
        "partner_id",
        string="Customers",
        domain=[("is_customer", "=", True), ("parent_id", "=", False)],
    )
    group_id = fields.Many2one(
        "crm.customer.group", string="Customer Group", ondelete="restrict"
    )
    file = fields.Binary(attachment=True, copy=False)
    file_name = fields.Char(copy=False)
    file_hash = fields.Char(readonly=True, copy=False, index="btree_not_null")
    allow_again = fields.Boolean(string="Post This File Once More", copy=False)
    points = fields.Integer(help="Points for each customer; below zero they are taken.")
    reason = fields.Char(
        help="Customers read it beside their points. A reason in the file goes before."
    )
    program_id = fields.Many2one("loyalty.program", compute="_compute_program_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_program_id")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("ready", "Check the Preview"),
            ("running", "Posting"),
            ("done", "Done"),
            ("cancelled", "Stopped"),
            ("failed", "Failed"),
            ("undoing", "Undoing"),
            ("undone", "Undone"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    headings = fields.Json(copy=False)
    row_ids = fields.One2many("crm.loyalty.adjustment.row", "adjustment_id")
    preview_row_ids = fields.One2many(
        "crm.loyalty.adjustment.row", compute="_compute_preview_row_ids"
    )
    row_count = fields.Integer(string="Rows", compute="_compute_counts")
    ready_count = fields.Integer(string="To Be Posted", compute="_compute_counts")
    posted_count = fields.Integer(string="Posted", compute="_compute_counts")
    rejected_count = fields.Integer(string="Rejected", compute="_compute_counts")
    undone_count = fields.Integer(string="Taken Back", compute="_compute_counts")
    points_total = fields.Integer(string="Points in All", compute="_compute_counts")
    worth_total = fields.Monetary(string="Worth", compute="_compute_counts")
    progress = fields.Integer(compute="_compute_counts")

    @api.depends("source", "group_id", "file_name", "reason")
    def _compute_name(self):
        for record in self:
            what = {
                "group": record.group_id.name,
                "file": record.file_name,
            }.get(record.source)
            parts = filter(None, [what, record.reason])
            record.name = " · ".join(parts) or self.env._("New adjustment")

    @api.depends("company_id")
    def _compute_program_id(self):
        Program = self.env["loyalty.program"]
        for record in self:
            record.program_id = Program._get_points_program(record.company_id)
            record.currency_id = record.program_id.currency_id

    @api.depends("state")
    def _compute_preview_row_ids(self):
        Row = self.env["crm.loyalty.adjustment.row"]
        for record in self:
            record.preview_row_ids = (
                Row.search([("adjustment_id", "=", record.id)], limit=PREVIEW_ROWS)
                if record.id
                else Row
            )

    @api.depends_context("uid")
    def _compute_counts(self):
        """Rows that were refused count neither as points nor as customers."""
        counted = {}
        groups = self.env["crm.loyalty.adjustment.row"]._read_group(
            [("adjustment_id", "in", self.ids)],
            ["adjustment_id", "state"],
            ["__count", "points:sum"],
        )
        for record, state, count, points in groups:
            counted.setdefault(record.id, {})[state] = count, points
        for record in self:
            of_state = counted.get(record._origin.id, {})
            for state in ("ready", "posted", "rejected", "undone"):
                record[f"{state}_count"] = of_state.get(state, (0, 0))[0]
            record.row_count = sum(count for count, _points in of_state.values())
            record.points_total = sum(
                points
                for state, (_n, points) in of_state.items()
                if state != "rejected"
            )
            record.worth_total = record.points_total * record.program_id.point_value
            record.progress = record._progress(
                {state: count for state, (count, _points) in of_state.items()}
            )

    @api.model
    def default_get(self, fields):
        """Customers, accounts or a group that were chosen in a list."""
        defaults = super().default_get(fields)
        context = self.env.context
        ids = context.get("active_ids") or []
        match context.get("active_model"):
            case "res.partner":
                chosen = self.env["res.partner"].browse(ids).commercial_partner_id
                defaults |= {"source": "customers", "partner_ids": chosen.ids}
            case "loyalty.card":
                chosen = self.env["loyalty.card"].browse(ids).partner_id
                defaults |= {"source": "customers", "partner_ids": chosen.ids}
            case "crm.customer.group":
                defaults |= {"source": "group", "group_id": ids[0] if ids else False}
        return defaults

    @api.ondelete(at_uninstall=False)
    def _unlink_except_posted(self):
        domain = Domain("adjustment_id", "in", self.ids) & Domain("state", "in", POSTED)
        if self.env["crm.loyalty.adjustment.row"].search_count(domain, limit=1):
            raise UserError(
                self.env._("Posted adjustments stay: they explain lines of the ledger.")
            )

    def action_preview(self):
        """Say who would get how many points, without posting any."""
        self.ensure_one()
        self._require_state("draft", "ready")
        if not self.program_id:
            raise UserError(
                self.env._("There is no points program yet. Open its parameters first.")
            )
        if self.source != "file":
            if not self.points:
                raise UserError(self.env._("Say how many points each customer gets."))
            if not (self.reason or "").strip():
                raise UserError(self.env._("Please say why the points are adjusted."))
        self._stage_rows()
        self.state = "ready"

    def action_start(self):
        """Post the good rows in the background."""
        self.ensure_one()
        self._require_state("ready")
        if not self.ready_count:
            raise UserError(self.env._("There is no row to post."))
        self._require_first_time()
        self._run_batches()

    def action_edit(self):
        """Back to the choice of customers."""
        self.ensure_one()
        self._require_state("ready")
        self._forget_rows()
        self.write({"state": "draft", "rejected_file": False})

    def action_view_rows(self):
        """All rows with what became of them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_loyalty_adjustment_row_action"
        )
        return action | {"domain": [("adjustment_id", "=", self.id)]}

    def _require_first_time(self):
        """The same file again is a mistake more often than a wish."""
        if self.source != "file" or self.allow_again:
            return
        same = self.search(
            [
                ("file_hash", "=", self.file_hash),
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("running", "done", "cancelled", "failed")),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if same:
            raise UserError(
                self.env._(
                    "This file was posted already (%(name)s, %(day)s). Tick “Post This "
                    "File Once More” if its points are to be given again.",
                    name=same.name,
                    day=fields.Date.to_string(same.create_date),
                )
            )
