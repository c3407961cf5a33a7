from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _price_policies(self):
        """Override of `crm_customer`: the first policy for a group or for the tier."""
        policies = super()._price_policies()
        Pricelist = self.env["product.pricelist"].sudo()
        for partner_id, pricelist_id in self._tier_policies():
            pricelist = Pricelist.browse(pricelist_id)
            other = policies.get(partner_id)
            if not other or _place(pricelist) < _place(other.sudo()):
                policies[partner_id] = self.env["product.pricelist"].browse(
                    pricelist.id
                )
        return policies

    def _tier_policies(self):
        """Ids of partners and of the first policy for their tier."""
        if not self.ids:
            return []
        self.env["res.partner"].flush_model(["commercial_partner_id", "grade_id"])
        self.env["product.pricelist"].flush_model(["active", "company_id", "sequence"])
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (p.id) p.id, l.id
                  FROM res_partner p
                  JOIN res_partner owner ON owner.id = p.commercial_partner_id
                  JOIN crm_promotion_pricelist_grade_rel r
                    ON r.grade_id = owner.grade_id
                  JOIN product_pricelist l ON l.id = r.pricelist_id AND l.active
                   AND (l.company_id IS NULL OR l.company_id = %(company)s)
                 WHERE p.id IN %(partners)s
                 ORDER BY p.id, l.sequence, l.id
                """,
                company=self.env.company.id,
                partners=tuple(self.ids),
            )
        )


def _place(pricelist):
    return (pricelist.sequence, pricelist.id)
