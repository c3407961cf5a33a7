from odoo import fields, models


class CrmCustomerMembership(models.AbstractModel):
    """The groups that customers belong to. Part of ``res.partner``."""

    _name = "crm.customer.membership"
    _description = "Groups of a Customer"

    customer_group_ids = fields.Many2many(
        "crm.customer.group",
        "crm_customer_group_member",
        "partner_id",
        "group_id",
        string="Customer Groups",
        readonly=True,
        copy=False,
        context={"active_test": True},
        groups="crm_customer.crm_customer_group_user",
    )

    def _refresh_membership(self):
        """Override of `crm.customer.refresh`: these customers in all groups.

        A handful of queries for any number of groups and customers.
        """
        result = super()._refresh_membership()
        active = [("active", "=", True)]  # whatever the context says
        groups = self.env["crm.customer.group"].sudo().search(active)
        if groups and self:
            groups._lock_definitions()
            groups._write_members("customer", self)
        return result

    def action_why_groups(self):
        """Ask why this customer is, or isn't, in a group."""
        self.ensure_one()
        return self.env["crm.customer.group.why"]._open(customer=self)

    def action_add_to_group(self):
        """Ask for the group that the selected customers are put into."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_customer_group_add_action"
        )
        action["context"] = {"default_partner_ids": self.ids}
        return action
