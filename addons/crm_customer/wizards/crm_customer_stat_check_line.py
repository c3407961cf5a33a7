from odoo import fields, models


class CrmCustomerStatCheckLine(models.TransientModel):
    """A customer whose stored figures differ from the recount."""

    _name = "crm.customer.stat.check.line"
    _description = "Difference in Customer Statistics"

    check_id = fields.Many2one(
        "crm.customer.stat.check", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    company_id = fields.Many2one("res.company", ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    stored_order_count = fields.Integer(string="Orders: Stored")
    counted_order_count = fields.Integer(string="Orders: Counted")
    stored_amount_total = fields.Monetary(string="Amount Bought: Stored")
    counted_amount_total = fields.Monetary(string="Amount Bought: Counted")
    stored_first_order_date = fields.Datetime(string="First Purchase: Stored")
    counted_first_order_date = fields.Datetime(string="First Purchase: Counted")
    stored_last_order_date = fields.Datetime(string="Last Purchase: Stored")
    counted_last_order_date = fields.Datetime(string="Last Purchase: Counted")
    stored_average_basket = fields.Monetary(string="Average Basket: Stored")
    counted_average_basket = fields.Monetary(string="Average Basket: Counted")
    stored_return_count = fields.Integer(string="Returns: Stored")
    counted_return_count = fields.Integer(string="Returns: Counted")
    stored_return_amount = fields.Monetary(string="Amount Returned: Stored")
    counted_return_amount = fields.Monetary(string="Amount Returned: Counted")
    stored_debt = fields.Monetary(string="Debt: Stored")
    counted_debt = fields.Monetary(string="Debt: Counted")
