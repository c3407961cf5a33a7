from odoo import fields, models


class CrmPromotionTryLine(models.TransientModel):
    """Goods of a basket that promotions are tried on."""

    _name = "crm.promotion.try.line"
    _description = "Basket to Try Promotions On"

    try_id = fields.Many2one("crm.promotion.try", required=True, ondelete="cascade")
    product_id = fields.Many2one(
        "product.product", required=True, domain=[("sale_ok", "=", True)]
    )
    quantity = fields.Float(default=1, digits="Product Unit")
