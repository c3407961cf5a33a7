from odoo import models
from odoo.tools import SQL

#: What a policy is found by; links between records are written at once.
READ = {
    "res.partner": ["commercial_partner_id"],
    "crm.customer.group": ["active", "company_id"],
    "crm.customer.group.member": ["group_id", "partner_id"],
    "product.pricelist": ["active", "company_id", "sequence"],
}


class CrmCustomerPricePolicy(models.AbstractModel):
    """Which price policy a customer gets. Part of ``res.partner``."""

    _name = "crm.customer.price.policy"
    _description = "Price Policy of a Customer"

    def _inverse_product_pricelist(self):
        """Override of `product`: a member can be given any pricelist by hand.

        Odoo takes the usual one of the country for "nothing chosen"; for a member
        nothing chosen means the policy.
        """
        chosen = {partner: partner.property_product_pricelist for partner in self}
        result = super()._inverse_product_pricelist()
        policies = self._price_policies()
        for partner, pricelist in chosen.items():
            if pricelist and (policy := policies.get(partner.id)):
                partner.specific_property_product_pricelist = (
                    pricelist if pricelist != policy else False
                )
        return result

    def _price_policies(self):
        """The first policy for a group of each of these, or of whom they belong to.

        :rtype: dict
        """
        if not self.ids:
            return {}
        for name, fields in READ.items():
            self.env[name].flush_model(fields)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (p.id) p.id, l.id
                  FROM res_partner p
                  JOIN crm_customer_group_member m
                    ON m.partner_id = p.commercial_partner_id
                  JOIN crm_customer_group g
                    ON g.id = m.group_id AND g.active AND g.company_id = %(company)s
                  JOIN crm_customer_group_pricelist_rel r ON r.group_id = g.id
                  JOIN product_pricelist l ON l.id = r.pricelist_id AND l.active
                   AND (l.company_id IS NULL OR l.company_id = %(company)s)
                 WHERE p.id IN %(partners)s
                 ORDER BY p.id, l.sequence, l.id
                """,
                company=self.env.company.id,
                partners=tuple(self.ids),
            )
        )
        Pricelist = self.env["product.pricelist"]
        return {partner_id: Pricelist.browse(list_id) for partner_id, list_id in rows}
