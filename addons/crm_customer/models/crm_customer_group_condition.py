from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount, format_date, format_list

from ..tools import group_conditions as rules

#: How operators are written in the sentence of a condition, if not in words.
SIGNS = {">=": "≥", "<=": "≤", "=": "=", "!=": "≠", "between": None}


class CrmCustomerGroupCondition(models.Model):
    """One condition of a group: an attribute, an operator that fits it, and a value."""

    _name = "crm.customer.group.condition"
    _description = "Condition of a Customer Group"
    _order = "sequence, id"

    group_id = fields.Many2one(
        "crm.customer.group", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    attribute = fields.Selection(
        [
            ("order_count", "Number of orders"),
            ("amount_total", "Amount bought"),
            ("debt", "Debt"),
            ("days_since_purchase", "Days since last purchase"),
            ("birth_month", "Month of birth"),
            ("age", "Age"),
            ("gender", "Gender"),
            ("source", "Source"),
            ("tag", "Tag"),
            ("province", "Province"),
            ("owner", "Owner"),
            ("member_since", "Registered"),
        ],
        string="Condition",
        required=True,
        default="order_count",
    )
    operator = fields.Selection(
        [
            (">=", "at least"),
            ("<=", "at most"),
            ("=", "is"),
            ("!=", "is not"),
            ("between", "between"),
            ("in", "is one of"),
            ("not_in", "is none of"),
            ("set", "is known"),
            ("unset", "is unknown"),
            ("never", "Never bought"),
            ("this_month", "this month"),
            ("next_month", "next month"),
            ("since", "from"),
            ("until", "until"),
            ("last_days", "in the last"),
        ],
        required=True,
        compute="_compute_operator",
        store=True,
        readonly=False,
        precompute=True,
    )
    kind = fields.Char(compute="_compute_kind", export_string_translation=False)
    operators = fields.Json(compute="_compute_kind", export_string_translation=False)
    inputs = fields.Json(compute="_compute_inputs", export_string_translation=False)
    number = fields.Integer(default=1)
    number_to = fields.Integer(string="Number Up To")
    amount = fields.Monetary()
    amount_to = fields.Monetary(string="Amount Up To")
    currency_id = fields.Many2one(related="group_id.company_id.currency_id")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")
    months = fields.Char(help="Numbers of months, separated by commas.")
    gender = fields.Selection(
        [("male", "Male"), ("female", "Female"), ("other", "Other")]
    )
    source_ids = fields.Many2many(
        "utm.source", "crm_customer_group_condition_source_rel", string="Sources"
    )
    tag_ids = fields.Many2many(
        "res.partner.category", "crm_customer_group_condition_tag_rel", string="Tags"
    )
    state_ids = fields.Many2many(
        "res.country.state",
        "crm_customer_group_condition_state_rel",
        string="Provinces",
    )
    user_ids = fields.Many2many(
        "res.users", "crm_customer_group_condition_user_rel", string="Owners"
    )
    value = fields.Char(
        compute="_compute_value", help="The value in words, as the sentence has it."
    )

    # ------------------------------------------------------------------- computes

    @api.model
    def _attributes(self):
        """What conditions can look at; addons add theirs.

        :rtype: dict[str, rules.Attribute]
        """
        return rules.ATTRIBUTES

    @api.depends("attribute")
    def _compute_kind(self):
        attributes = self._attributes()
        for condition in self:
            attribute = attributes.get(condition.attribute)
            condition.kind = attribute and attribute.kind
            condition.operators = rules.operators(attribute.kind) if attribute else []

    @api.depends("attribute")
    def _compute_operator(self):
        for condition in self:
            if condition.operator not in (condition.operators or ()):
                condition.operator = (condition.operators or [False])[0]

    @api.depends("attribute", "operator")
    def _compute_inputs(self):
        for condition in self:
            inputs = rules.INPUTS.get(condition.kind, {})
            condition.inputs = list(inputs.get(condition.operator, ()))

    @api.depends(
        "attribute",
        "operator",
        *("number", "number_to", "amount", "amount_to", "date_from", "date_to"),
        *("months", "gender", "source_ids", "tag_ids", "state_ids", "user_ids"),
    )
    @api.depends_context("lang")
    def _compute_value(self):
        for condition in self:
            texts = [condition._input_text(name) for name in condition.inputs or ()]
            both = " – " if condition.operator == "between" else ", "
            condition.value = both.join(texts)

    @api.depends("value")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for condition in self:
            operator = condition._label("operator").lower()
            parts = [
                condition._label("attribute"),
                SIGNS.get(condition.operator, operator),
                condition.value,
            ]
            if condition.operator == "never":  # says it all
                parts = [condition._label("operator")]
            condition.display_name = " ".join(filter(None, parts))

    def _label(self, name):
        """The chosen option of a selection in the user's language."""
        options = dict(self._fields[name]._description_selection(self.env))
        return options.get(self[name], "")

    def _input_text(self, name):
        value = self[name]
        match self._fields[name].type:
            case "many2many":
                return format_list(self.env, value.sudo().mapped("display_name"), "or")
            case "monetary":
                return format_amount(self.env, value, self.currency_id)
            case "date":
                return format_date(self.env, value) if value else ""
            case "selection":
                return self._label(name)
            case "integer":
                return self._number_text(value)
        return value or ""

    def _number_text(self, number):
        if self.kind == "period":
            return self.env._("%(number)s days", number=number)
        return str(number)

    # ----------------------------------------------------------------- constraints

    @api.constrains(
        "attribute",
        "operator",
        *("number", "number_to", "amount", "amount_to", "date_from", "date_to"),
        *("months", "gender", "source_ids", "tag_ids", "state_ids", "user_ids"),
    )
    def _check_values(self):
        for condition in self:
            if problem := condition._problem():
                raise ValidationError(problem)

    def _problem(self):
        """One sentence that says what to change; None when nothing has to be."""
        try:
            code = rules.problem(self.kind, self.operator, self._values())
        except ValueError:
            code = "months"
        sentences = {
            "operator": lambda: self.env._("this comparison doesn't fit."),
            "missing": lambda: self.env._("fill in or choose a value."),
            "negative": lambda: self.env._("the number can't be negative."),
            "order": lambda: self.env._("the second value is below the first."),
            "months": lambda: self.env._(
                "write months as numbers from 1 to 12, separated by commas."
            ),
        }
        if not code:
            return None
        return self.env._(
            "Condition “%(condition)s”: %(problem)s",
            condition=self._label("attribute"),
            problem=sentences[code](),
        )

    # ---------------------------------------------------------------------- domain

    def _values(self):
        """The inputs as plain values.

        :raise ValueError: when the months can't be read.
        """
        inputs = self.inputs or ()  # an empty list is stored as nothing
        ids = next((name for name in inputs if name.endswith("_ids")), None)
        return rules.Values(
            number=self.number,
            number_to=self.number_to,
            amount=self.amount,
            amount_to=self.amount_to,
            date_from=self.date_from or None,
            date_to=self.date_to or None,
            months=rules.parse_months(self.months) if "months" in inputs else (),
            gender=self.gender or None,
            ids=tuple(self[ids].ids) if ids else (),
        )

    def _domain(self, today):
        """The domain on customers that this condition stands for.

        :param date today: the calendar's day where the shop is.
        :return: nobody, if the condition can't be used (its last tag was deleted).
        """
        if self._problem():
            return Domain.FALSE
        attribute = self._attributes()[self.attribute]
        return Domain(rules.domain(attribute, self.operator, self._values(), today))

    def _own_value(self, customer):
        """What a customer has where the condition looks, in words."""
        attribute = self._attributes()[self.attribute]
        field = customer._fields[attribute.field]
        value = customer[attribute.field]
        if attribute.kind == "days":
            return self._days_text(value)
        if attribute.kind == "month" and value:
            return str(value)
        if field.type in ("many2one", "many2many"):
            names = value.sudo().mapped("display_name")
            return format_list(self.env, names) if names else self.env._("none")
        if field.type == "monetary":
            return format_amount(self.env, value, self.currency_id)
        if value is False or attribute.kind == "month":
            return self.env._("unknown")
        if field.type == "selection":
            options = dict(field._description_selection(self.env))
            return options.get(value, value)
        return format_date(self.env, value) if field.type == "date" else str(value)

    def _days_text(self, last):
        if not last:
            return self.env._("never bought")
        if isinstance(last, fields.datetime):
            last = fields.Datetime.context_timestamp(
                self.group_id._customers(), last
            ).date()
        return self.env._(
            "%(days)s days (%(date)s)",
            days=(self.group_id._today() - last).days,
            date=format_date(self.env, last),
        )

    # ------------------------------------------------------------------------ CRUD

    @api.model_create_multi
    def create(self, vals_list):
        conditions = super().create(vals_list)
        conditions.group_id._definition_changed()
        return conditions

    def write(self, vals):
        groups = self.group_id
        result = super().write(vals)
        (groups | self.group_id)._definition_changed()
        return result

    def unlink(self):
        groups = self.group_id
        result = super().unlink()
        groups.exists()._definition_changed()
        return result
