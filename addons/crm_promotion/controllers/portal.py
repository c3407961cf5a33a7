from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal


class VoucherPortal(CustomerPortal):
    """A customer sees his own vouchers."""

    def _voucher_domain(self):
        owner = request.env.user.partner_id.commercial_partner_id
        return [
            ("partner_id.commercial_partner_id", "=", owner.id),
            ("voucher_state", "!=", False),
            ("voucher_state", "!=", "cancelled"),
        ]

    def _prepare_home_portal_values(self, counters):
        """Override of `portal`."""
        values = super()._prepare_home_portal_values(counters)
        if "voucher_count" in counters:
            values["voucher_count"] = (
                request.env["loyalty.card"].sudo().search_count(self._voucher_domain())
            )
        return values

    @route("/my/vouchers", type="http", auth="user", website=True)
    def portal_my_vouchers(self):
        """The vouchers of the customer who is logged in, those to use first."""
        Card = request.env["loyalty.card"].sudo()
        usable, others = Card._usable_and_others(self._voucher_domain())
        return request.render(
            "crm_promotion.portal_my_vouchers",
            {
                "page_name": "vouchers",
                "usable": usable,
                "others": others,
            },
        )
