from odoo import fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        "crm.loyalty.event",
        "crm.loyalty.tier",
        "crm.loyalty.tier.progress",
        "res.partner",
    ]

    referred_by_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        domain=[("is_customer", "=", True)],
        help="Who brought this customer; earns points with the first order.",
    )
    points_account_id = fields.Many2one(
        "loyalty.card",
        compute="_compute_points_account_id",
        groups="crm_loyalty.crm_loyalty_group_user",
    )
    points_balance = fields.Integer(
        string="Points",
        compute="_compute_points_account_id",
        groups="crm_loyalty.crm_loyalty_group_user",
    )

    def _compute_points_account_id(self):
        """In the current company's points program."""
        program = self.env["loyalty.program"]._get_points_program(self.env.company)
        Card = self.env["loyalty.card"]
        accounts = Card._find_accounts(program, self._origin) if program else {}
        for partner in self:
            card = accounts.get(partner._origin, Card)
            partner.points_account_id = card
            partner.points_balance = card.sudo().points

    def action_open_points_account(self):
        """The account with its ledger."""
        self.ensure_one()
        return self.points_account_id._action_open()
