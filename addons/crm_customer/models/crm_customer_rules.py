from lxml import etree

from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools import field_rules

#: What Odoo makes by itself becomes a plain contact if the rules refuse a customer. An
#: object, so that no other program can ask for it with its context.
OR_CONTACT = {"crm_customer_or_contact": object()}


class CrmCustomerRules(models.AbstractModel):
    """Field rules, enforced wherever a customer is saved.

    Part of ``res.partner``, and its outermost part: what the others fill in counts.
    Only main contacts that are customers are bound; employees, suppliers, contact
    persons and addresses aren't. Saving something else about a customer that lacks a
    value is possible; removing a value isn't.
    """

    _name = "crm.customer.rules"
    _description = "Field Rules of a Customer"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._refuse_missing()
        partners._hold_values(self._rule_fields(), new=True)
        return partners

    def write(self, vals):
        before = self._filled(vals.keys())
        were_customers = self._bound() if self._may_join(vals) else self
        result = super().write(vals)
        for name, filled in before.items():
            filled._bound()._refuse_missing({name})
        if self._may_join(vals):
            (self._bound() - were_customers)._refuse_missing()
        names = field_rules.looked_at(set(vals), self._rule_fields())
        if names and (vals.keys() & field_rules.STRUCTURE or self._bound()):
            self._hold_values(names)
        return result

    def unlink(self):
        self.env["crm.customer.key"].sudo()._release(self.ids)
        return super().unlink()

    @api.model
    def find_or_create(self, email, assert_valid_email=False):
        """Override of `mail`: an e-mail isn't lost for the sake of a rule."""
        lenient = self.with_context(**OR_CONTACT)
        found = super(CrmCustomerRules, lenient).find_or_create(
            email, assert_valid_email=assert_valid_email
        )
        return found.with_env(self.env)

    @api.model
    def _find_or_create_from_emails(self, *args, **kwargs):
        """Override of `mail`: an e-mail isn't lost for the sake of a rule."""
        lenient = self.with_context(**OR_CONTACT)
        found = super(CrmCustomerRules, lenient)._find_or_create_from_emails(
            *args, **kwargs
        )
        return [partner.with_env(self.env) for partner in found]

    # ------------------------------------------------------------------ required

    def _bound(self):
        """Those among these contacts whom the rules bind."""
        return self.filtered(lambda p: p.is_customer and not p.parent_id)

    @api.model
    def _may_join(self, vals):
        """Whether a write may turn contacts into customers."""
        return bool(vals.get("is_customer") or vals.get("parent_id") is False)

    def _required_of(self):
        """Fields that this customer's company requires of it.

        What is required of customers that all companies share is up to the company
        that the user is working for.
        """
        rules = self.env["crm.customer.field.rule"]
        company = self.company_id or self.env.company
        return [
            name
            for name in rules._required_names(company.id)
            if field_rules.concerns(name, is_company=self.is_company)
            and not (name == "city_id" and self._has_no_wards())
        ]

    @api.model
    def _filled_by_itself(self, names):
        """Hook: those of some fields that a new customer has without anyone's doing.

        :rtype: set[str]
        """
        filled = {
            name for name, value in self.default_get(list(names)).items() if value
        }
        if self.env["crm.owner.rule"]._plans():
            filled.add("user_id")
        return filled

    def _has_no_wards(self):
        """Whether this contact lives where Odoo knows no wards."""
        return self.country_id and not self.country_id.enforce_cities

    def _filled(self, names):
        """Required field -> the customers that have a value, before a write.

        :param names: the fields that are written.
        """
        required = self.env["crm.customer.field.rule"]._required_anywhere()
        return {name: self.filtered(name) for name in required if name in names}

    def _refuse_missing(self, names=None):
        """Refuse customers without a value that is required of them.

        :param set names: the fields to look at; all when empty.
        :raise ValidationError: naming the customer and all that it lacks.
        """
        if not self.env["crm.customer.field.rule"]._required_anywhere():
            return
        for partner in self._bound():
            missing = [
                name
                for name in partner._required_of()
                if (names is None or name in names) and not partner[name]
            ]
            if not missing:
                continue
            if self._is_made_by_odoo():
                partner._become_contact()
                continue
            labels = self.env["crm.customer.field.rule"]._labels(set(missing))
            raise ValidationError(
                self.env._(
                    "%(customer)s can't be saved without: %(fields)s. These fields "
                    "are required of customers.",
                    customer=partner.name or self.env._("A customer"),
                    fields=", ".join(labels[name] for name in missing),
                )
            )

    @api.model
    def _is_made_by_odoo(self):
        """Whether a refused customer becomes a contact instead."""
        return self.env.context.items() >= OR_CONTACT.items()

    def _become_contact(self):
        """What Odoo made by itself stays a contact, and is no customer yet."""
        self.write({"is_customer": False, "ref": False})

    # ------------------------------------------------------------------ screens

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        """Override of `base`: what is required is part of the form."""
        key = super()._get_view_cache_key(view_id, view_type, **options)
        rules = self.env["crm.customer.field.rule"]
        return (*key, rules._required_names(self.env.company.id))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Override of `base`: required fields are marked on forms of customers.

        The screen for quick creation gets those that it lacks.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        rules = self.env["crm.customer.field.rule"]
        names = rules._required_names(self.env.company.id)
        if view_type != "form" or not names:
            return arch, view
        for name in names:
            condition = "is_customer and not parent_id"
            audience = field_rules.audience(name)
            if audience != "everyone":
                condition += f" and {'not ' * (audience == 'persons')}is_company"
            nodes = [
                node
                for node in arch.iterfind(f".//field[@name='{name}']")
                if not any(True for _above in node.iterancestors("field"))
            ]
            for node in nodes:
                before = node.get("required")
                node.set(
                    "required", f"({before}) or ({condition})" if before else condition
                )
        quick = self.env.ref("crm_customer.res_partner_view_form_quick", False)
        if view == quick and (group := arch.find(".//group")) is not None:
            for name in names:
                if arch.find(f".//field[@name='{name}']") is None:
                    group.append(self._quick_field(name))
        return arch, view

    @api.model
    def _quick_field(self, name):
        label = self.env["crm.customer.field.rule"]._labels({name})[name]
        node = etree.Element("field", name=name, string=label, required="1")
        if self._fields[name].type == "many2many":
            node.set("widget", "many2many_tags")
        if field_rules.audience(name) == "companies":
            node.set("required", "is_company")
            node.set("invisible", "not is_company")
        elif field_rules.audience(name) == "persons":
            node.set("required", "not is_company")
            node.set("invisible", "is_company")
        return node
