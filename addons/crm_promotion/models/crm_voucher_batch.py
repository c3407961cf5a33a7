from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools.voucher_codes import least_length, normal

#: Up to so many vouchers are issued while the user waits; more are jobs of so many.
AT_ONCE = 1_000
BATCH = 20_000
MOST = 1_000_000


class CrmVoucherBatch(models.Model):
    """An issue of vouchers ("Phát hành"): so many of nobody, or one per customer.

    How far it is stands in its row, which each step changes together with the vouchers
    it makes: a step that runs twice makes nothing twice.
    """

    _name = "crm.voucher.batch"
    _description = "Issue of Vouchers"
    _inherit = ["mail.thread", "crm.voucher.sending"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    program_id = fields.Many2one(
        "loyalty.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("is_promotion", "=", True), ("program_type", "=", "coupons")],
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("anonymous", "Vouchers for anybody"),
            ("customers", "One per customer"),
            ("printed", "Printed elsewhere"),
        ],
        string="For",
        default="anonymous",
        required=True,
    )
    quantity = fields.Integer(default=100)
    group_ids = fields.Many2many(
        "crm.customer.group", string="Customer Groups", check_company=True
    )
    grade_ids = fields.Many2many("res.partner.grade", string="Tiers")
    partner_ids = fields.Many2many("res.partner", string="Customers")
    prefix = fields.Char(
        compute="_compute_prefix",
        store=True,
        readonly=False,
        help="Codes start with it, such as TET-.",
    )
    code_length = fields.Integer(
        string="Random Characters",
        compute="_compute_code_length",
        store=True,
        readonly=False,
        help="After the prefix. The more codes there are, the longer they must be.",
    )
    expiration_date = fields.Date(
        string="Valid until",
        compute="_compute_expiration_date",
        store=True,
        readonly=False,
    )
    note = fields.Char()
    state = fields.Selection(
        [
            ("draft", "New"),
            ("running", "Being Issued"),
            ("done", "Issued"),
            ("stopped", "Stopped"),
            ("failed", "Failed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    planned_count = fields.Integer(string="Planned", readonly=True, copy=False)
    issued_count = fields.Integer(string="Issued So Far", readonly=True, copy=False)
    last_partner_ref = fields.Integer(readonly=True, copy=False)
    problem = fields.Text(readonly=True, copy=False)
    progress = fields.Integer(compute="_compute_progress")
    card_ids = fields.One2many("loyalty.card", "batch_id", string="Vouchers")
    used_count = fields.Integer(string="Used", compute="_compute_counts")
    open_count = fields.Integer(string="Still Usable", compute="_compute_counts")
    customer_count = fields.Integer(
        string="Customers Found", compute="_compute_customer_count"
    )

    _position_ok = models.Constraint(
        "CHECK (issued_count <= planned_count OR kind <> 'anonymous')",
        "More vouchers than planned.",
    )

    @api.depends("program_id", "prefix")
    def _compute_name(self):
        for batch in self:
            day = fields.Date.context_today(batch)
            of_program = batch.program_id and f"{batch.program_id.name} {day:%d/%m/%Y}"
            batch.name = batch.name or of_program

    # One method each: giving one of the values must not leave the others empty.

    @api.depends("program_id")
    def _compute_prefix(self):
        for batch in self:
            batch.prefix = batch.program_id.voucher_prefix

    @api.depends("program_id")
    def _compute_expiration_date(self):
        for batch in self:
            program = batch.program_id
            batch.expiration_date = program and program._voucher_last_day()

    @api.depends("program_id", "kind", "quantity")
    def _compute_code_length(self):
        for batch in self:
            count = batch.quantity if batch.kind == "anonymous" else MOST // 10
            usual = batch.program_id.voucher_length or 8
            batch.code_length = max(usual, least_length(min(count, MOST)))

    @api.depends("planned_count", "issued_count")
    def _compute_progress(self):
        for batch in self:
            batch.progress = (
                100 * batch.issued_count // batch.planned_count
                if batch.planned_count
                else 0
            )

    def _compute_counts(self):
        counts = {}
        for batch, state, count in self.env["loyalty.card"]._read_group(
            [("batch_id", "in", self.ids)], ["batch_id", "voucher_state"], ["__count"]
        ):
            counts[batch.id, state] = count
        for batch in self:
            batch.used_count = counts.get((batch.id, "used"), 0)
            batch.open_count = sum(
                counts.get((batch.id, state), 0) for state in ("issued", "reserved")
            )

    @api.depends("kind", "group_ids", "grade_ids", "partner_ids", "program_id")
    def _compute_customer_count(self):
        for batch in self:
            batch.customer_count = (
                batch.env["res.partner"].search_count(batch._customer_domain())
                if batch.kind == "customers"
                else 0
            )

    @api.constrains("kind", "quantity", "prefix", "code_length")
    def _check_codes(self):
        for batch in self.filtered(lambda batch: batch.kind != "printed"):
            anonymous = batch.kind == "anonymous"
            if anonymous and not 1 <= batch.quantity <= MOST:
                raise ValidationError(
                    self.env._("Issue 1 to %(most)s vouchers at once.", most=MOST)
                )
            self.env["loyalty.card"]._check_code_format(
                batch.quantity if anonymous else batch.customer_count,
                batch.prefix,
                batch.code_length,
            )

    @api.constrains("program_id")
    def _check_program(self):
        for batch in self:
            if not batch.program_id._has_vouchers():
                raise ValidationError(
                    self.env._(
                        "%(program)s has no vouchers: choose a voucher programme.",
                        program=batch.program_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        if any(batch.issued_count or batch.state == "running" for batch in self):
            raise UserError(
                self.env._("An issue with vouchers can't be deleted: cancel them.")
            )

    # ------------------------------------------------------------------- issuing

    def action_issue(self):
        """Issue the vouchers; many of them by jobs. Goes on where it was stopped."""
        for batch in self:
            batch.check_access("write")
            if batch.state not in ("draft", "stopped", "failed"):
                raise UserError(self.env._("These vouchers are issued already."))
            batch._check_before_issue()
            batch.planned_count = (
                batch.quantity if batch.kind == "anonymous" else batch.customer_count
            )
            batch.write({"state": "running", "problem": False})
            if batch.planned_count - batch.issued_count <= AT_ONCE:
                batch._job_issue()
            else:
                batch._enqueue_issue()
        return True

    def action_stop(self):
        """Stop issuing; what is issued stays."""
        self.check_access("write")
        self.filtered(lambda batch: batch.state == "running").state = "stopped"

    def _check_before_issue(self):
        today = self.program_id._local_day()
        if not self.expiration_date or self.expiration_date < today:
            raise UserError(
                self.env._("Vouchers are valid until a day that is still to come.")
            )
        if self.kind == "customers" and not self.customer_count:
            raise UserError(
                self.env._(
                    "No customer is in these groups and tiers. Choose others, or name "
                    "customers."
                )
            )

    def _enqueue_issue(self):
        self.with_delay(
            identity_key=f"crm_voucher_batch:{self.id}:{self.issued_count}"
        )._job_issue()

    def _job_issue(self):
        """Job: the next vouchers of this issue, and a job for those after them."""
        self.ensure_one()
        if self.state != "running":
            return
        owners = self._next_owners()
        cards = self._insert_owners(owners)
        vals = {"issued_count": self.issued_count + len(cards)}
        if self.kind == "customers" and owners:
            vals["last_partner_ref"] = owners[-1]
        if len(owners) < BATCH:
            vals["state"] = "done"
        self.write(vals)
        if self.state == "running":
            self._enqueue_issue()

    def _insert_owners(self, owners):
        # The batch's row is changed in this transaction: a second worker collides.
        cards = self.env["loyalty.card"].sudo()
        ids = cards._insert_vouchers(
            self.program_id.sudo(),
            owners,
            expires_on=self.expiration_date,
            batch=self,
            prefix=normal(self.prefix),
            length=self.code_length,
        )
        self.invalidate_recordset(["card_ids"], flush=False)
        return ids

    def _next_owners(self):
        """Ids of the next customers; None for each voucher of nobody."""
        if self.kind == "anonymous":
            return [None] * min(BATCH, self.planned_count - self.issued_count)
        domain = self._customer_domain() & Domain("id", ">", self.last_partner_ref)
        partners = self.env["res.partner"].sudo()
        return partners.search(domain, order="id", limit=BATCH).ids

    def _customer_domain(self):
        """Main contacts who are in one of the groups or tiers, or were named."""
        chosen = Domain.OR(
            [
                Domain("customer_group_ids", "in", self.group_ids.ids),
                Domain("grade_id", "in", self.grade_ids.ids),
                Domain("id", "in", self.partner_ids.commercial_partner_id.ids),
            ]
        )
        company = self.program_id.company_id
        visible = [False, company.id] if company else [False]
        return (
            chosen
            & Domain("parent_id", "=", False)
            & Domain("company_id", "in", visible)
        )

    def _job_failed(self, exc_name="", exc_message="", **_details):
        """Called by queue_job when a job has failed for good (``on_fail_method``)."""
        problem = self.env._(
            "An unexpected error has stopped this. Press Issue to go on; if it fails "
            "again, show your administrator: %(error)s",
            error=f"{exc_name} {exc_message}".strip(),
        )
        self.write({"state": "failed", "problem": problem})

    def _issue_demo(self):
        """Issue the demo shop's vouchers; a few of them were used at the counter."""
        for batch in self:
            if batch.kind == "anonymous" or batch.customer_count:
                batch.action_issue()
        self.card_ids[:7]._move("mark", note=self.env._("Taken at the counter"))

    # -------------------------------------------------------------------- buttons

    def action_open_vouchers(self):
        """The vouchers of this issue."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_promotion.loyalty_card_action_voucher"
        )
        return action | {"domain": [("batch_id", "=", self.id)], "context": {}}

    def action_print(self):
        """The sheet with barcodes of the vouchers that can still be used."""
        cards = self.card_ids.filtered(lambda card: card.voucher_state == "issued")
        return cards.action_print_vouchers()
