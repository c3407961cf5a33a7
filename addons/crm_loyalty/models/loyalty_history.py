from odoo import api, fields, models
from odoo.exceptions import UserError

#: Only code that holds this object writes lines of the ledger. A request from outside
#: can put anything into the context but not this.
DOOR = object()
#: Context key: points of ledger cards follow the order, Odoo's own bookkeeping doesn't
#: count. It can only make stock Odoo do less.
BY_ORDER = "crm_loyalty_by_order"

ISSUING = ("earn", "earn_back")
KINDS = [
    ("earn", "Earned"),
    ("earn_back", "Taken Back"),
    ("spend", "Spent"),
    ("spend_back", "Given Back"),
    ("expire", "Expired"),
    ("expire_back", "Not Expired"),
    ("adjust", "Adjusted"),
    ("move", "Moved between Lots"),
    ("write_off", "Written Off"),
    ("write_off_back", "Not Written Off"),
    ("memo", "Note"),
]


class LineLink(fields.Many2one):
    """Points at another line of the ledger; its table has no foreign key for it.

    Lines of the ledger are never deleted, so a key would protect nothing; but it would
    be looked up with each posting, and for each line of stock Odoo that is deleted the
    whole table would be searched. The proof of balances finds links that lead nowhere.
    """

    def update_db_foreign_key(self, model, column):
        """Override of Odoo: no key."""


class LoyaltyHistory(models.Model):
    """A line of the points ledger: never changed, never deleted.

    What was wrong is put right by further lines. An earning line is a lot; lines that
    take from it or give back to it point at it. Lines of the same cause (one order as
    it was confirmed once, one adjustment) belong to one event, named by its first line.
    """

    _name = "loyalty.history"
    _inherit = ["crm.loyalty.document", "loyalty.history"]
    _customer_field = "card_id.partner_id"

    points = fields.Integer(readonly=True)
    kind = fields.Selection(KINDS, readonly=True)
    occurred_at = fields.Datetime(
        readonly=True,
        help="When it counts from. A correction counts from when the fact did.",
    )
    event_id = LineLink("loyalty.history", readonly=True)
    lot_id = LineLink(
        "loyalty.history",
        readonly=True,
        index="btree_not_null",
        help="The earned points that this line takes from or gives back to.",
    )
    reversed_id = LineLink("loyalty.history", readonly=True, string="Corrects")
    expires_on = fields.Date(
        readonly=True, help="The last day on which these points can be used."
    )
    remaining = fields.Integer(readonly=True, help="What is left of these points.")
    rule_id = fields.Many2one(
        "loyalty.rule", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    explanation = fields.Text(readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, string="By")
    partner_id = fields.Many2one(related="card_id.partner_id", string="Customer")
    program_id = fields.Many2one(related="card_id.program_id")
    referred_partner_id = fields.Many2one(
        "res.partner",
        string="Brought Customer",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Whom these points are for having brought, whoever it is merged with.",
    )
    idempotency_key = fields.Char(readonly=True, copy=False)
    uncounted = fields.Boolean(
        string="Not for Tiers", readonly=True, help="A gift that no tier is reached by."
    )

    _idempotency_uniq = models.UniqueIndex(
        "(idempotency_key) WHERE idempotency_key IS NOT NULL",
        "These points were posted already.",
    )
    _order_idx = models.Index("(order_model, order_id) WHERE order_id IS NOT NULL")
    # Not of what remains: an index that knew it would have to be written, with all
    # others, whenever points are taken from a lot.
    _expires_on_idx = models.Index("(expires_on) WHERE expires_on IS NOT NULL")
    _earned_idx = models.Index(
        "(card_id, occurred_at) INCLUDE (points) "
        "WHERE kind IN ('earn', 'earn_back') AND uncounted IS NOT TRUE"
    )
    _remaining_ok = models.Constraint(
        "CHECK (lot_id IS DISTINCT FROM id "
        "OR (remaining IS NOT NULL AND remaining >= 0 AND remaining <= points))",
        "More points were taken from a lot than there are.",
    )

    def init(self):
        """Room on each page for lots that points are taken from: so the new version of
        a line stays beside the old one, where all indexes point already.
        """
        self.env.cr.execute("ALTER TABLE loyalty_history SET (fillfactor = 90)")
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `loyalty`: foreign lines on a ledger card are notes.

        The balance is changed through the card alone, which posts what belongs to it.
        """
        if self.env.context.get("ledger_door") is DOOR:
            return super().create(vals_list)
        cards = self.env["loyalty.card"].browse(
            {vals["card_id"] for vals in vals_list if vals.get("card_id")}
        )
        ledger = set(cards.sudo().filtered("program_id.keep_ledger").ids)
        kept = []
        for vals in vals_list:
            if vals.get("card_id") in ledger:
                if self.env.context.get(BY_ORDER):
                    continue
                note = ("card_id", "description", "order_model", "order_id")
                vals = {key: vals[key] for key in note if key in vals}
                vals |= {"kind": "memo", "user_id": self.env.uid}
                vals |= {"occurred_at": fields.Datetime.now()}
            else:
                vals = {k: v for k, v in vals.items() if k not in _LEDGER_FIELDS}
            kept.append(vals)
        return super().create(kept)

    def write(self, vals):
        """Override of `loyalty`: a line of the ledger is never changed."""
        if self.env.context.get("ledger_door") is not DOOR:
            card = self.env["loyalty.card"].browse(vals.get("card_id"))
            if self._of_ledger() or card._keeping():
                raise UserError(
                    self.env._(
                        "Lines of the points ledger can't be changed. Post a "
                        "correction instead."
                    )
                )
            vals = {key: vals[key] for key in vals if key not in _LEDGER_FIELDS}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ledger(self):
        if self._of_ledger():
            raise UserError(
                self.env._(
                    "Lines of the points ledger can't be deleted. Post a correction "
                    "instead."
                )
            )

    def unlink(self):
        """Override of `loyalty`: a cancelled order leaves the ledger alone."""
        if self.env.context.get(BY_ORDER):
            return super(LoyaltyHistory, self - self._of_ledger()).unlink()
        return super().unlink()

    @api.model
    def _find_posting(self, key):
        """The first line of what was posted with a key."""
        return self.search([("idempotency_key", "=", key)], limit=1)

    def _of_ledger(self):
        return self.filtered(lambda line: line.sudo().card_id.program_id.keep_ledger)


_LEDGER_FIELDS = {
    "points",
    "kind",
    "occurred_at",
    "event_id",
    "lot_id",
    "reversed_id",
    "expires_on",
    "remaining",
    "rule_id",
    "explanation",
    "user_id",
    "referred_partner_id",
    "idempotency_key",
    "uncounted",
}
