from odoo import fields, models


class CrmCustomerGroupLog(models.Model):
    """A customer joined or left a group: a fact that is never changed.

    Automation rules ("a customer joins VIP: …") are rules on the creation of these.
    """

    _name = "crm.customer.group.log"
    _description = "Customer Joins or Leaves a Group"
    _customer_field = "partner_id"
    _order = "id desc"
    _rec_name = "partner_id"

    group_id = fields.Many2one(
        "crm.customer.group", required=True, ondelete="cascade", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        ondelete="cascade",
        readonly=True,
    )
    change = fields.Selection(
        [("joined", "Joined"), ("left", "Left")], required=True, readonly=True
    )
    cause = fields.Selection(
        [
            ("customer", "The customer or its orders changed"),
            ("calendar", "The calendar went on"),
            ("group", "The group was changed"),
        ],
        required=True,
        readonly=True,
    )
    at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )

    _partner_idx = models.Index("(partner_id, id)")
    _group_idx = models.Index("(group_id, id)")

    def _is_listened_to(self):
        """Whether something happens when a line is created: an automation rule does.

        Then lines are created by the ORM in batches, else by the statement that
        changes the members. Addons that override ``create`` say so here.
        """
        return hasattr(type(self).create, "origin")
