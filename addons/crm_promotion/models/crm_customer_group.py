from odoo import models
from odoo.fields import Command


class CrmCustomerGroup(models.Model):
    _inherit = "crm.customer.group"

    def _used_by(self):
        """Override of `crm_customer`: promotions are for groups, too."""
        uses = super()._used_by()
        programs = (
            self.env["loyalty.program"]
            .sudo()
            .with_context(active_test=False)
            .search([("customer_group_ids", "in", self.ids)])
        )
        for program in programs:
            for group in program.customer_group_ids & self:
                sentence = self.env._("promotion %(name)s", name=program.name)
                uses.setdefault(group, []).append(sentence)
        return uses

    def action_create_promotion(self):
        """Open a new promotion for these groups."""
        self.env["loyalty.program"].check_access("create")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_promotion.loyalty_program_action"
        )
        companies = self.company_id
        return action | {
            "views": [
                (self.env.ref("crm_promotion.loyalty_program_view_form").id, "form")
            ],
            "view_mode": "form",
            "context": {
                "default_is_promotion": True,
                "default_program_type": "promotion",
                "default_customer_group_ids": [Command.set(self.ids)],
                **({"default_company_id": companies.id} if len(companies) == 1 else {}),
            },
        }
