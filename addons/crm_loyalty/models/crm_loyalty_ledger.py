from collections import defaultdict

from odoo import fields, models
from odoo.tools import SQL

from ..tools.books import NEW_PARDON, Books, Earn, Entry, Row, Spend, plan, simple
from ..tools.lots import NEW, Lot
from ..tools.validity import day_after
from .loyalty_history import BY_ORDER, DOOR, ISSUING

REVERSING = {"earn_back", "spend_back", "expire_back", "write_off_back"}


class CrmLoyaltyLedger(models.AbstractModel):
    """The one door to the points ledger. Part of ``loyalty.card``.

    Each posting changes the row of its card. Two transactions that post to one account
    therefore collide, and Odoo repeats the later one on what the earlier one left; what
    a posting has read is what it changes.
    """

    _name = "crm.loyalty.ledger"
    _description = "Points Ledger of an Account"

    def _post_points(self, points, *, kind=None, at=None, key=None, **cause):
        """Give points, or take them when negative; one event of its own.

        :param kind: ``earn`` for points that a rule gives, else ``adjust``.
        :param key: a posting with the same key is never made twice.
        :param cause: ``description``, ``rule_id``, ``explanation``, ``order_model``,
            ``order_id``, ``expires_on`` (else what the program says), ``user_id``,
            ``referred_partner_id``, ``uncounted`` (they don't count for tiers).
        :return: the first line of the event.
        """
        self.ensure_one()
        History = self.env["loyalty.history"].sudo()
        if key and (there := History._find_posting(key)):
            return there
        if not points:
            return History
        at = at or fields.Datetime.now()
        expires_on = cause.pop("expires_on", None)
        if points > 0:
            expires_on = expires_on or self.sudo().program_id._expires_on(at)
            change = Earn(points, at, expires_on, kind=kind or "adjust")
        else:
            change = Spend(-points, at, kind="adjust")
        return self._post([change], idempotency_key=key, **cause)[:1]

    def _replay(self, description):
        """Bring the lots to what follows from the facts; nothing when they are."""
        self.ensure_one()
        return self._post([], description=description, whole=True)

    def _post(self, changes, *, whole=False, **cause):
        """Post what the changes of ``tools.books`` lead to.

        :param whole: let everything happen again even if the open lots would do.
        :param cause: values of the lines, as for ``_post_points``.
        :return: the new lines; those of other events that had to move included.
        """
        self.ensure_one()
        card_sudo = self.sudo()
        program = card_sudo.program_id
        now, today = fields.Datetime.now(), program._local_day()
        lots, debt, last = card_sudo._read_open_lots()
        short = not whole and simple(
            changes,
            lots,
            debt=debt,
            last=last,
            today=today,
            day_of=program._local_day,
        )
        books = Books(lots, whole=False) if short else card_sudo._read_books()
        entries = plan(
            books,
            changes,
            today=today,
            now=now,
            day_of=program._local_day,
            forgive=program.debt_policy == "forgive",
        )
        return card_sudo._write_entries(entries, cause)

    def _read_open_lots(self):
        """Lots with what remains of them; the debt; when the latest event happened."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.points_debt, c.ledger_at, h.id, h.occurred_at, h.event_id,
                       h.remaining, h.expires_on
                  FROM loyalty_card c
                  LEFT JOIN loyalty_history h ON h.card_id = c.id AND h.remaining > 0
                 WHERE c.id = %s
                """,
                self.id,
            )
        )
        lots = {row[2]: Lot(*row[2:]) for row in rows if row[2]}
        return lots, rows[0][0] or 0, rows[0][1]

    def _read_books(self):
        """All facts of the account and where its points went."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, kind, points, lot_id, event_id, occurred_at, expires_on
                  FROM loyalty_history
                 WHERE card_id = %s AND kind <> 'memo'
                 ORDER BY id
                """,
                self.id,
            )
        )
        return Books.of([Row(*row) for row in rows], self.program_id._local_day)

    def _lock_ledger(self):
        """Wait for postings to these accounts; what comes after is repeated."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_card SET points_debt = COALESCE(points_debt, 0)
                 WHERE id IN (SELECT id FROM loyalty_card WHERE id = ANY(%s)
                               ORDER BY id FOR UPDATE)
                """,
                self.ids,
            )
        )

    def _write_entries(self, entries, cause):
        """Change the card and write the lines, in this order: the card is the guard."""
        before = self._change_balance(entries, cause.get("uncounted"))
        if not entries:
            return self.env["loyalty.history"]
        lines = (
            self.env["loyalty.history"]
            .with_context(ledger_door=DOOR, tracking_disable=True)
            .create(self._prepare_line_vals(entries, cause))
        )
        self._link_lines(lines, entries)
        lines = lines.with_context(ledger_door=None)
        self._after_post(lines, before)
        return lines

    def _change_balance(self, entries, uncounted=False):
        """:return: the balance before."""
        points = sum(entry.points for entry in entries)
        debt = -sum(entry.points for entry in entries if entry.lot is None)
        counted = sum(
            entry.points for entry in entries if entry.kind in ISSUING and not uncounted
        )
        moments = [entry.at for entry in entries if not entry.kind.startswith("expire")]
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_card
                   SET points = COALESCE(points, 0) + %s,
                       points_debt = COALESCE(points_debt, 0) + %s,
                       points_counted = COALESCE(points_counted, 0) + %s,
                       ledger_at = GREATEST(ledger_at, %s)
                 WHERE id = %s
                RETURNING points - %s
                """,
                points,
                debt,
                counted,
                max(moments, default=None),
                self.id,
                points,
            )
        )
        before = self.env.cr.fetchone()[0]
        self.invalidate_recordset(
            [
                "points",
                "points_debt",
                "points_counted",
                "points_display",
                "points_usable",
                "points_worth",
                "points_pending",
                "next_expiry_on",
                "next_expiry_points",
                "ledger_at",
                "history_ids",
            ],
            flush=False,
        )
        return before

    def _prepare_line_vals(self, entries, cause):
        known = {entry.event for entry in entries if entry.event < NEW}
        documents = {
            line.id: line for line in self.env["loyalty.history"].browse(sorted(known))
        }
        cause = {"user_id": self.env.uid} | cause
        cause.setdefault("description", self.env._("Adjustment"))
        zone = self.program_id._timezone()
        vals_list = []
        for number, entry in enumerate(entries):
            event = documents.get(entry.event)
            vals = dict(cause)
            if event:
                vals |= {"order_model": event.order_model, "order_id": event.order_id}
            if entry.kind == "move":
                vals |= {"rule_id": False, "explanation": False}
                vals |= {"referred_partner_id": False}
            if number:
                vals.pop("idempotency_key", None)
            vals_list.append(vals | self._prepare_entry_vals(entry, zone))
        return vals_list

    def _prepare_entry_vals(self, entry: Entry, zone):
        expiring = entry.kind.startswith("expire")
        issuing = entry.kind in ISSUING or (entry.kind == "adjust" and entry.points > 0)
        vals = {
            "card_id": self.id,
            "kind": entry.kind,
            "points": entry.points,
            "remaining": 0,
            "issued": entry.points if issuing else 0,
            "used": 0 if issuing else -entry.points,
            "event_id": entry.event if entry.event < NEW else False,
            "lot_id": entry.lot if entry.lot != NEW else False,
            "occurred_at": day_after(entry.expires_on, zone) if expiring else entry.at,
        }
        if entry.lot == NEW and issuing:
            vals["expires_on"] = entry.expires_on
        if entry.kind in REVERSING:
            lot_is_it = entry.kind in ("earn_back", "expire_back")
            vals["reversed_id"] = vals["lot_id"] if lot_is_it else vals["event_id"]
        return vals

    def _link_lines(self, lines, entries):
        """Lines that make an event or a lot point at themselves; lots get what is left.

        By SQL, as the ORM can't know a line's id before it is there.
        """
        pairs = list(zip(lines.ids, entries, strict=True))
        head = next((line for line, e in pairs if e.event == NEW), None)
        lot = next((line for line, e in pairs if _makes_lot(e)), None)
        links, taken = [], defaultdict(int)
        for line, entry in pairs:
            event = {NEW: head, NEW_PARDON: line}.get(entry.event, entry.event)
            own_lot = lot if entry.lot == NEW else entry.lot
            taken[own_lot] += entry.points
            if entry.event >= NEW or entry.lot == NEW:
                links.append((line, event, own_lot))
        if links:
            self._update_lines("event_id = v.event, lot_id = v.lot::integer", links)
        taken.pop(None, None)
        if left := [(line, points) for line, points in taken.items() if points]:
            self._update_lines("remaining = h.remaining + v.event", left)
        self.env["loyalty.history"].invalidate_model(
            ["event_id", "lot_id", "remaining"], flush=False
        )

    def _update_lines(self, assignments, rows):
        columns = ("id", "event", "lot")[: len(rows[0])]
        self.env.cr.execute_values(
            f"UPDATE loyalty_history AS h SET {assignments} "
            f"FROM (VALUES %s) AS v ({', '.join(columns)}) WHERE h.id = v.id",
            rows,
        )

    def _after_post(self, lines, before):
        """Hook: points of one account changed. ``before``: the balance until now.

        Odoo's messages for a reached balance are sent from here.
        """
        self._note_change(before)
        self._send_points_reach_communication(
            {self: {"old": before, "new": self.points}}
        )

    def _adjust_to(self, vals):
        """A foreign write of a balance: post the difference, drop the value.

        :return: values left to write.
        """
        vals = dict(vals)
        points = int(vals.pop("points") // 1)
        if not self.env.context.get(BY_ORDER):
            self._check_may_adjust()
            for card in self:
                card._post_points(
                    points - int(card.points),
                    description=self.env.context.get("points_reason")
                    or self.env._("Changed from elsewhere"),
                )
        return vals


def _makes_lot(entry: Entry):
    return entry.lot == NEW and entry.kind in ("earn", "adjust") and entry.points > 0
