from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .crm_loyalty_account import LEDGER_ONLY

#: What only the ledger, and the merging of customers, may change of its accounts.
_KEPT = LEDGER_ONLY | {"partner_id", "program_id", "is_account"}


class LoyaltyCard(models.Model):
    """The account of a customer in the points program.

    ``points`` is the sum of its lines in ``loyalty.history``; only ``_post`` and what
    builds on it change it.
    """

    _name = "loyalty.card"
    _customer_field = "partner_id"
    _inherit = [
        "crm.loyalty.tier.account",
        "crm.loyalty.account",
        "crm.loyalty.ledger",
        "crm.loyalty.gift",
        "crm.loyalty.expiry",
        "crm.loyalty.news",
        "crm.loyalty.statement",
        "crm.loyalty.guard",
        "loyalty.card",
    ]

    keep_ledger = fields.Boolean(related="program_id.keep_ledger")
    is_account = fields.Boolean(
        compute="_compute_is_account", store=True, precompute=True, copy=False
    )
    points_debt = fields.Integer(
        string="Owed Points",
        readonly=True,
        copy=False,
        help="Points that were spent and taken back afterwards. The next points pay.",
    )
    ledger_at = fields.Datetime(
        string="Latest Change",
        readonly=True,
        copy=False,
        help="When the latest event of the account happened.",
    )
    points_usable = fields.Integer(
        string="Usable Points",
        compute="_compute_points_usable",
        help="Points that can be used today, less those that must remain.",
    )
    points_pending = fields.Integer(
        string="Pending Points",
        compute="_compute_points_pending",
        help="Points of confirmed orders that are not delivered or paid yet.",
    )
    points_worth = fields.Monetary(
        string="Worth",
        compute="_compute_points_worth",
        help="What the points of this account can buy.",
    )
    next_expiry_on = fields.Date(compute="_compute_points_usable")
    next_expiry_points = fields.Integer(compute="_compute_points_usable")

    _account_uniq = models.UniqueIndex(
        "(program_id, partner_id) WHERE is_account",
        "This customer has an account in the points program already.",
    )

    def init(self):
        """Each posting writes its account anew: with room on the same page no index
        has to follow.
        """
        self.env.cr.execute("ALTER TABLE loyalty_card SET (fillfactor = 70)")
        return super().init()

    def write(self, vals):
        """Override of `loyalty`: a balance that is kept changes by its ledger alone."""
        self._check_kept(vals)
        keeping = self._keeping() if "points" in vals else self.browse()
        if not keeping:
            return super().write(vals)
        rest = keeping._adjust_to(vals)
        if rest:
            super(LoyaltyCard, keeping).write(rest)
        others = self - keeping
        return super(LoyaltyCard, others).write(vals) if others else True

    def _check_kept(self, vals):
        """Odoo lets salespeople write cards; an account stays its owner's."""
        if self.env.su or not (vals.keys() & (_KEPT | {"active"})):
            return
        keeping = self._keeping()
        program = self.env["loyalty.program"].sudo().browse(vals.get("program_id"))
        # No card with points of its own becomes an account.
        (self if program.keep_ledger else keeping)._refuse_changes(_KEPT, vals)
        if "active" in vals and keeping:
            keeping._check_may_adjust()

    def _compute_points_usable(self):
        lots = self._read_usable_lots()
        for card in self:
            points, card.next_expiry_on, card.next_expiry_points = lots.get(
                card.id, (0, False, 0)
            )
            keep = card.sudo().program_id.points_to_keep
            card.points_usable = max(0, points - keep)

    @api.depends("points", "program_id.point_value")
    def _compute_points_worth(self):
        for card in self:
            card.points_worth = max(0, card.points) * card.sudo().program_id.point_value

    def _usable_points(self):
        """Points that can be used today, those that must remain included."""
        self.ensure_one()
        return self._read_usable_lots().get(self.id, (0,))[0]

    def _read_usable_lots(self):
        """Account id -> usable points, the next day of expiry, points of that day.

        Lots that expired by their date count no more, even if the job is late.
        """
        found = {}
        for program, cards in self._keeping().sudo().grouped("program_id").items():
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT c.id, SUM(lot.remaining) - COALESCE(c.points_debt, 0),
                           MIN(lot.expires_on),
                           COALESCE(SUM(lot.remaining)
                               FILTER (WHERE lot.expires_on = lot.first), 0)
                      FROM loyalty_card c
                      JOIN (SELECT card_id, remaining, expires_on,
                                   MIN(expires_on) OVER (PARTITION BY card_id) AS first
                              FROM loyalty_history
                             WHERE card_id = ANY(%(cards)s) AND remaining > 0
                               AND occurred_at <= %(now)s
                               AND (expires_on IS NULL OR expires_on >= %(today)s)
                           ) AS lot ON lot.card_id = c.id
                     GROUP BY c.id, c.points_debt
                    """,
                    cards=cards.ids,
                    now=fields.Datetime.now(),
                    today=program._local_day(),
                )
            )
            for card, points, day, expiring in rows:
                found[card] = (max(0, points), day or False, expiring)
        return found

    def _compute_points_pending(self):
        pending = dict(
            self.env["sale.order"]
            .sudo()
            ._read_group(
                [("points_account_id", "in", self.ids), ("points_pending", ">", 0)],
                ["points_account_id"],
                ["points_pending:sum"],
            )
        )
        for card in self:
            card.points_pending = pending.get(card.sudo(), 0)

    def action_adjust_points(self, points, reason, key=None, rule_id=False):
        """Give points, or take them when negative, with a reason; for managers.

        :param key: points with the same key are posted once for each account.
        :return: the numbers of the new lines.
        """
        self._check_may_adjust()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Please say why the points are adjusted."))
        if isinstance(points, bool) or not isinstance(points, int) or not points:
            raise UserError(self.env._("Points are whole numbers other than zero."))
        lines = self.env["loyalty.history"]
        for card in self._keeping():
            posting = f"{key}:{card.id}" if key else None
            if posting and (there := card._find_adjustment(key, posting)):
                lines |= there
                continue
            if points < 0 and -points > card._usable_points():
                raise UserError(
                    self.env._(
                        "The account has only %s usable points.", card._usable_points()
                    )
                )
            lines |= card._post_points(
                points, key=posting, description=reason, rule_id=rule_id or False
            )
        return lines.ids

    def _find_adjustment(self, *keys):
        """This account's line with one of these keys."""
        History = self.env["loyalty.history"]
        for key in keys:
            there = History.sudo()._find_posting(key)
            if there.card_id.id == self.id:
                return there.sudo(False)
        return History

    def _check_may_adjust(self):
        self.check_access("write")
        manager = "crm_loyalty.crm_loyalty_group_manager"
        if not (self.env.su or self.env.user.has_group(manager)):
            raise AccessError(
                self.env._("Only managers of the points program adjust points.")
            )

    def action_open_ledger(self):
        """The lines of this account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_history_action"
        )
        name = self.env._("Ledger: %s", self.partner_id.display_name)
        return action | {
            "name": name,
            "domain": [("card_id", "=", self.id), ("kind", "!=", False)],
        }

    def action_adjust(self):
        """The dialog that gives or takes points."""
        self.ensure_one()
        self._check_may_adjust()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.crm_loyalty_adjust_action"
        )
        return action | {"context": {"default_card_id": self.id}}

    def _action_open(self):
        """The form of this account."""
        if not self:
            raise UserError(self.env._("This customer has no points yet."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_loyalty.loyalty_card_action_account"
        )
        form = self.env.ref("crm_loyalty.loyalty_card_view_form_account")
        return action | {"res_id": self.id, "views": [(form.id, "form")]}
