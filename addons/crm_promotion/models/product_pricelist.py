from odoo import api, fields, models
from odoo.exceptions import UserError


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

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        """A promotion for these pricelists only would be for everybody."""
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False)
        asking = programs.search(
            [("is_promotion", "=", True), ("pricelist_ids", "in", self.ids)], limit=1
        )
        if asking:
            raise UserError(
                self.env._(
                    "The promotion “%(name)s” is for this pricelist, so it can't be "
                    "deleted. Archive it instead.",
                    name=asking.display_name,
                )
            )
