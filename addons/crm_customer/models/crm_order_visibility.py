from odoo import api, fields, models


class CrmOrderVisibility(models.AbstractModel):
    """Whom orders are shown to: besides their salesperson, the owner of the customer.

    Part of ``sale.order``. The column is a copy, so that the record rule has an index
    to look at: through the contact, one page of a million orders takes half a second.
    """

    _name = "crm.order.visibility"
    _description = "Visibility of an Order"

    customer_owner_id = fields.Many2one(
        "res.users",
        string="Owner of the Customer",
        compute="_compute_customer_owner_id",
        store=True,
        index="btree_not_null",
        groups="base.group_user",
        export_string_translation=False,
    )

    @api.depends("partner_id.customer_owner_id")
    def _compute_customer_owner_id(self):
        for order in self:
            order.customer_owner_id = order.partner_id.customer_owner_id
