from odoo import models
from odoo.exceptions import AccessError, UserError


class CrmLoyaltyPortal(models.AbstractModel):
    """Points on the customer's own page of an order. Part of ``sale.order``.

    A link that was passed on shows the order; only who is logged in as the customer
    uses the customer's points.
    """

    _name = "crm.loyalty.portal"
    _description = "Points of an Order on the Portal"

    def _offers_points_to(self, user):
        """Whether the user may use own points on this quotation."""
        self.ensure_one()
        order = self.sudo()
        return (
            order._is_points_owner(user)
            and order.state in ("draft", "sent")
            and not order.is_expired
            and order._points_program().portal_visible
            and bool(order._points_allowed() or order._points_cost())
        )

    def _is_points_owner(self, user):
        own = user.sudo().partner_id.commercial_partner_id
        return not user._is_public() and own == self.partner_id.commercial_partner_id

    def _spend_points_from_portal(self, points, user):
        """Use so many points, as the customer typed them.

        :raise UserError: why they can't be used.
        """
        self.ensure_one()
        order = self.sudo()
        if not order._is_points_owner(user):
            raise AccessError(self.env._("Only the customer can use these points."))
        if order.state not in ("draft", "sent") or order.is_expired:
            raise UserError(
                self.env._("Points can be used until the quotation is confirmed.")
            )
        text = str(points).strip()
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise UserError(self.env._("Points are whole numbers."))
        order.spend_points(int(text))
