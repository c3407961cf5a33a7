from dataclasses import dataclass, field

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.crm_customer.models.res_company import TIMEZONE

VOUCHER_STATES = [
    ("issued", "Issued"),
    ("reserved", "Reserved"),
    ("used", "Used"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
]
MANAGER = "crm_promotion.crm_promotion_group_manager"
#: Context key of the door. A request from outside can put anything into the context but
#: not a ``Move``.
DOOR = "crm_promotion_move"

MINE = SQL(
    "(c.held_order_id = w.order_id "
    "OR (c.held_reference = w.reference AND c.held_by_id = w.holder))"
)
LAPSED = SQL("(c.voucher_state = 'reserved' AND c.reserved_until < w.now)")
VALID = SQL("c.expiration_date >= w.today")
HELD = SQL("(c.held_order_id IS NOT NULL OR c.held_reference IS NOT NULL)")

#: Move -> the state after it, and what must hold in the statement that makes it.
#: ``free`` is issued, or expired when its day is over.
MOVES = {
    "reserve": (
        "reserved",
        SQL(
            "(c.voucher_state = 'issued' OR %s "
            "OR (c.voucher_state = 'reserved' AND %s)) AND %s",
            LAPSED,
            MINE,
            VALID,
        ),
    ),
    "use": (
        "used",
        SQL(
            "((c.voucher_state = 'reserved' AND %s) "
            "OR ((c.voucher_state = 'issued' OR %s) AND %s))",
            MINE,
            LAPSED,
            VALID,
        ),
    ),
    "release": ("free", SQL("c.voucher_state = 'reserved' AND %s", MINE)),
    "lapse": ("free", LAPSED),
    "give_back": ("free", SQL("c.voucher_state = 'used' AND %s", MINE)),
    "mark": ("used", SQL("c.voucher_state = 'issued' AND %s", VALID)),
    "unmark": ("free", SQL("c.voucher_state = 'used' AND NOT %s", HELD)),
    "expire": (
        "expired",
        SQL("(c.voucher_state = 'issued' OR %s) AND NOT (%s)", LAPSED, VALID),
    ),
    "extend": ("issued", SQL("c.voucher_state = 'expired' AND %s", VALID)),
    "cancel": (
        "cancelled",
        SQL("c.voucher_state IN ('issued', 'reserved', 'expired')"),
    ),
    "restore": ("free", SQL("c.voucher_state = 'cancelled'")),
}
#: Who holds the voucher after the move: the order or system that moves it, or nobody.
HOLDING = ("reserve", "use")


@dataclass
class Move:
    """One move of vouchers.

    :param holders: voucher id -> id of the order that holds it or shall hold it.
    :param reference: instead of an order: what another system calls its own.
    :param moved: filled with the ids of the vouchers that did move.
    :param spent: made already. Automation rules run in the context that it came in.
    """

    name: str
    holders: dict = field(default_factory=dict)
    reference: str | None = None
    until: object = None
    note: str | None = None
    moved: list = field(default_factory=list)
    spent: bool = False


class CrmVoucherMoves(models.AbstractModel):
    """The one door to the state of a voucher. Part of ``loyalty.card``.

    A move is one statement which changes the row only if the voucher is in a state that
    the move starts from, and writes the log. Of two transactions that move the same
    voucher one is repeated by Odoo and finds what the other one left.
    """

    _name = "crm.voucher.moves"
    _description = "States of a Voucher"

    def _move(self, name, **details):
        """Move those of these vouchers that may move.

        :param details: see ``Move``.
        :return: those that did; people are told about the others by the caller.
        """
        if not self:
            return self
        move = Move(name, **details)
        state = "issued" if MOVES[name][0] == "free" else MOVES[name][0]
        # Through `write`, so that automation rules hear of it.
        self.sudo().with_context(**{DOOR: move}).write({"voucher_state": state})
        return self.browse(move.moved)

    def _write_move(self, move):
        """The statement of a move."""
        move.spent = True
        self.flush_recordset()
        self.env["sale.order"].flush_model(["name"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH w AS (
                    SELECT card.id, card.voucher_state AS state, v.order_id,
                           %(reference)s::varchar AS reference,
                           %(user)s::int AS holder,
                           %(now)s::timestamp AS now, %(today)s AS today
                      FROM UNNEST(%(cards)s::int[], %(orders)s::int[])
                           AS v (id, order_id)
                      JOIN loyalty_card card ON card.id = v.id
                      LEFT JOIN sale_order held ON held.id = v.order_id
                      LEFT JOIN res_company company
                             ON company.id = COALESCE(card.company_id, held.company_id)
                      LEFT JOIN res_partner place ON place.id = company.partner_id
                ), moved AS (
                    UPDATE loyalty_card AS c
                       SET %(changes)s, write_uid = %(user)s, write_date = w.now
                      FROM w
                     WHERE c.id = w.id AND %(guard)s
                    RETURNING c.id, w.state AS before, c.voucher_state AS after,
                              w.order_id, w.reference
                ), logged AS (
                    INSERT INTO crm_voucher_log (card_id, move, from_state, to_state,
                           order_id, reference, note,
                           create_uid, create_date, write_uid, write_date)
                    SELECT moved.id, %(move)s, before, after,
                           moved.order_id, COALESCE(o.name, moved.reference), %(note)s,
                           %(user)s, %(now)s, %(user)s, %(now)s
                      FROM moved LEFT JOIN sale_order o ON o.id = moved.order_id
                )
                SELECT id FROM moved ORDER BY id
                """,
                cards=self.ids,
                orders=[move.holders.get(card) for card in self.ids],
                reference=move.reference,
                now=fields.Datetime.now(),
                today=self._today_sql(),
                changes=self._changes_of(move),
                guard=MOVES[move.name][1],
                user=self.env.uid,
                move=move.name,
                note=move.note,
            )
        )
        move.moved[:] = [row[0] for row in rows]
        self._forget_moved()
        return True

    def _today_sql(self):
        """The day of the voucher's shop."""
        return SQL(
            "(%s::timestamp AT TIME ZONE 'UTC'"
            " AT TIME ZONE COALESCE(place.tz, %s))::date",
            fields.Datetime.now(),
            TIMEZONE,
        )

    def _changes_of(self, move):
        target = MOVES[move.name][0]
        state = SQL("%s", target)
        if target == "free":
            state = SQL("CASE WHEN %s THEN 'issued' ELSE 'expired' END", VALID)
        holding = move.name in HOLDING
        changes = {
            "voucher_state": state,
            "held_order_id": SQL("w.order_id") if holding else SQL("NULL"),
            "held_reference": SQL("w.reference") if holding else SQL("NULL"),
            "held_by_id": SQL("CASE WHEN w.reference IS NOT NULL THEN w.holder END")
            if holding
            else SQL("NULL"),
            "reserved_until": SQL("%s", move.until)
            if target == "reserved"
            else SQL("NULL"),
            "used_order_id": SQL("w.order_id") if target == "used" else SQL("NULL"),
            **_stamp("used", target == "used", self.env.uid),
            **_stamp("cancelled", target == "cancelled", self.env.uid),
            "cancel_reason": SQL("%s", move.note)
            if target == "cancelled"
            else SQL("NULL"),
        }
        if target in ("used", "expired", "cancelled"):
            changes["is_expiring"] = SQL("FALSE")
        return SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in changes.items()
        )

    def _forget_moved(self):
        self.invalidate_recordset(
            [
                "voucher_state",
                "held_order_id",
                "held_reference",
                "held_by_id",
                "reserved_until",
                "used_order_id",
                "used_at",
                "used_by",
                "cancelled_at",
                "cancelled_by",
                "cancel_reason",
                "is_expiring",
                "voucher_log_ids",
            ],
            flush=False,
        )
        self.env["sale.order"].invalidate_model(["held_voucher_ids"], flush=False)


def _stamp(name, now, user):
    if not now:
        return {f"{name}_at": SQL("NULL"), f"{name}_by": SQL("NULL")}
    return {f"{name}_at": SQL("w.now"), f"{name}_by": SQL("%s", user)}
