from odoo import api, fields, models
from odoo.fields import Domain

from ..exceptions import DuplicateCustomer
from ..tools import field_rules


class CrmCustomerDuplicates(models.AbstractModel):
    """What no two customers may share, and who has it.

    Part of ``res.partner``. The values themselves are in `crm.customer.key`.
    """

    _name = "crm.customer.duplicates"
    _description = "Duplicates of a Customer"

    has_duplicate = fields.Boolean(
        compute="_compute_has_duplicate", search="_search_has_duplicate"
    )
    duplicate_partner_id = fields.Many2one(
        "res.partner", string="Same Customer?", compute="_compute_duplicate"
    )
    duplicate_warning = fields.Char(compute="_compute_duplicate")

    def _compute_has_duplicate(self):
        keys = self.env["crm.customer.key"].sudo()
        shared = keys.search_fetch(
            [("partner_id", "in", self.ids), ("is_shared", "=", True)], ["partner_id"]
        )
        duplicates = shared.partner_id
        for partner in self:
            partner.has_duplicate = partner in duplicates

    def _search_has_duplicate(self, operator, value):
        if operator != "in":
            return NotImplemented
        keys = self.env["crm.customer.key"].sudo()
        shared = keys._search([("is_shared", "=", True)])
        domain = Domain("id", "in", shared.subselect("partner_id"))
        return domain if True in value else ~domain

    @api.depends(
        "name",
        "phone_sanitized",
        "email",
        "street",
        "vat",
        "company_registry",
        "website",
        *field_rules.STRUCTURE,
    )
    def _compute_duplicate(self):
        """Who else has the values on the screen, also before they are saved."""
        self.duplicate_partner_id = self.duplicate_warning = False
        names = self._rule_fields()
        if not names:
            return
        typed = {number: partner for number, partner in enumerate(self)}
        keys = self.env["crm.customer.key"].sudo()
        for number, rule_id, holder_id, value in keys._others(
            {number: partner._typed(names) for number, partner in typed.items()}, names
        ):
            partner = typed[number]
            holder = self.browse(holder_id)
            rule = self.env["crm.customer.field.rule"].sudo().browse(rule_id)
            partner.duplicate_warning = holder._taken_message(rule, value)
            partner.duplicate_partner_id = holder if holder._is_visible() else False

    def _typed(self, names):
        """The columns that rules look at, as they are on the screen."""
        columns = {("phone_sanitized" if name == "phone" else name) for name in names}
        return {
            "self_id": self._origin.id or None,
            "company_id": self.company_id.id or None,
            "parent_id": self.parent_id.id or None,
            "is_customer": self.is_customer,
            **{name: self[name] or None for name in sorted(columns)},
        }

    def copy_data(self, default=None):
        """Override of `base`: the copy of a customer hasn't what only one can have.

        Odoo gives the copy another name by itself.
        """
        vals_list = super().copy_data(default)
        if not self._bound():
            return vals_list
        keys = self.env["crm.customer.key"].sudo()
        held = keys.search_fetch(
            [("partner_id", "in", self.ids)], ["rule_id", "partner_id"]
        )
        names = {(key.partner_id.id, key.rule_id.field_name) for key in held}
        for partner, vals in zip(self, vals_list, strict=True):
            for owner, name in names:
                if owner == partner.id and name not in ("name", *(default or {})):
                    vals.pop(name, None)
        return vals_list

    @api.model
    def _rule_fields(self):
        return set(self.env["crm.customer.field.rule"]._field_names())

    def _hold_values(self, names, *, new=False):
        """Let these customers hold what no other one may have.

        :raise DuplicateCustomer: when another one has it.
        """
        if new and not self._bound():
            return
        columns = [name if name != "phone" else "phone_sanitized" for name in names]
        self.flush_recordset([*columns, *field_rules.STRUCTURE])
        keys = self.env["crm.customer.key"].sudo()
        refused = keys._hold(self.ids, names, new=new)
        if not refused:
            return
        if self._is_made_by_odoo():
            self.browse({partner for *_key, partner in refused})._become_contact()
            return
        self._raise_duplicate(*refused[0])

    def _raise_duplicate(self, rule_id, holder_id, value, _partner_id):
        rule = self.env["crm.customer.field.rule"].sudo().browse(rule_id)
        holder = self.browse(holder_id)
        message = holder._taken_message(rule, value)
        if not holder._is_visible():
            raise DuplicateCustomer(message)
        raise DuplicateCustomer(
            message,
            {
                "type": "ir.actions.act_window",
                "res_model": "res.partner",
                "res_id": holder.id,
                "views": [[False, "form"]],
            },
            self.env._("Open %(customer)s", customer=holder.sudo().name),
        )

    def _is_visible(self):
        """Whether the person behind this environment may see these contacts."""
        context = {
            key: value
            for key, value in self.env.context.items()
            if key != "allowed_company_ids"  # any of the user's companies
        }
        own = self.env(user=self.env.user.id, su=False, context=context)
        return self.with_env(own).has_access("read")

    def _taken_message(self, rule, value):
        """Whose a value is, as far as the user may know.

        Of a colleague's customer only the colleague is named, of a customer of another
        company nothing at all.

        :param rule: the `crm.customer.field.rule`.
        :param str value: what was typed, or its compared form.
        """
        holder = self.sudo()
        known = self._is_visible()
        typed = known and holder[rule.field_name] or value
        labels = {"field": rule._labels({rule.field_name})[rule.field_name]}
        if known:
            code = f" ({holder.ref})" if holder.ref else ""
            sentence = (
                self.env._(
                    "%(field)s %(value)s: %(customer)s has it already. Open that "
                    "customer, or correct the value.",
                    value=typed,
                    customer=f"{holder.display_name}{code}",
                    **labels,
                )
                if holder.active
                else self.env._(
                    "%(field)s %(value)s: %(customer)s, who is archived, has it "
                    "already. Open that customer and restore it, or correct the value.",
                    value=typed,
                    customer=f"{holder.display_name}{code}",
                    **labels,
                )
            )
            return sentence
        companies = self.env.user.company_ids
        if holder.user_id and (not holder.company_id or holder.company_id in companies):
            return self.env._(
                "%(field)s %(value)s: a customer of %(owner)s has it already. Ask "
                "%(owner)s, or correct the value.",
                value=typed,
                owner=holder.user_id.name,
                **labels,
            )
        return self.env._(
            "%(field)s %(value)s: a customer whom you can't see has it already. Ask "
            "your manager, or correct the value.",
            value=typed,
            **labels,
        )
