from odoo import api, fields, models


class ProductPricelist(models.Model):
    """A price policy ("Chính sách giá") can be for tiers, too.

    A pricelist chosen on the customer goes first, then the policies for its groups or
    its tier in their order, then what Odoo would choose.
    """

    _inherit = "product.pricelist"

    grade_ids = fields.Many2many(
        "res.partner.grade",
        "crm_promotion_pricelist_grade_rel",
        "pricelist_id",
        "grade_id",
        string="Tiers",
        copy=False,
        groups="crm_customer.crm_customer_group_user",
        help="Customers of these tiers get this pricelist, unless another one was "
        "chosen on the customer. If several fit, the first one in the list counts.",
    )

    @api.depends("grade_ids")
    def _compute_is_price_policy(self):
        """Override of `crm_customer`: for tiers, too."""
        tiered = self.sudo().filtered("grade_ids").sudo(self.env.su)
        tiered.is_price_policy = True
        return super(ProductPricelist, self - tiered)._compute_is_price_policy()
