from odoo import api, fields, models


class CrmPromotionWhy(models.TransientModel):
    """Shows how the engine judges each promotion for an order; changes nothing."""

    _name = "crm.promotion.why"
    _description = "Why These Promotions"

    order_id = fields.Many2one("sale.order", required=True)
    only_given = fields.Boolean(string="Only What Fits")
    result = fields.Html(compute="_compute_result", sanitize=False)
    can_return = fields.Boolean(compute="_compute_result")

    @api.depends("order_id", "only_given")
    def _compute_result(self):
        for why in self:
            order = why.order_id
            order.check_access("read")
            confirmed = order.state == "sale"
            promotions = order._plan_promotions(
                at=order._promotions_agreed_at() if confirmed else None,
                programs=order.promotion_ids,
                why=True,
            )
            rows = order._explain_promotions(promotions, why.only_given)
            why.can_return = bool(order.promotion_declined_ids) and not confirmed
            why.result = self.env["ir.qweb"]._render(
                "crm_promotion.crm_promotion_verdicts",
                {"rows": rows, "differs": order.promotions_differ},
            )

    def action_return_promotions(self):
        """Promotions that were taken off by hand come back."""
        self.ensure_one()
        self.order_id.check_access("write")
        self.order_id.promotion_declined_ids = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}
