from odoo import api, models
from odoo.tools import SQL

#: What statistics look at.
SEEN = frozenset(
    (
        "amount_total",
        "company_id",
        "currency_id",
        "currency_rate",
        "date_order",
        "partner_id",
        "state",
    )
)


class CrmOrderStatistics(models.AbstractModel):
    """Orders whose customers' statistics follow them. Part of ``sale.order``."""

    _name = "crm.order.statistics"
    _description = "Orders in the Statistics of Customers"

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._touch_customers()
        return orders

    def unlink(self):
        self._touch_customers()
        return super().unlink()

    def _write_multi(self, vals_list):
        """Override of `base`: here it shows which columns really change.

        Amounts change with the lines, of which ``write`` knows nothing. Quotations
        don't count.
        """
        seen = self.browse(
            order.id
            for order, vals in zip(self, vals_list, strict=True)
            if not SEEN.isdisjoint(vals) and ("state" in vals or order.state == "sale")
        )
        if seen:
            if any("partner_id" in vals for vals in vals_list):
                seen._partners_in_database()._touch()
            seen.sudo().partner_id._touch()
        return super()._write_multi(vals_list)

    def _touch_customers(self):
        self.sudo().filtered(lambda order: order.state == "sale").partner_id._touch()

    def _partners_in_database(self):
        """The customers before they are written."""
        rows = self.env.execute_query(
            SQL("SELECT partner_id FROM sale_order WHERE id = ANY (%s)", self.ids)
        )
        return self.env["res.partner"].browse({row[0] for row in rows})
