from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _promotion_marks(self, kinds):
        """What promotions can mean this product by, of the kinds that are asked."""
        self.ensure_one()
        marks = [("product", self.id)]
        if "category" in kinds:
            path = (self.categ_id.parent_path or "").split("/")
            marks += [("category", int(number)) for number in path if number]
        if "tag" in kinds:
            marks += [("tag", number) for number in self.all_product_tag_ids.ids]
        return frozenset(marks)
