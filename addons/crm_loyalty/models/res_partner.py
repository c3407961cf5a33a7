from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "crm.loyalty.event",
        "crm.loyalty.referral",
        "crm.loyalty.customer",
        "crm.loyalty.tier",
        "crm.loyalty.tier.progress",
        "crm.loyalty.guard",
        "res.partner",
    ]

    referred_by_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        domain=[("is_customer", "=", True)],
        help="Who brought this customer; earns points with the first order.",
    )

    @api.constrains("referred_by_id")
    def _check_referred_by_another(self):
        for partner in self.filtered("referred_by_id"):
            if partner._is_own_referrer():
                raise ValidationError(
                    self.env._(
                        "%(customer)s can't be brought by itself; choose another "
                        "customer.",
                        customer=partner.display_name,
                    )
                )

    def _is_own_referrer(self):
        referrer = self.referred_by_id.commercial_partner_id
        return referrer == self.commercial_partner_id
