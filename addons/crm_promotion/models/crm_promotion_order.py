from odoo import models


class CrmPromotionOrder(models.AbstractModel):
    """An order's promotions follow the order while it is a quotation.

    Part of ``sale.order``.
    """

    _name = "crm.promotion.order"
    _description = "Promotions of an Order"

    def _promotion_lines(self):
        """The lines that promotions of ours gave to these orders."""
        return self.order_line.filtered("reward_id.program_id.is_promotion")
