from odoo import api, fields, models


class CrmCustomerGroupWhy(models.TransientModel):
    """Says why a customer is in a group or isn't: each condition with its verdict."""

    _name = "crm.customer.group.why"
    _description = "Why Is a Customer in a Group"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        domain=[("is_customer", "=", True)],
    )
    group_id = fields.Many2one("crm.customer.group")
    line_ids = fields.One2many(
        "crm.customer.group.why.line", "why_id", compute="_compute_lines"
    )
    is_member = fields.Boolean(compute="_compute_lines")
    conclusion = fields.Char(compute="_compute_lines")
    history = fields.Text(compute="_compute_lines")

    @api.model
    def _open(self, group=None, customer=None):
        """The dialog, with what is known already."""
        if customer and not group:
            group = customer.customer_group_ids[:1]
        return {
            "name": self.env._("Why?"),
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_group_id": group.id if group else False,
                "default_partner_id": customer.id if customer else False,
            },
        }

    @api.depends("partner_id", "group_id")
    def _compute_lines(self):
        Line = self.env["crm.customer.group.why.line"]
        for why in self:
            group, customer = why.group_id, why.partner_id._origin
            if not (group and customer):
                why.update(
                    {
                        "line_ids": Line,
                        "is_member": False,
                        "conclusion": False,
                        "history": False,
                    }
                )
                continue
            group.check_access("read")
            customer.check_access("read")
            findings = group._explain(customer)
            why.line_ids = Line.concat(*(Line.new(line) for line in findings["lines"]))
            why.is_member = findings["is_member"]
            why.conclusion = findings["conclusion"]
            why.history = findings["history"]
