from odoo import fields, models


class CrmCustomerGroupWhyLine(models.TransientModel):
    """One condition of a group beside what the customer has."""

    _name = "crm.customer.group.why.line"
    _description = "Verdict of a Condition"

    why_id = fields.Many2one("crm.customer.group.why", ondelete="cascade")
    condition = fields.Char()
    own_value = fields.Char(string="The Customer")
    verdict = fields.Selection([("yes", "✔"), ("no", "✘")])
