from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _promotion_marks(self):
        """What promotions can mean this product by."""
        self.ensure_one()
        categories = self.categ_id.parent_path or ""
        return frozenset(
            [
                ("product", self.id),
                *(
                    ("category", int(number))
                    for number in categories.split("/")
                    if number
                ),
                *(("tag", number) for number in self.all_product_tag_ids.ids),
            ]
        )
