from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.voucher_codes import least_length

MOST = 1_000_000


class CrmVoucherBatch(models.Model):
    """An issue of vouchers ("Phát hành"): so many of nobody, or one per customer.

    How far it is stands in its row, which each step changes together with the vouchers
    it makes: a step that runs twice makes nothing twice.
    """

    _name = "crm.voucher.batch"
    _description = "Issue of Vouchers"
    _inherit = ["mail.thread", "crm.voucher.steps", "crm.voucher.sending"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, readonly=False)
    program_id = fields.Many2one(
        "loyalty.program",
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
            program = batch.program_id
            of_program = f"{program.name} {day:%d/%m/%Y}" if program else False
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

    @api.depends("kind", "state", "group_ids", "grade_ids", "partner_ids", "program_id")
    def _compute_customer_count(self):
        """Each issue that isn't done asks for its own; of the others it is known."""
        self.customer_count = 0
        for batch in self.filtered(lambda batch: batch.kind == "customers"):
            batch.customer_count = (
                batch.planned_count
                if batch.state in ("running", "done")
                else batch.env["res.partner"].search_count(batch._customer_domain())
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
                        "%(program)s has no vouchers: choose a voucher program.",
                        program=batch.program_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        if any(batch.issued_count or batch.state == "running" for batch in self):
            raise UserError(
                self.env._("An issue with vouchers can't be deleted: cancel them.")
            )

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
