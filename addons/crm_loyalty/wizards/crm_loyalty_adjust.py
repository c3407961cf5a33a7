from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLoyaltyAdjust(models.TransientModel):
    """Gives points to one customer or takes them, with a reason."""

    _name = "crm.loyalty.adjust"
    _description = "Adjust Points"

    card_id = fields.Many2one("loyalty.card", required=True, readonly=True)
    partner_id = fields.Many2one(related="card_id.partner_id")
    program_id = fields.Many2one(related="card_id.program_id")
    direction = fields.Selection(
        [("give", "Give points"), ("take", "Take points")],
        default="give",
        required=True,
    )
    rule_id = fields.Many2one(
        "loyalty.rule",
        domain="[('program_id', '=', program_id), ('rule_type', '=', 'manual')]",
        help="A rule of the type “By hand” says how many points there are, and why.",
    )
    points = fields.Integer(compute="_compute_points", store=True, readonly=False)
    reason = fields.Char(
        compute="_compute_points",
        store=True,
        readonly=False,
        help="The customer reads it beside the points.",
    )
    points_usable = fields.Integer(related="card_id.points_usable")
    balance = fields.Integer(compute="_compute_balance")
    new_balance = fields.Integer(compute="_compute_balance")

    @api.depends("rule_id")
    def _compute_points(self):
        for wizard in self:
            if wizard.rule_id:
                wizard.points = wizard.rule_id.points
                wizard.reason = wizard.rule_id.display_name
            else:
                wizard.points, wizard.reason = wizard.points, wizard.reason

    @api.depends("card_id", "direction", "points")
    def _compute_balance(self):
        for wizard in self:
            wizard.balance = wizard.card_id.points
            wizard.new_balance = wizard.balance + wizard._signed()

    def _signed(self):
        return self.points if self.direction == "give" else -self.points

    def action_apply(self):
        """Post the points with their reason."""
        self.ensure_one()
        if self.points < 0:
            raise UserError(
                self.env._("Give a number above zero, and choose whether to take it.")
            )
        rule = self.rule_id if self.direction == "give" else self.rule_id.browse()
        self.card_id.action_adjust_points(self._signed(), self.reason, rule_id=rule.id)
        return {"type": "ir.actions.act_window_close"}
