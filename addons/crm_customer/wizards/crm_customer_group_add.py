from odoo import fields, models


class CrmCustomerGroupAdd(models.TransientModel):
    """Puts selected customers into a group by hand, or takes them out."""

    _name = "crm.customer.group.add"
    _description = "Customers Into or Out of a Group"

    partner_ids = fields.Many2many(
        "res.partner", "crm_customer_group_add_partner_rel", string="Customers"
    )
    group_id = fields.Many2one("crm.customer.group", required=True)
    mode = fields.Selection(
        [
            ("fixed", "Always in the group"),
            ("excluded", "Never in the group"),
            ("rule", "As the conditions say"),
        ],
        default="fixed",
        required=True,
    )

    def action_apply(self):
        """Note these customers as fixed, as excluded, or as neither."""
        self.ensure_one()
        self.group_id.check_access("write")
        self.group_id._choose(self.partner_ids, self.mode)
        return {"type": "ir.actions.act_window_close"}
