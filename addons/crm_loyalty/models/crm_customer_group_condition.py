from odoo import api, fields, models

from odoo.addons.crm_customer.tools import group_conditions as rules

rules.add_record_kind("tier", "grade")


class CrmCustomerGroupCondition(models.Model):
    """A customer's tier is something that groups can look at."""

    _inherit = "crm.customer.group.condition"

    attribute = fields.Selection(
        selection_add=[("tier", "Tier"), ("owner",)], ondelete={"tier": "cascade"}
    )
    grade_ids = fields.Many2many(
        "res.partner.grade",
        "crm_customer_group_condition_grade_rel",
        string="Tiers",
    )

    @api.model
    def _attributes(self):
        """Override of `crm_customer`: the tier as well."""
        return super()._attributes() | {"tier": rules.Attribute("grade_id", "tier")}

    @api.depends("grade_ids")
    def _compute_value(self):
        return super()._compute_value()

    @api.constrains("grade_ids")
    def _check_tiers(self):
        self._check_values()
