from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    """A customer is a main contact with ``is_customer`` set.

    It has a code and holds what the field rules let only one customer have.

    Contact persons and delivery addresses below it share both.
    """

    _name = "res.partner"
    _inherit = [
        "crm.customer.rules",  # the outermost: what the others fill in counts
        "crm.customer.duplicates",
        "crm.customer.ownership",
        "crm.customer.owner.notice",
        "crm.customer.assignment",
        "crm.customer.age",
        "crm.customer.identity",
        "crm.customer.search",
        "crm.customer.price.policy",
        "crm.customer.membership",
        "crm.customer.timeline",
        "crm.customer.statistics",
        "crm.customer.refresh",
        "crm.customer.visibility",
        "res.partner",
    ]

    is_customer = fields.Boolean(
        string="Is a Customer",
        compute="_compute_is_customer",
        store=True,
        readonly=False,
        precompute=True,
        help="Customers have a code and are listed in the Retail CRM.",
    )
    ref = fields.Char(string="Customer Code", copy=False)
    phone_sanitized = fields.Char(
        compute="_compute_phone_sanitized",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    gender = fields.Selection(
        [("male", "Male"), ("female", "Female"), ("other", "Other")]
    )
    birthdate = fields.Date()
    birth_month = fields.Integer(
        compute="_compute_birth_month",
        store=True,
        index="btree_not_null",
        aggregator=None,
    )
    member_since = fields.Date(
        compute="_compute_member_since",
        store=True,
        readonly=False,
        copy=False,
        precompute=True,
        index="btree_not_null",
    )
    source_id = fields.Many2one(
        "utm.source",
        ondelete="restrict",
        index="btree_not_null",
        domain=[("code", "!=", False)],
    )
    supplier_type_id = fields.Many2one(
        "crm.supplier.type", ondelete="restrict", index="btree_not_null"
    )
    position_id = fields.Many2one(
        "crm.contact.position", ondelete="restrict", index="btree_not_null"
    )
    function = fields.Char(
        compute="_compute_function", store=True, readonly=False, precompute=True
    )
    customer_search = fields.Char(
        string="Customer", store=False, search="_search_customer_search"
    )
    import_row_ids = fields.One2many(
        "crm.customer.import.row",
        "partner_id",
        groups="crm_customer.crm_customer_group_manager",
    )

    _ref_uniq = models.UniqueIndex(
        "(ref, COALESCE(company_id, 0)) WHERE ref <> '' AND parent_id IS NULL",
        lambda env, diag: env["res.partner"]._taken_code_message(diag),
    )
    _customer_idx = models.Index("(id DESC) WHERE is_customer AND active")
    _user_idx = models.Index("(user_id) WHERE user_id IS NOT NULL")
    _name_trigram = models.Index(lambda registry: _trigram(registry, "complete_name"))
    _street_trigram = models.Index(lambda registry: _trigram(registry, "street"))
    _email_trigram = models.Index(lambda registry: _trigram(registry, "email"))
    _ref_trigram = models.Index(lambda registry: _trigram(registry, "ref"))
    _vat_trigram = models.Index(lambda registry: _trigram(registry, "vat"))
    _registry_trigram = models.Index(
        lambda registry: _trigram(registry, "company_registry")
    )
    _phone_trigram = models.Index(
        lambda registry: _trigram(registry, "phone_sanitized", unaccent=False)
    )

    # ------------------------------------------------------------------ computes

    @api.depends("parent_id")
    def _compute_is_customer(self):
        supplier_mode = self.env.context.get("res_partner_search_mode") == "supplier"
        for partner in self:
            partner.is_customer = not partner.parent_id and not supplier_mode

    @api.depends("is_customer")
    def _compute_member_since(self):
        """From the shop's day on: programs that create customers have no time zone."""
        here = self.env.company
        today = {shop: shop._shop_today() for shop in here | self.company_id}
        for partner in self:
            partner.member_since = partner.member_since or (
                partner.is_customer and today[partner.company_id or here]
            )

    @api.depends("birthdate")
    def _compute_birth_month(self):
        for partner in self:
            partner.birth_month = (
                partner.birthdate.month if partner.birthdate else False
            )

    @api.depends("position_id")
    def _compute_function(self):
        for partner in self:
            partner.function = partner.position_id.name or partner.function

    @api.onchange("phone", "country_id", "company_id")
    def _onchange_phone_validation(self):
        """Override of `phone_validation`: a Vietnamese number stays as it was typed."""
        if (self.country_id or self.env.company.country_id).code == "VN":
            return None
        return super()._onchange_phone_validation()

    @api.constrains("birthdate")
    def _check_birthdate(self):
        today = fields.Date.context_today(self)
        for partner in self:
            if partner.birthdate and partner.birthdate > today:
                raise ValidationError(
                    self.env._(
                        "The date of birth of %(name)s lies in the future.",
                        name=partner.name,
                    )
                )

    @api.onchange("state_id")
    def _onchange_state_clears_ward(self):
        if self.city_id and self.state_id != self.city_id.state_id:
            self.city_id = False

    # ------------------------------------------------------------------- grouping

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        """Override of `web`: the web client would call an unknown month "0"."""
        if groupby_spec == "birth_month":
            unknown = self.env._("Unknown")
            return lambda month: (month or unknown, [("birth_month", "=", month)])
        return super()._web_read_group_groupby_formatter(groupby_spec, values)

    # ---------------------------------------------------------------------- CRUD

    @api.model
    def default_get(self, fields):
        """Override of `base`: customers live in the shop's country.

        Rows of an import get their defaults once a batch: the ORM asks for them again
        for each record, a sixth of the time of creation.
        """
        known = self.env.context.get("crm_customer_defaults")
        given = any(key.startswith("default_") for key in self.env.context)
        if known is None or given:
            values = super().default_get(fields)
            if "country_id" in fields and self.env.context.get("default_is_customer"):
                values.setdefault("country_id", self.env.company.country_id.id)
            return values
        return {name: known[name] for name in fields if name in known}

    # ------------------------------------------------------------------- actions

    def _domain_of_selection(self):
        """Domain of the customers that an action of the list is meant for.

        The web client hands over 20,000 ids at most, and beyond that the domain.
        """
        limit = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("web.active_ids_limit", 20000)
        )
        domain = [("id", "in", self.ids), ("active", "in", [True, False])]
        if len(self) >= limit:
            domain = self.env.context.get("active_domain", domain)
        return domain

    def action_quick_create(self):
        """Open a small dialog that asks for name and phone only."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.res_partner_action_quick_create"
        )

    def action_export_customers(self):
        """Open the export of the selected customers, or of all that the list shows."""
        self.env["crm.customer.export"].check_access("create")
        return {
            "name": self.env._("Export Customers"),
            "type": "ir.actions.act_window",
            "res_model": "crm.customer.export",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_domain": str(self._domain_of_selection()),
            },
        }


def _trigram(registry, column, *, unaccent=True):
    """Definition of the index behind a search of any part of a text.

    It must be on the very expression that the ORM compares: ``ilike`` compares without
    accents when the database was created for it, ``like`` never does.
    """
    if not registry.has_trigram:
        return f"USING hash ({column})"
    expression = (
        registry.unaccent(column) if unaccent and registry.has_unaccent else column
    )
    return f"USING gin (({expression}) gin_trgm_ops)"
