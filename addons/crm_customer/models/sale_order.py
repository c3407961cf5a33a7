from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = [
        "crm.order.interaction",
        "crm.order.statistics",
        "crm.order.visibility",
        "sale.order",
    ]
