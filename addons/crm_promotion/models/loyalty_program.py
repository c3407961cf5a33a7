from odoo import fields, models


class LoyaltyProgram(models.Model):
    """A promotion of the shop has ``is_promotion`` set; others stay as they are."""

    _inherit = "loyalty.program"

    is_promotion = fields.Boolean(
        string="Promotion",
        readonly=True,
        index="btree_not_null",
        help="Conditions, benefit levels and uses of this programme are kept by the "
        "Retail CRM.",
    )
