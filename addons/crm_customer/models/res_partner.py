from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import phone, text
from ..tools.text import clean


class ResPartner(models.Model):
    """A customer is a main contact with ``is_customer`` set.

    It has a code and holds its phone.

    Contact persons and delivery addresses below it share both.
    """

    _inherit = "res.partner"

    is_customer = fields.Boolean(
        string="Is a Customer",
        compute="_compute_is_customer",
        store=True,
        readonly=False,
        precompute=True,
        help="Customers have a code and are listed in the Retail CRM.",
    )
    ref = fields.Char(string="Customer Code", copy=False)
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
    age = fields.Integer(compute="_compute_age", search="_search_age", aggregator=None)
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
    phone_sanitized = fields.Char(
        compute="_compute_phone_sanitized",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    phone_key = fields.Char(
        string="Unique Phone",
        compute="_compute_phone_key",
        store=True,
        precompute=True,
        copy=False,
        help="The phone number that this customer holds: "
        "no other customer can have it.",
    )
    import_row_ids = fields.One2many(
        "crm.customer.import.row",
        "partner_id",
        groups="crm_customer.crm_customer_group_manager",
    )
    customer_search = fields.Char(
        string="Customer", store=False, search="_search_customer_search"
    )

    _ref_uniq = models.UniqueIndex(
        "(ref, COALESCE(company_id, 0)) WHERE ref <> '' AND parent_id IS NULL",
        lambda env, diag: env["res.partner"]._duplicate_message("ref", diag),
    )
    _phone_key_uniq = models.UniqueIndex(
        "(phone_key, COALESCE(company_id, 0)) WHERE phone_key IS NOT NULL",
        lambda env, diag: env["res.partner"]._duplicate_message("phone_key", diag),
    )
    _customer_idx = models.Index("(id DESC) WHERE is_customer AND active")
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
        today = fields.Date.context_today(self)
        for partner in self:
            partner.member_since = partner.member_since or (
                partner.is_customer and today
            )

    @api.depends("birthdate")
    def _compute_birth_month(self):
        for partner in self:
            partner.birth_month = (
                partner.birthdate.month if partner.birthdate else False
            )

    @api.depends("birthdate")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for partner in self:
            born = partner.birthdate
            if born:  # 29 February comes on 1 March of common years, as in the search
                birthday_to_come = (today.month, today.day) < (born.month, born.day)
                partner.age = today.year - born.year - birthday_to_come
            else:
                partner.age = False

    def _search_age(self, operator, value):
        """Ages become limits of birthdates; customers without birthdate never match."""
        today = fields.Date.context_today(self)

        def years_ago(age):  # an absurd age is no reason to fail
            return today - relativedelta(years=max(-999, min(age, 999)))

        def born_before(age):  # has had this birthday already
            return [("birthdate", "<=", years_ago(age))]

        def born_after(age):  # hasn't had this birthday yet
            return [("birthdate", ">", years_ago(age))]

        match operator:
            case ">=":
                return Domain(born_before(value))
            case ">":
                return Domain(born_before(value + 1))
            case "<":
                return Domain(born_after(value))
            case "<=":
                return Domain(born_after(value + 1))
            case "in":
                known = [age for age in value if age is not False]
                exact = [
                    Domain(born_before(age)) & Domain(born_after(age + 1))
                    for age in known
                ]
                unknown = [Domain("birthdate", "=", False)] if False in value else []
                return Domain.OR(exact + unknown)
        return NotImplemented

    @api.depends("position_id")
    def _compute_function(self):
        for partner in self:
            partner.function = partner.position_id.name or partner.function

    @api.depends("phone_sanitized", "is_customer", "parent_id")
    def _compute_phone_key(self):
        for partner in self:
            holds = partner.is_customer and not partner.parent_id
            partner.phone_key = partner.phone_sanitized if holds else False

    @api.onchange("phone", "country_id", "company_id")
    def _onchange_phone_validation(self):
        """Override of `phone_validation`: a Vietnamese number stays as it was typed."""
        if (self.country_id or self.env.company.country_id).code == "VN":
            return None
        return super()._onchange_phone_validation()

    @api.onchange("state_id")
    def _onchange_state_clears_ward(self):
        if self.city_id and self.state_id != self.city_id.state_id:
            self.city_id = False

    # -------------------------------------------------------------------- search

    def _search_customer_search(self, operator, value):
        """The search box of customers: name, phone, code, e-mail or street.

        A text that looks like a phone number is looked for in any notation; else each
        word must be found, in any order and without regard to accents. One index
        stands behind each field.
        """
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        words = clean(value).split()
        by_words = Domain.AND([self._word_domain(word) for word in words])
        digits = phone.search_digits(value)
        return (
            Domain("phone_sanitized", "like", digits) | by_words if digits else by_words
        )

    @api.model
    def _word_domain(self, word):
        names = ("complete_name", "ref", "email", "street")
        return Domain.OR([Domain(name, "ilike", word) for name in names])

    @api.model
    def _search_display_name(self, operator, value):
        """Override of `base`: a customer is found by its phone too, in any notation."""
        domain = super()._search_display_name(operator, value)
        if (
            operator == "ilike"
            and isinstance(value, str)
            and (digits := phone.search_digits(value))
        ):
            return Domain("phone_sanitized", "like", digits) | Domain(domain)
        return domain

    # ---------------------------------------------------------------------- CRUD

    @api.model
    def default_get(self, fields):
        """Override of `base`: rows of an import get their defaults once a batch.

        The ORM asks for them again for each record: a sixth of the time of creation.
        """
        known = self.env.context.get("crm_customer_defaults")
        if known is None:
            return super().default_get(fields)
        return {name: known[name] for name in fields if name in known}

    def copy_data(self, default=None):
        """Override of `base`: the copy of a customer doesn't hold its phone."""
        vals_list = super().copy_data(default)
        for partner, vals in zip(self, vals_list, strict=True):
            if partner.phone_key and "phone" not in (default or {}):
                vals.pop("phone", None)
        return vals_list

    @api.model_create_multi
    def create(self, vals_list):
        self.flush_model(["phone_key"])  # numbers given up in this transaction are free
        partners = super().create(
            [self._without_blank_code(vals) for vals in vals_list]
        )
        partners._give_codes()
        return partners

    def write(self, vals):
        result = super().write(self._without_blank_code(vals))
        if vals.get("is_customer") or vals.get("parent_id") is False or "ref" in vals:
            self._give_codes()
        return result

    @api.model
    def _without_blank_code(self, vals):
        if "ref" not in vals:
            return vals
        return vals | {"ref": text.clean(vals["ref"] or "") or False}

    def _give_codes(self):
        """Give the next code to each customer that has none."""
        without = self.filtered(
            lambda p: p.is_customer and not p.parent_id and not p.ref
        )
        for partner, code in zip(without, self._next_codes(len(without)), strict=True):
            partner.ref = code

    @api.model
    def _next_codes(self, count):
        """Draw unused codes from the sequence ``crm.customer.code`` in one query.

        Codes that were given by hand or by an import are passed over.

        :param int count: how many codes are needed.
        :rtype: list[str]
        """
        codes = []
        while len(codes) < count:
            drawn = (
                self.env["ir.sequence"]
                .sudo()
                ._next_many("crm.customer.code", count - len(codes))
            )
            taken = (
                self.sudo()
                .with_context(active_test=False)
                .search_fetch([("ref", "in", drawn)], ["ref"])
            )
            codes += sorted(set(drawn) - set(taken.mapped("ref")))
        return codes

    # ------------------------------------------------------------------ messages

    @api.model
    def _duplicate_message(self, key, diag):
        """The sentence for a clash on the unique index of ``ref`` or ``phone_key``.

        :param diag: psycopg2's diagnostics; its detail carries the value.
        """
        # Key (ref, COALESCE(company_id, 0))=(VIP, 1, 0) already exists.
        values = (diag.message_detail or "").partition(")=(")[2].rpartition(")")[0]
        value, _comma, company_id = values.rpartition(", ")
        domain = [
            (key, "=", value),
            ("parent_id", "=", False),
            ("company_id", "=", int(company_id or 0) or False),
        ]
        other = self.with_context(active_test=False).search(domain, limit=1)
        other_name = other.display_name if other else self.env._("another customer")
        code = other.ref or ""
        if key == "ref":
            return self.env._(
                "The code %(code)s belongs to %(customer)s already. Choose another "
                "code, or leave it empty to get the next one.",
                code=value,
                customer=other_name,
            )
        return self.env._(
            "The phone number %(phone)s belongs to %(customer)s %(code)s already. Open "
            "that customer, or correct the number.",
            phone=other.phone or value,
            customer=other_name,
            code=f"({code})" if code else "",
        )

    # ------------------------------------------------------------------- actions

    def action_quick_create(self):
        """Open a small dialog that asks for name and phone only."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.res_partner_action_quick_create"
        )

    def action_export_customers(self):
        """Open the export of the selected customers."""
        return {
            "name": self.env._("Export Customers"),
            "type": "ir.actions.act_window",
            "res_model": "crm.customer.export",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_domain": str(
                    [("id", "in", self.ids), ("active", "in", [True, False])]
                )
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
