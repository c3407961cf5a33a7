import io

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

from ..tools import headings
from ..tools.spreadsheet_write import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CrmCustomerController(http.Controller):
    @http.route(
        "/crm_customer/import/template", type="http", auth="user", readonly=True
    )
    def import_template(self):
        """An empty file with the headings of the import in the user's language."""
        if not request.env["crm.customer.import"].has_access("create"):
            raise AccessError(request.env._("Only managers of customers import them."))
        vietnamese = (request.env.lang or "").startswith("vi")
        titles = [c.vietnamese if vietnamese else c.heading for c in headings.COLUMNS]
        output = io.BytesIO()
        write_xlsx(output, titles, [])
        name = request.env._("Customer import template.xlsx")
        return request.make_response(
            output.getvalue(),
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
