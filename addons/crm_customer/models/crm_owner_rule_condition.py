from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import owner_rules

VALUES = ("source_ids", "group_ids", "page_ids", "user_ids")


class CrmOwnerRuleCondition(models.Model):
    """One condition of an owner rule: a fact is one of some values, or none of them.

    Values of a condition aren't deleted: "not from Zalo" would turn into "not from
    nowhere", which holds for everybody. Archived ones count as before.
    """

    _name = "crm.owner.rule.condition"
    _inherit = ["crm.owner.rule.cached"]
    _description = "Condition of an Owner Rule"
    _order = "sequence, id"

    rule_id = fields.Many2one(
        "crm.owner.rule", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    attribute = fields.Selection(
        [
            ("source", "Source"),
            ("group", "Customer group"),
            ("page", "Social page"),
            ("created_by", "Creator"),
            ("updated_by", "Updated by"),
        ],
        default="source",
        required=True,
    )
    operator = fields.Selection([("=", "="), ("!=", "≠")], default="=", required=True)
    source_ids = fields.Many2many(
        "utm.source",
        "crm_owner_rule_condition_source_rel",
        string="Sources",
        ondelete="restrict",
        domain=[("code", "!=", False)],
    )
    group_ids = fields.Many2many(
        "crm.customer.group",
        "crm_owner_rule_condition_group_rel",
        string="Groups",
        ondelete="restrict",
        context={"active_test": False},
    )
    page_ids = fields.Many2many(
        "utm.source",
        "crm_owner_rule_condition_page_rel",
        string="Pages",
        ondelete="restrict",
        domain=[("page_id", "!=", False)],
    )
    user_ids = fields.Many2many(
        "res.users",
        "crm_owner_rule_condition_user_rel",
        string="Users",
        ondelete="restrict",
        context={"active_test": False},
    )
    sentence = fields.Char(compute="_compute_sentence")

    @api.model
    def _attributes(self):
        """Attribute -> model of its values, field of a condition that holds them."""
        return {
            "source": ("utm.source", "source_ids"),
            "group": ("crm.customer.group", "group_ids"),
            "page": ("utm.source", "page_ids"),
            "created_by": ("res.users", "user_ids"),
            "updated_by": ("res.users", "user_ids"),
        }

    def _values(self):
        self.ensure_one()
        return self[self._attributes()[self.attribute][1]]

    @api.depends("attribute", "operator", *VALUES)
    def _compute_sentence(self):
        labels = dict(self._fields["attribute"]._description_selection(self.env))
        operators = dict(self._fields["operator"].selection)
        for condition in self:
            names = ", ".join(condition.sudo()._values().mapped("display_name"))
            label = labels[condition.attribute]
            condition.sentence = f"{label} {operators[condition.operator]} {names}"

    @api.constrains("attribute", *VALUES)
    def _check_values(self):
        labels = dict(self._fields["attribute"]._description_selection(self.env))
        for condition in self:
            if not condition._values():
                raise ValidationError(
                    self.env._(
                        'The condition "%(attribute)s" of %(rule)s has no value: '
                        "choose one, or delete the condition.",
                        attribute=labels[condition.attribute],
                        rule=condition.rule_id.name,
                    )
                )

    def _plan(self):
        self.ensure_one()
        return owner_rules.Condition(
            self.attribute, self.operator, frozenset(self._values().ids)
        )
