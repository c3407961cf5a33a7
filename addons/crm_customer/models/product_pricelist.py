from odoo import api, fields, models


class ProductPricelist(models.Model):
    """A pricelist for customer groups is a price policy: members get it by themselves.

    A pricelist chosen on the customer goes first, then the policies in their order,
    then what Odoo would choose. A policy is never the pricelist of everybody.
    """

    _inherit = "product.pricelist"

    customer_group_ids = fields.Many2many(
        "crm.customer.group",
        "crm_customer_group_pricelist_rel",
        "pricelist_id",
        "group_id",
        string="Customer Groups",
        copy=False,
        context={"active_test": False},  # else archived ones could not be taken out
        groups="crm_customer.crm_customer_group_user",
        help="Members of these groups get this pricelist, unless another one was "
        "chosen on the customer. If several fit, the first one in the list counts.",
    )
    is_price_policy = fields.Boolean(
        compute="_compute_is_price_policy",
        store=True,
        help="It is for customer groups, so it is never everybody's pricelist.",
    )

    @api.depends("customer_group_ids")
    def _compute_is_price_policy(self):
        for pricelist in self:
            pricelist.is_price_policy = bool(pricelist.customer_group_ids)

    @api.model
    def _get_partner_pricelist_multi(self, partner_ids):
        """Override of `product`: members get the policy of their group."""
        result = super()._get_partner_pricelist_multi(partner_ids)
        if not result:  # pricelists are switched off
            return result
        Partner = self.env["res.partner"].with_context(active_test=False)
        without = Partner.browse(partner_ids).filtered(
            lambda partner: (
                not (
                    partner.specific_property_product_pricelist
                )._get_partner_pricelist_multi_filter_hook()
            )
        )
        return result | without._price_policies()

    def _get_partner_pricelist_multi_search_domain_hook(self, company_id):
        """Override of `product`: a policy isn't for those outside of its groups."""
        domain = super()._get_partner_pricelist_multi_search_domain_hook(company_id)
        return [*domain, ("is_price_policy", "=", False)]
