"""What the processes of ``test_points_ledger`` do, and what must be true afterwards."""

import os
import random
import signal
import time
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

import odoo.sql_db
from odoo import fields
from odoo.exceptions import UserError
from odoo.service.model import retrying

from .harness import fork
from .points_shop import environment, make_shop, new_order

#: Of all operations, those that end in mid-transaction.
KILLED = 0.05


def storm(registry, operations, processes, accounts, guarded):
    """Let the processes loose, then say what they did and what is wrong."""
    storm_shop = _Shop(registry, operations, accounts)
    odoo.sql_db.close_all()
    done, killed = fork(
        processes,
        operations,
        lambda share, say: storm_shop.work(share, say, guarded=guarded),
    )
    wrong, lines = storm_shop.judge()
    return {"done": done, "killed": killed, "wrong": wrong, "lines": lines}


class _Shop:
    """A shop whose customers have lots that expired yesterday, and others."""

    def __init__(self, registry, operations, accounts):
        self.registry = registry
        self.keys = [f"storm:{os.getpid()}:{n}" for n in range(operations // 10 + 1)]
        with registry.cursor() as cr:
            self.ids = make_shop(
                environment(cr), f"Storm {os.getpid()}", accounts, debt_policy="forgive"
            )
            self._seed(self.environment(cr))

    def environment(self, cr):
        return environment(cr, allowed_company_ids=[self.ids["company"]])

    def _seed(self, env):
        program = env["loyalty.program"].browse(self.ids["program"])
        partners = env["res.partner"].browse(self.ids["partners"])
        cards = env["loyalty.card"]._provide_accounts(program, partners).values()
        with freeze_time(fields.Datetime.now() - timedelta(days=3)):
            yesterday = program._local_day() + timedelta(days=2)
            for card in cards:
                for _lot in range(3):
                    card._post_points(20, description="old", expires_on=yesterday)
        for card in cards:
            card._post_points(200, description="seed")
        env.cr.execute("CREATE TABLE IF NOT EXISTS storm_adjust (card int, points int)")
        env.cr.execute("TRUNCATE storm_adjust")
        env.cr.execute(
            "INSERT INTO storm_adjust SELECT id, 260 FROM loyalty_card "
            "WHERE program_id = %s",
            [program.id],
        )

    # What a process does.

    def work(self, share, say, *, guarded):
        # Odoo waits seconds before it repeats; a storm is denser.
        patch("odoo.service.model.random.uniform", lambda low, high: high / 40).start()
        if not guarded:
            patch.object(
                self.registry["loyalty.card"], "_change_balance", self._unguarded
            ).start()
        random.seed(os.getpid() * 7919 + time.time_ns())
        for _number in range(share):
            say(self._operation())

    def _operation(self):
        act, partner = random.choice(ACTS), random.choice(self.ids["partners"])
        die = random.random() < KILLED
        with self.registry.cursor() as cr:
            env = self.environment(cr)

            def perform():
                act(self, env, partner)
                if die:
                    env.cr.flush()
                    os.kill(os.getpid(), signal.SIGKILL)

            try:
                retrying(perform, env)
                return act.__name__
            except UserError:
                return "refused"
            except Exception as error:
                return type(error).__name__
            finally:
                cr.rollback()

    @property
    def _unguarded(self):
        def change_balance(card, entries, *_more):
            """The balance is right, but no row of the transaction's own changes."""
            with self.registry.cursor() as other:
                other.execute(
                    "UPDATE loyalty_card SET points = points + %s WHERE id = %s",
                    [sum(entry.points for entry in entries), card.id],
                )
            return 0

        return change_balance

    def _some_order(self, env, state):
        orders = env["sale.order"]
        domain = [("company_id", "=", self.ids["company"]), ("state", "=", state)]
        count = orders.search_count(domain)
        if not count:
            return orders
        return orders.search(domain, offset=random.randrange(count), limit=1)

    def earn(self, env, partner):
        new_order(env, self.ids, partner, random.randint(1, 8)).action_confirm()

    def spend(self, env, partner):
        order = new_order(env, self.ids, partner, random.randint(1, 8))
        if allowed := order.points_allowed:
            order.points_to_spend = random.randint(1, allowed)
        order.action_confirm()

    def cancel(self, env, _partner):
        order = self._some_order(env, "sale")
        if not order.invoice_ids:
            order._action_cancel()

    def again(self, env, _partner):
        order = self._some_order(env, "cancel")
        order.action_draft()
        order.action_confirm()

    def edit(self, env, _partner):
        order = self._some_order(env, "sale")
        lines = order.order_line.filtered(lambda line: not line.reward_id)
        if not order.invoice_ids:
            lines.product_uom_qty = random.randint(1, 8)

    def give_back(self, env, _partner):
        order = self._some_order(env, "sale")
        invoice = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )[:1]
        if order and not invoice:
            order._create_invoices(final=True).action_post()
        elif order and not order.points_returned:
            refund = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
            refund.invoice_line_ids[:1].quantity = 1
            refund.action_post()

    def expire(self, env, _partner):
        cards = env["loyalty.card"].search([("program_id", "=", self.ids["program"])])
        cards.browse(random.sample(cards.ids, 10))._job_expire_points()

    def adjust(self, env, partner):
        program = env["loyalty.program"].browse(self.ids["program"])
        customer = env["res.partner"].browse(partner)
        card = env["loyalty.card"]._find_account(program, customer)
        points = random.choice([-30, -5, 5, 40])
        if points < 0 and card._usable_points() < -points:
            return
        if points > 0 and random.random() < 0.5:
            key = random.choice(self.keys)
            known = env["loyalty.history"].search([("idempotency_key", "=", key)])
            card._post_points(points, description="key", key=key)
            if known:
                return
        else:
            card._post_points(points, description="adjust")
        env.cr.execute("INSERT INTO storm_adjust VALUES (%s, %s)", [card.id, points])

    # Afterwards.

    def judge(self):
        """:return: what is wrong, in words, and how many lines there are."""
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            cards = env["loyalty.card"].search(
                [("program_id", "=", self.ids["program"])]
            )
            rows = cards._verify_points()
            wrong = [f"verify: {row}" for row in rows if row[0] in cards.ids]
            due = self._judge_orders(env, cards, wrong)
            cr.execute("SELECT card, SUM(points) FROM storm_adjust GROUP BY card")
            adjusted = dict(cr.fetchall())
            for card in cards:
                self._judge_card(
                    card, due[card.id] + (adjusted.get(card.id) or 0), wrong
                )
            domain = [("card_id", "in", cards.ids)]
            lines = env["loyalty.history"].search_count(domain)
            cr.rollback()
        return wrong, lines

    def _judge_orders(self, env, cards, wrong):
        """Each order has what follows from its state; account -> points of all."""
        due = dict.fromkeys(cards.ids, 0)
        orders = env["sale.order"].search([("company_id", "=", self.ids["company"])])
        for order in orders:
            target = order._points_target()
            for card, rows in order._read_posted().get(order.id, {}).items():
                given = sum(r.points for r in rows if r.kind.startswith("earn"))
                taken = -sum(
                    r.points
                    for r in rows
                    if r.kind.startswith("spend") or r.kind == "move"
                )
                mine = target["card"].id == card
                right = (target["earned"], target["spent"]) if mine else (0, 0)
                if (given, taken) != right:
                    wrong.append(f"{order.name}: {given, taken} is not {target}")
                due[card] += given - taken
        return due

    def _judge_card(self, card, due, wrong):
        """The balance is what orders, adjustments, expiry and pardons make it."""
        kinds = ("expire", "expire_back", "write_off", "write_off_back")
        lines = card.history_ids
        others = lines.filtered(lambda line: line.kind in kinds)
        expected = due + sum(others.mapped("points"))
        if card.points != expected:
            wrong.append(f"card {card.id}: {card.points} is not {expected}")
        if card.points < 0:
            wrong.append(f"card {card.id} is below zero: {card.points}")
        card._replay("storm")
        fresh = set((card.history_ids - lines).mapped("kind")) - {"expire"}
        if fresh:
            wrong.append(f"card {card.id}: lots are not those of a replay: {fresh}")


ACTS = [
    *[_Shop.earn] * 5,
    *[_Shop.spend] * 6,
    *[_Shop.cancel] * 3,
    *[_Shop.again] * 2,
    *[_Shop.edit] * 2,
    *[_Shop.give_back] * 3,
    *[_Shop.expire] * 2,
    *[_Shop.adjust] * 4,
]
