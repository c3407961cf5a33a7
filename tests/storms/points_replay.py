"""What the process of ``test_points_replay`` does: two worlds per customer."""

import json
import sys
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command

from .points_shop import environment, make_company


def replay(registry):
    """Live the stories of the input; what happened, and whose worlds differ.

    Nothing stays in the database.
    """
    done = {"customers": 0, "orders": 0, "returns": 0, "spends": 0}
    wrong = []
    with registry.cursor() as cr:
        worlds = _Worlds(make_company(environment(cr), "Replay"))
        for story in json.load(sys.stdin):
            cr.execute("SAVEPOINT story")
            real, kept, proof = worlds.live(story, done)
            if real != kept or proof:
                wrong.append([story[0]["customer"], real, kept, proof])
            done["customers"] += 1
            cr.execute("ROLLBACK TO SAVEPOINT story")
            worlds.env.invalidate_all(flush=False)
        cr.rollback()
    return done | {"wrong": wrong}


class _Worlds:
    """One customer buys and returns; another buys only what the first one kept."""

    def __init__(self, env):
        self.env = env
        self.product = env["product.product"].create(
            {
                "name": "Goods",
                "type": "consu",
                "taxes_id": False,
                "invoice_policy": "order",
            }
        )
        self.program = env["loyalty.program"]._provide_points_program(env.company)
        self.program.write(
            {"validity": "months", "validity_months": 2, "earn_base": "before"}
        )
        orders = type(env["sale.order"])
        # A world may owe points that it never had; the other is asked for as much.
        patch.object(
            orders, "_check_points_allowed", lambda order, points: None
        ).start()
        patch.object(orders, "_update_programs_and_rewards", lambda order: None).start()

    def live(self, story, done):
        """:return: how both stand, and what the proof of balances says."""
        env = self.env
        partners = env["res.partner"].create([{"name": "Real"}, {"name": "Kept"}])
        accounts = env["loyalty.card"]._provide_accounts(self.program, partners)
        real, kept = partners
        orders = {}
        for event in story:
            with freeze_time(event["at"]):
                if event["kind"] == "buy":
                    orders[event["number"]] = self._buy_and_pay(real, event, done)
                else:
                    self._return(orders[event["number"]], event)
                    done["returns"] += 1
        for event in story:
            if event["kind"] == "buy" and any(event["kept"]):
                with freeze_time(event["at"]):
                    points = orders[event["number"]].points_spent
                    self._buy(kept, event, event["kept"], points)
        with freeze_time(story[-1]["at"]):
            for account in accounts.values():
                account._job_expire_points()
        ids = [account.id for account in accounts.values()]
        rows = env["loyalty.card"]._verify_points()
        proof = [str(row) for row in rows if row[0] in ids]
        return self._stand(real), self._stand(kept), proof

    def _buy_and_pay(self, partner, event, done):
        worth = sum(line["quantity"] * line["price"] for line in event["lines"])
        card = self.env["loyalty.card"]._find_account(self.program, partner)
        points = min(card._usable_points() // 2, int(worth // 200))
        points = points if event["spends"] else 0
        quantities = [line["quantity"] for line in event["lines"]]
        order = self._buy(partner, event, quantities, points)
        order._create_invoices(final=True).action_post()
        self._close()
        done["orders"] += 1
        done["spends"] += bool(points)
        return order

    def _buy(self, partner, event, quantities, points):
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": line["price"],
                        }
                    )
                    for line, quantity in zip(event["lines"], quantities, strict=True)
                    if quantity
                ],
            }
        )
        if points:
            reward = self.program.reward_ids
            discount = {
                "product_id": reward.discount_line_product_id.id,
                "product_uom_qty": 1,
                "price_unit": -100 * points,
                "name": "Points",
                "reward_id": reward.id,
                "points_cost": points,
                "tax_ids": False,
                "coupon_id": order._points_account().id,
            }
            order.order_line = [Command.create(discount)]
        order.action_confirm()
        self._close()
        return order

    def _return(self, order, event):
        goods = order._points_goods()[event["line"]]
        invoice = order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        refund = invoice._reverse_moves([{"invoice_date": event["at"]}])
        for line in refund.invoice_line_ids:
            if line.sale_line_ids == goods:
                line.quantity = event["quantity"]
            else:
                line.unlink()
        refund.action_post()
        self._close()

    def _close(self):
        """What happens at the end of a transaction."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
        self.env.cr.precommit.clear()

    def _stand(self, partner):
        """Balance, debt, and what can be used until when."""
        card = self.env["loyalty.card"]._find_account(self.program, partner)
        lots = {}
        for lot in card.history_ids.filtered("remaining"):
            day = str(lot.expires_on)
            lots[day] = lots.get(day, 0) + lot.remaining
        return [card.points, card.points_debt, lots]
