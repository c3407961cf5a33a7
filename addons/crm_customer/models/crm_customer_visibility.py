from odoo import api, fields, models, tools
from odoo.exceptions import AccessError


class CrmCustomerVisibility(models.AbstractModel):
    """Whom customers are shown to, when sales people see only their own.

    Part of ``res.partner``. The record rule looks at one indexed column. It is empty
    for contacts that everybody sees: colleagues, suppliers, customers without owner.
    """

    _name = "crm.customer.visibility"
    _description = "Visibility of a Customer"

    customer_owner_id = fields.Many2one(
        "res.users",
        string="Owner of the Customer",
        compute="_compute_customer_owner_id",
        store=True,
        recursive=True,
        index=True,
        export_string_translation=False,
    )

    @api.depends(
        "is_customer", "user_id", "partner_share", "parent_id.customer_owner_id"
    )
    def _compute_customer_owner_id(self):
        """Contact persons and addresses follow the customer that they belong to."""
        for partner in self:
            if not partner.partner_share:  # a colleague, even if he buys here
                partner.customer_owner_id = False
            elif partner.is_customer:
                partner.customer_owner_id = partner.user_id
            else:
                partner.customer_owner_id = partner.parent_id.customer_owner_id

    @api.depends("parent_id")
    def _compute_user_id(self):
        """Override of `base`: who sees only own customers owns those that he adds."""
        result = super()._compute_user_id()
        if self.env.user._sees_own_customers_only():
            for partner in self:
                if partner.is_customer and not partner.user_id and not partner._origin:
                    partner.user_id = self.env.user
        return result

    @api.model_create_multi
    def create(self, vals_list):
        self._check_stays_visible(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_stays_visible([vals])
        return super().write(vals)

    @api.model
    def _check_stays_visible(self, vals_list):
        """Who sees only own customers doesn't hand them over, nor joins hidden ones.

        A contact below a customer takes over that customer's name and address.
        """
        user = self.env.user
        owners = {vals["user_id"] for vals in vals_list if vals.get("user_id")}
        parents = {vals["parent_id"] for vals in vals_list if vals.get("parent_id")}
        if self.env.su or not (owners or parents):
            return
        if not user._sees_own_customers_only():
            return
        self.browse(parents).check_access("read")
        if owners - set(user._visible_owner_ids()):
            raise AccessError(
                self.env._(
                    "You work with your own customers. Ask your manager to hand a "
                    "customer to somebody else."
                )
            )

    @api.model
    def _has_field_access(self, field, operation):
        """Override of `base`: what the shop notes about people is for employees.

        That holds for the fields of later addons as well, unless they say otherwise.
        """
        if not super()._has_field_access(field, operation):
            return False
        if self.env.su or self.env.user._is_internal():
            return True
        noted = field._modules and field._modules[0] in self._modules_of_the_shop()
        return not noted or field.name in self._fields_for_everybody()

    @api.model
    def _fields_for_everybody(self):
        """Hook: fields of these addons that buyers may read about themselves.

        :rtype: set[str]
        """
        return set()

    @api.model
    @tools.ormcache(cache="stable")
    def _modules_of_the_shop(self):
        """Names of this addon and of all that build on it."""
        ours = self.env["ir.module.module"].sudo()._get("crm_customer")
        return frozenset((ours | ours.downstream_dependencies()).mapped("name"))
