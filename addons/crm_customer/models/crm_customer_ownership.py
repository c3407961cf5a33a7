from odoo import api, fields, models

from ..tools import owner_rules

# The values below are objects, so that no other program can ask for these with its
# context, and change owners past the rules and the log, or give a false reason.
#: Why an owner changes, for the log; by hand when the context doesn't say.
IMPORTED = {"crm_customer_owner_reason": object()}
MERGED = {"crm_customer_owner_reason": object()}
#: Set while the caller writes owners and keeps the log himself.
LOGGED = {"crm_customer_owner_logged": object()}
#: Set inside ``create``: what is written there still belongs to the creation.
CREATING = {"crm_customer_creating": object()}
#: Set by those who write many customers one by one: rules are asked once, at the end.
ASK_LATER = {"crm_customer_ask_rules_later": object()}
_NOTED = "crm_customer.ask_owner_rules"


class CrmCustomerOwnership(models.AbstractModel):
    """Who a customer belongs to: owner rules and the log of changes of owner.

    Part of ``res.partner``. An owner who is given by a person, an import or an
    interface stays; rules are asked when a customer is created without one, or changed
    in anything but its owner.
    """

    _name = "crm.customer.ownership"
    _description = "Owner of a Customer"

    owner_log_ids = fields.One2many("crm.owner.log", "partner_id")

    # ---------------------------------------------------------------------- CRUD

    @api.model_create_multi
    def create(self, vals_list):
        partners = (
            super(CrmCustomerOwnership, self.with_context(**CREATING))
            .create(vals_list)
            .with_env(self.env)
        )
        partners._own_new_customers()
        return partners

    def write(self, vals):
        if self._is_marked(CREATING):
            return super().write(vals)
        owned = self._owned_customers()
        before = {}
        if "user_id" in vals and not self._is_marked(LOGGED):
            before = {customer.id: customer.user_id.id for customer in owned}
        result = super().write(vals)
        self.browse(before)._log_owners(before)
        if vals.get("is_customer") or vals.get("parent_id") is False:
            (self - owned)._own_new_customers()
        if "user_id" not in vals and self._says_something(vals):
            owned._ask_rules_about_change()
        return result

    def _is_marked(self, mark):
        return self.env.context.items() >= mark.items()

    def _owned_customers(self):
        return self.filtered(lambda p: p.is_customer and not p.parent_id)

    def _own_new_customers(self):
        """Log the owners that new customers were given, find owners for the others."""
        customers = self._owned_customers()
        given = customers.filtered("user_id")
        if not self._is_marked(LOGGED):
            given._log_owners(dict.fromkeys(given.ids))
        (customers - given)._assign_by_rules(owner_rules.CREATED)

    @api.model
    def _owner_reason(self):
        """Why owners change here, as the log calls it."""
        if self._is_marked(IMPORTED):
            return "import"
        return "merge" if self._is_marked(MERGED) else "hand"

    def _log_owners(self, before):
        reason = self._owner_reason()
        changes = [
            {
                "partner_id": customer.id,
                "from_user_id": before[customer.id],
                "to_user_id": customer.user_id.id,
                "reason": reason,
            }
            for customer in self
            if customer.user_id.id != (before[customer.id] or False)
        ]
        self.env["crm.owner.log"].sudo()._record(changes)
        self._note_given(changes)

    # --------------------------------------------------------------------- rules

    def _ask_rules_about_change(self):
        Rule = self.env["crm.owner.rule"]
        if not any(rule.listens_to(owner_rules.UPDATED) for rule in Rule._plans()):
            return
        if not self._is_marked(ASK_LATER):
            self._assign_by_rules(owner_rules.UPDATED)
            return
        precommit = self.env.cr.precommit
        if _NOTED not in precommit.data:
            precommit.data[_NOTED] = set()
            precommit.add(self.browse()._ask_rules_about_noted)
        precommit.data[_NOTED].update(self.ids)

    @api.model
    def _ask_rules_about_noted(self):
        noted = sorted(self.env.cr.precommit.data.pop(_NOTED, ()))
        self.browse(noted).exists()._assign_by_rules(owner_rules.UPDATED)

    # -------------------------------------------------------------------- actions

    def action_view_owner_log(self):
        """Open the changes of owner of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer.crm_owner_log_action"
        )
        return action | {"domain": [("partner_id", "=", self.id)], "context": {}}

    def action_change_owner(self):
        """Open the dialog that gives the selected customers, or all listed, away."""
        self.env["crm.owner.transfer"].check_access("create")
        return {
            "name": self.env._("Change Owner"),
            "type": "ir.actions.act_window",
            "res_model": "crm.owner.transfer",
            "view_mode": "form",
            "view_id": self.env.ref("crm_customer.crm_owner_transfer_view_dialog").id,
            "target": "new",
            "context": {
                "default_kind": "bulk",
                "default_domain": str(self._domain_of_selection()),
            },
        }
