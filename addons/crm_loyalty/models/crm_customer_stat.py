from odoo import fields, models


class CrmCustomerStat(models.Model):
    _inherit = "crm.customer.stat"

    grade_id = fields.Many2one(related="partner_id.grade_id", string="Tier")
