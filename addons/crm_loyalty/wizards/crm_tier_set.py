from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class CrmTierSet(models.TransientModel):
    """Asks which tier some customers get by hand, until when, and why."""

    _name = "crm.tier.set"
    _description = "Set a Tier by Hand"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    grade_id = fields.Many2one(
        "res.partner.grade",
        string="Tier",
        domain="[('is_tier', '=', True)]",
    )
    until = fields.Date(
        default=lambda self: fields.Date.context_today(self) + relativedelta(years=1),
        help="The last day. From the next one on the rules decide again.",
    )
    reason = fields.Char()
    is_held = fields.Boolean(compute="_compute_is_held")

    @api.depends("partner_ids")
    def _compute_is_held(self):
        for wizard in self:
            wizard.is_held = any(wizard.partner_ids.mapped("tier_until"))

    @api.model
    def default_get(self, fields):
        """Override of `base`: the customers that were selected in a list."""
        defaults = super().default_get(fields)
        if "partner_ids" in fields and not defaults.get("partner_ids"):
            if self.env.context.get("active_model") == "res.partner":
                defaults["partner_ids"] = self.env.context.get("active_ids", [])
        return defaults

    def action_set(self):
        """Give the tier."""
        self.ensure_one()
        self.partner_ids.action_set_tier(self.grade_id.id, self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_release(self):
        """Let the rules decide again."""
        self.ensure_one()
        self.partner_ids.action_release_tier()
        return {"type": "ir.actions.act_window_close"}
