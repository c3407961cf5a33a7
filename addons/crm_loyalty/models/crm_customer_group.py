from odoo import models


class CrmCustomerGroup(models.Model):
    _inherit = "crm.customer.group"

    def _used_by(self):
        """Override of `crm_customer`: earning rules are for groups, too."""
        uses = super()._used_by()
        rules = (
            self.env["loyalty.rule"]
            .sudo()
            .with_context(active_test=False)
            .search([("customer_group_ids", "in", self.ids)])
        )
        for rule in rules:
            for group in rule.customer_group_ids & self:
                sentence = self.env._("earning rule %s", rule.display_name)
                uses.setdefault(group, []).append(sentence)
        return uses
