from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: What a promotion asks for isn't deleted, and is asked for when it is archived, too:
#: a condition that is gone would give the promotion to everybody.
KEPT = {"ondelete": "restrict", "context": {"active_test": False}}
WEEKDAYS = (
    "on_monday",
    "on_tuesday",
    "on_wednesday",
    "on_thursday",
    "on_friday",
    "on_saturday",
    "on_sunday",
)


class CrmPromotionConditions(models.AbstractModel):
    """What a promotion asks of the customer, the order and the moment.

    Part of ``loyalty.program``. What is empty isn't asked; of a list any one is enough.
    """

    _name = "crm.promotion.conditions"
    _description = "Conditions of a Promotion"

    # The customer.
    customer_group_ids = fields.Many2many(
        "crm.customer.group",
        "crm_promotion_group_rel",
        "program_id",
        "group_id",
        string="Customer Groups",
        domain="[('company_id', 'in', [company_id, False])]",
        **KEPT,
    )
    grade_ids = fields.Many2many(
        "res.partner.grade", "crm_promotion_grade_rel", string="Tiers", **KEPT
    )
    source_ids = fields.Many2many(
        "utm.source", "crm_promotion_source_rel", string="Sources", **KEPT
    )
    customer_tag_ids = fields.Many2many(
        "res.partner.category",
        "crm_promotion_tag_rel",
        string="Customer Tags",
        **KEPT,
    )
    in_birth_month = fields.Boolean(string="In the Month of Birth")
    buyers = fields.Selection(
        [
            ("all", "Everybody"),
            ("first", "With the first order"),
            ("returning", "Who bought before"),
        ],
        string="Who",
        default="all",
        required=True,
    )
    idle_days = fields.Integer(
        string="Days since the Last Purchase",
        help="For customers who haven't bought for so many days. 0: not asked.",
    )
    # The order.
    product_ids = fields.Many2many(
        "product.product",
        "crm_promotion_product_rel",
        string="Goods",
        domain="[('sale_ok', '=', True)]",
        **KEPT,
    )
    product_category_ids = fields.Many2many(
        "product.category",
        "crm_promotion_category_rel",
        string="Product Categories",
        **KEPT,
    )
    product_tag_ids = fields.Many2many(
        "product.tag",
        "crm_promotion_product_tag_rel",
        string="Product Groups",
        **KEPT,
    )
    team_ids = fields.Many2many(
        "crm.team", "crm_promotion_team_rel", string="Channels", **KEPT
    )
    # The moment.
    on_monday = fields.Boolean(string="Monday")
    on_tuesday = fields.Boolean(string="Tuesday")
    on_wednesday = fields.Boolean(string="Wednesday")
    on_thursday = fields.Boolean(string="Thursday")
    on_friday = fields.Boolean(string="Friday")
    on_saturday = fields.Boolean(string="Saturday")
    on_sunday = fields.Boolean(string="Sunday")
    hour_from = fields.Float(string="From Hour")
    hour_to = fields.Float(
        string="To Hour",
        help="0:00 to 0:00 is the whole day; 22:00 to 2:00 is a night. After midnight "
        "it is the next weekday.",
    )

    @api.constrains("is_promotion", "date_from", "date_to")
    def _check_promotion_dates(self):
        for program in self.filtered("is_promotion"):
            if not program.date_from or not program.date_to:
                raise ValidationError(
                    self.env._("Give %(name)s a start and an end.", name=program.name)
                )

    @api.constrains("hour_from", "hour_to")
    def _check_promotion_hours(self):
        for program in self:
            if not (0 <= program.hour_from < 24 and 0 <= program.hour_to <= 24):
                raise ValidationError(
                    self.env._(
                        "Hours of %(name)s are from 0:00 to 24:00.", name=program.name
                    )
                )

    def _ask_for_other_orders(self):
        """Whether one of these depends on what else the customer has bought."""
        return any(program.buyers != "all" or program.idle_days for program in self)

    @api.model
    def _weekday_name(self, number):
        """Monday is 0."""
        field = self.env["loyalty.program"]._fields[WEEKDAYS[number]]
        return field._description_string(self.env)

    def _prepare_condition_terms(self, units):
        """The conditions as the engine takes them.

        :param units: smallest units of the currency in one.
        """
        self.ensure_one()
        hours = tuple(round(hour * 60) for hour in (self.hour_from, self.hour_to))
        days = [number for number, name in enumerate(WEEKDAYS) if self[name]]
        return {
            "first_day": self.date_from or None,
            "last_day": self.date_to or None,
            "weekdays": frozenset(days),
            "hours": hours if hours[0] != hours[1] else None,
            "groups": frozenset(self.customer_group_ids.ids),
            "grades": frozenset(self.grade_ids.ids),
            "sources": frozenset(self.source_ids.ids),
            "customer_tags": frozenset(self.customer_tag_ids.ids),
            "birth_month": self.in_birth_month,
            "buyers": self.buyers,
            "idle_days": self.idle_days,
            "teams": frozenset(self.team_ids.ids),
            "pricelists": frozenset(
                self.with_context(active_test=False).pricelist_ids.ids
            ),
            "goods": frozenset(
                [
                    *(("product", number) for number in self.product_ids.ids),
                    *(("category", number) for number in self.product_category_ids.ids),
                    *(("tag", number) for number in self.product_tag_ids.ids),
                ]
            ),
            "minimum": round(self.min_order_amount * units),
        }
