from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

USER = "crm_loyalty.crm_loyalty_group_user"
MANAGER = "crm_loyalty.crm_loyalty_group_manager"
#: What a customer shows of the account under the same name.
_OF_ACCOUNT = (
    *("points_worth", "points_usable", "points_pending", "points_debt"),
    *("next_expiry_on", "next_expiry_points"),
)


class CrmLoyaltyCustomer(models.AbstractModel):
    """What is known of a customer's points. Part of ``res.partner``.

    All figures are of the account in the current company's points program; contact
    persons have that of their company.
    """

    _name = "crm.loyalty.customer"
    _description = "Points of a Customer"

    points_account_id = fields.Many2one(
        "loyalty.card", compute="_compute_points_account_id", groups=USER
    )
    points_currency_id = fields.Many2one(
        "res.currency", compute="_compute_points_account_id", groups=USER
    )
    points_balance = fields.Integer(
        string="Points",
        compute="_compute_points_account_id",
        search="_search_points_balance",
        groups=USER,
    )
    points_worth = fields.Monetary(
        compute="_compute_points_account_id",
        currency_field="points_currency_id",
        groups=USER,
    )
    points_usable = fields.Integer(
        string="Usable Points", compute="_compute_points_account_id", groups=USER
    )
    points_pending = fields.Integer(
        string="Pending Points", compute="_compute_points_account_id", groups=USER
    )
    points_debt = fields.Integer(
        string="Owed Points", compute="_compute_points_account_id", groups=USER
    )
    next_expiry_on = fields.Date(compute="_compute_points_account_id", groups=USER)
    next_expiry_points = fields.Integer(
        compute="_compute_points_account_id", groups=USER
    )

    @api.depends_context("company")
    def _compute_points_account_id(self):
        """In the current company's points program."""
        program = self.env["loyalty.program"]._get_points_program(self.env.company)
        Card = self.env["loyalty.card"]
        accounts = Card._find_accounts(program, self._origin) if program else {}
        for partner in self:
            card = accounts.get(partner._origin, Card)
            card_sudo = card.with_prefetch([c.id for c in accounts.values()]).sudo()
            partner.points_account_id = card
            partner.points_balance = card_sudo.points
            partner.points_currency_id = program.sudo().currency_id
            for name in _OF_ACCOUNT:
                partner[name] = card_sudo[name]

    def _compute_count_active_cards(self):
        """Override of `loyalty`: the account has a button of its own."""
        result = super()._compute_count_active_cards()
        program = self.env["loyalty.program"]._get_points_program(self.env.company)
        if program.sudo().active:
            accounts = self.env["loyalty.card"]._find_accounts(program, self._origin)
            for partner in self:
                card = accounts.get(partner._origin, self.env["loyalty.card"]).sudo()
                if card.points > 0 and card.partner_id == partner._origin.sudo():
                    partner.loyalty_card_count -= 1
        return result

    @api.model
    def _search_points_balance(self, operator, value):
        """Who has no account has no points."""
        if operator not in (">", ">=", "<", "<=", "in"):
            return NotImplemented
        program = self.env["loyalty.program"]._get_points_program(self.env.company)
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        ours = Domain("program_id", "=", program.id) & Domain("is_account", "=", True)
        wanted = Domain("points", operator, value)
        without = cards.new({"points": 0}).filtered_domain(wanted)
        found = cards._search(ours & (~wanted if without else wanted))
        return Domain(
            "commercial_partner_id",
            "not in" if without else "in",
            found.subselect("partner_id"),
        )

    def add_points(self, points, reason, key=None):
        """Give each of these customers points, or take them when negative.

        For managers, and for integrators: with the same ``key`` a customer's points
        are posted once, however often the request arrives.

        :param points: a whole number other than zero.
        :param reason: what the customer reads in the ledger.
        :return: for each customer its ``id`` and its ``points`` afterwards.
        """
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(
                self.env._("Only managers of the points program adjust points.")
            )
        program = self.env["loyalty.program"]._get_points_program(self.env.company)
        if not program:
            raise UserError(
                self.env._("There is no points program yet. Open its parameters first.")
            )
        accounts = self.env["loyalty.card"]._provide_accounts(program, self)
        for account in self.env["loyalty.card"].union(*accounts.values()):
            posting = f"api:{key}:{account.partner_id.id}" if key else None
            account.action_adjust_points(points, reason, key=posting)
        return [
            {"id": partner.id, "points": int(accounts[partner].points)}
            for partner in self
        ]

    def action_open_points_account(self):
        """The account with its ledger."""
        self.ensure_one()
        return self.points_account_id._action_open()

    def action_open_points_ledger(self):
        """All lines of the account."""
        self.ensure_one()
        return self.points_account_id.action_open_ledger()
