from datetime import timedelta

from odoo import api, fields, models

from .crm_loyalty_tier import Move


class CrmLoyaltyTierAction(models.AbstractModel):
    """Automation that sets tiers. Part of ``ir.actions.server``."""

    _name = "crm.loyalty.tier.action"
    _description = "Set the Tier of Customers"

    tier_id = fields.Many2one(
        "res.partner.grade",
        compute="_compute_tier_id",
        store=True,
        readonly=False,
        ondelete="restrict",
    )
    tier_days = fields.Integer(
        string="Days",
        help="For so many days rules leave the tier alone. Zero: they decide from the "
        "beginning, so a tier that isn't reached falls after the next review.",
    )

    @api.depends("state")
    def _compute_tier_id(self):
        """Settings of another type of action are forgotten, as Odoo's own are."""
        self.filtered(lambda action: action.state != "customer_tier").tier_id = False

    @api.model
    def _customer_actions(self):
        """Override of `crm_customer`: this one works on customers, too."""
        return (*super()._customer_actions(), "customer_tier")

    def _name_depends(self):
        return [*super()._name_depends(), "tier_id"]

    def _generate_action_name(self):
        self.ensure_one()
        if self.state == "customer_tier" and self.tier_id:
            return self.env._("Set Tier: %(tier)s", tier=self.tier_id.name)
        return super()._generate_action_name()

    @api.model
    def _warning_depends(self):
        return [*super()._warning_depends(), "tier_id", "tier_days"]

    def _get_warning_messages(self):
        warnings = super()._get_warning_messages()
        if self.state == "customer_tier":
            if not self.tier_id:
                warnings.append(self.env._("Choose the tier."))
            if self.tier_days < 0:
                warnings.append(self.env._("The days can't be below zero."))
        return warnings

    def _run_action_customer_tier_multi(self, eval_context=None):
        tier = self.tier_id
        if not tier:
            return
        until = False
        if self.tier_days > 0:
            until = fields.Date.context_today(self) + timedelta(days=self.tier_days)
        for customers in self._customers_of(eval_context):
            customers._hold_tier(tier, until, Move("action", reason=self.name))
