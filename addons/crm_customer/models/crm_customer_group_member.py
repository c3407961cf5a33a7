from odoo import fields, models


class CrmCustomerGroupMember(models.Model):
    """A customer belongs to a group. Kept true by `crm.customer.group.engine`.

    The table is also that of the field ``customer_group_ids`` of customers.
    """

    _name = "crm.customer.group.member"
    _description = "Member of a Customer Group"
    _customer_field = "partner_id"
    _order = "since desc, id desc"
    _rec_name = "partner_id"
    _log_access = False  # a rebuild writes a million: no keys to check in vain

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
    origin = fields.Selection(
        [("rule", "By Conditions"), ("fixed", "Fixed")],
        required=True,
        readonly=True,
    )
    since = fields.Datetime(string="Member Since", required=True, readonly=True)

    # Not a unique index: the merging of contacts knows constraints only.
    _member_uniq = models.Constraint(
        "UNIQUE (group_id, partner_id)", "A customer is in a group once."
    )
    _partner_idx = models.Index("(partner_id, group_id)")
