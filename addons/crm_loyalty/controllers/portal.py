from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager
from odoo.addons.sale.controllers.portal import CustomerPortal


class PointsPortal(CustomerPortal):
    """A customer's points, and using them on a quotation of one's own."""

    def _prepare_home_portal_values(self, counters):
        """Override of `portal`: how many points there are, beside the orders."""
        values = super()._prepare_home_portal_values(counters)
        if "points_count" in counters:
            account = self._points_account_sudo()
            values["points_count"] = max(0, int(account.points))
        return values

    @staticmethod
    def _points_account_sudo():
        """The account of who is logged in, empty when there is none to be shown."""
        partner = request.env.user.partner_id.commercial_partner_id
        company = request.env.company
        program = (
            request.env["loyalty.program"].sudo()._get_points_program(company.sudo())
        )
        Card = request.env["loyalty.card"].sudo()
        if not (program.active and program.portal_visible):
            return Card
        account = Card._find_account(program, partner).sudo()
        return account if account.active else Card

    @route(
        ["/my/points", "/my/points/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_points(self, page=1, **_options):
        """Balance, worth, what expires next, and the ledger."""
        account = self._points_account_sudo()
        total = account._count_statement() if account else 0
        step = self._items_per_page
        pages = pager(url="/my/points", total=total, page=page, step=step)
        values = self._prepare_portal_layout_values() | {
            "page_name": "points",
            "account": account,
            "tier": account.partner_id._tier_for_customer(account.program_id),
            "lines": account._read_statement(step, pages["offset"]) if total else [],
            "pager": pages,
        }
        return request.render("crm_loyalty.portal_my_points", values)

    @route(
        "/my/orders/<int:order_id>/points",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_order_points(self, order_id, points="", access_token=None, **_options):
        """Use points on a quotation; 0 takes the discount away."""
        try:
            order_sudo = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        url = order_sudo.get_portal_url()
        try:
            order_sudo._spend_points_from_portal(points, request.env.user)
        except UserError as refusal:
            request.session["points_refusal"] = str(refusal)
        return request.redirect(f"{url}#points")

    def _get_page_view_values(
        self, document, access_token, values, session_history, no_breadcrumbs, **options
    ):
        """Override of `portal`: an order says why points couldn't be used."""
        if document._name == "sale.order":
            values["points_refusal"] = request.session.pop("points_refusal", False)
            values["points_form"] = document._offers_points_to(request.env.user)
        return super()._get_page_view_values(
            document, access_token, values, session_history, no_breadcrumbs, **options
        )
