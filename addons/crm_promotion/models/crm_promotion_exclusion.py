from odoo import fields, models


class CrmPromotionExclusion(models.Model):
    """Promotions of one exclusion group aren't given together: an order gets one."""

    _name = "crm.promotion.exclusion"
    _description = "Exclusion Group of Promotions"
    _order = "name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one("res.company", index="btree_not_null")
    program_ids = fields.One2many(
        "loyalty.program", "exclusion_id", string="Promotions"
    )

    _name_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), lower(name))",
        "There is already an exclusion group with this name.",
    )
