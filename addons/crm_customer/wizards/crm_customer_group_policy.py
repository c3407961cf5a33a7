from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command


class CrmCustomerGroupPolicy(models.TransientModel):
    """Gives the members of groups a pricelist: a new one, or one that is there."""

    _name = "crm.customer.group.policy"
    _description = "Price Policy for Customer Groups"

    group_ids = fields.Many2many(
        "crm.customer.group",
        "crm_customer_group_policy_group_rel",
        string="Customer Groups",
        required=True,
    )
    mode = fields.Selection(
        [("new", "New pricelist"), ("existing", "A pricelist that is there")],
        default="new",
        required=True,
    )
    name = fields.Char()
    discount = fields.Float(
        string="Discount (%)", help="On all products; more rules can be added later."
    )
    pricelist_id = fields.Many2one("product.pricelist")

    @api.constrains("discount")
    def _check_discount(self):
        """More than all of it would be prices below zero."""
        if any(not 0 <= wizard.discount <= 100 for wizard in self):
            raise ValidationError(
                self.env._("Give a discount between 0 and 100 percent.")
            )

    @api.constrains("mode", "name", "pricelist_id")
    def _check_pricelist(self):
        for wizard in self:
            if wizard.mode == "new" and not (wizard.name or "").strip():
                raise ValidationError(self.env._("Give the new pricelist a name."))
            if wizard.mode == "existing" and not wizard.pricelist_id:
                raise ValidationError(self.env._("Choose the pricelist."))

    def action_apply(self):
        """Make or extend the pricelist, and open it.

        :raise UserError: when pricelists are switched off.
        """
        self.ensure_one()
        if not self.env["res.groups"]._is_feature_enabled(
            "product.group_product_pricelist"
        ):
            raise UserError(
                self.env._(
                    "Pricelists are switched off. Ask an administrator to tick "
                    "Pricelists under Settings / Sales, then try again."
                )
            )
        if self.mode == "new":
            pricelist = self.env["product.pricelist"].create(self._prepare_vals())
        else:
            pricelist = self.pricelist_id
            pricelist.customer_group_ids |= self.group_ids
        return {
            "type": "ir.actions.act_window",
            "res_model": "product.pricelist",
            "res_id": pricelist.id,
            "view_mode": "form",
        }

    def _prepare_vals(self):
        companies = self.group_ids.company_id
        rule = {
            "compute_price": "percentage",
            "percent_price": self.discount,
            "applied_on": "3_global",
        }
        return {
            "name": self.name,
            "company_id": companies.id if len(companies) == 1 else False,
            "customer_group_ids": [Command.set(self.group_ids.ids)],
            "item_ids": [Command.create(rule)] if self.discount else [],
        }
