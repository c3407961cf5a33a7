from odoo import api, models


class CrmOrderInteraction(models.AbstractModel):
    """Orders appear on the customer's timeline. Part of ``sale.order``."""

    _name = "crm.order.interaction"
    _description = "Orders on the Timeline"

    @api.model_create_multi
    def create(self, vals_list):
        """An order that comes from elsewhere may be confirmed from the beginning."""
        orders = super().create(vals_list)
        confirmed = orders.filtered(lambda order: order.state == "sale")
        self.env["crm.interaction"]._log_orders(
            confirmed, at=lambda order: min(order.date_order, order.create_date)
        )
        return orders

    def write(self, vals):
        state = vals.get("state")
        if state not in ("sale", "cancel"):
            return super().write(vals)
        moved = self.filtered(lambda order: order.state != state)
        result = super().write(vals)
        self.env["crm.interaction"]._log_orders(moved)
        return result
