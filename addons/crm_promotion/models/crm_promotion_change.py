from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmPromotionChange(models.Model):
    """What was done to a promotion: started, stopped, changed while it ran.

    Rows are never changed and go only with their promotion.
    """

    _name = "crm.promotion.change"
    _description = "Change of a Promotion"
    _order = "id desc"
    _rec_name = "program_id"

    program_id = fields.Many2one(
        "loyalty.program",
        string="Promotion",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="program_id.company_id")
    create_uid = fields.Many2one("res.users", string="By", readonly=True)
    create_date = fields.Datetime(string="Time", readonly=True)
    kind = fields.Selection(
        [
            ("started", "Started"),
            ("stopped", "Stopped"),
            ("resumed", "Resumed"),
            ("changed", "Changed"),
        ],
        string="What Happened",
        required=True,
        readonly=True,
    )
    field_name = fields.Char(readonly=True)
    label = fields.Char(string="Field", compute="_compute_label")
    old_value = fields.Text(string="Before", readonly=True)
    new_value = fields.Text(string="After", readonly=True)
    reason = fields.Char(readonly=True)

    @api.depends("field_name")
    @api.depends_context("lang")
    def _compute_label(self):
        names = {name for name in self.mapped("field_name") if name}
        known = self.env["loyalty.program"].fields_get(names, ["string"])
        for change in self:
            field = known.get(change.field_name, {})
            change.label = field.get("string") or change.field_name

    def write(self, vals):
        """Override of `base`: what happened stays."""
        if vals:
            raise UserError(self.env._("The history of a promotion can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The history of a promotion can't be deleted."))
