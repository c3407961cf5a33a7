"""What the processes of ``test_points_replay`` do: two worlds per customer."""

from contextlib import ExitStack
from unittest.mock import patch

from freezegun import freeze_time

from . import points_shop
from .shop import in_company


def make_shop(env, name):
    env = points_shop.make_company_with_books(env, name)
    product = env["product.product"].create(
        {
            "name": "Goods",
            "type": "consu",
            "taxes_id": False,
            "invoice_policy": "order",
        }
    )
    program = env["loyalty.program"]._provide_points_program(env.company)
    program.write({"validity": "months", "validity_months": 2, "earn_base": "before"})
    return {"company": env.company.id, "product": product.id, "program": program.id}


def live(env, shop, story):
    """Live a customer's story; nothing of it stays in the database.

    :return: what happened; how both stand, and what the proof of balances says.
    """
    env = in_company(env, shop["company"])
    orders = type(env["sale.order"])
    with ExitStack() as stack:
        # A world may owe points that it never had; the other is asked for as much.
        for name in ("_check_points_allowed", "_update_programs_and_rewards"):
            stack.enter_context(patch.object(orders, name, lambda *args: None))
        # Starting it takes long, as it looks into each module.
        clock = stack.enter_context(freeze_time(story[0]["at"]))
        world = _Worlds(env, shop, clock)
        result = world.live(story)
    env.cr.rollback()
    return result


class _Worlds:
    """One customer buys and returns; another buys only what the first one kept."""

    def __init__(self, env, shop, clock):
        self.env = env
        self.clock = clock
        self.product = env["product.product"].browse(shop["product"])
        self.program = env["loyalty.program"].browse(shop["program"])
        self.done = {"orders": 0, "returns": 0, "spends": 0}

    def live(self, story):
        partners = self.env["res.partner"].create([{"name": "Real"}, {"name": "Kept"}])
        accounts = self.env["loyalty.card"]._provide_accounts(self.program, partners)
        real, kept = partners
        orders = {}
        for event in story:
            self.clock.move_to(event["at"])
            if event["kind"] == "buy":
                orders[event["number"]] = self._buy_and_pay(real, event)
            else:
                self._return(orders[event["number"]], event)
                self.done["returns"] += 1
        for event in story:
            if event["kind"] == "buy" and any(event["kept"]):
                self.clock.move_to(event["at"])
                points = orders[event["number"]].points_spent
                self._buy(kept, event, event["kept"], points)
        self.clock.move_to(story[-1]["at"])
        cards = self.env["loyalty.card"].union(*accounts.values())
        for card in cards:
            card._job_expire_points()
        proof = points_shop.unproved(self.env, cards)
        return self.done, self._stand(real), self._stand(kept), proof

    def _buy_and_pay(self, partner, event):
        worth = sum(line["quantity"] * line["price"] for line in event["lines"])
        card = self.env["loyalty.card"]._find_account(self.program, partner)
        points = min(card._usable_points() // 2, int(worth // 200))
        points = points if event["spends"] else 0
        quantities = [line["quantity"] for line in event["lines"]]
        order = self._buy(partner, event, quantities, points)
        order._create_invoices(final=True).action_post()
        self._close()
        self.done["orders"] += 1
        self.done["spends"] += bool(points)
        return order

    def _buy(self, partner, event, quantities, points):
        lines = [
            {
                "product_id": self.product.id,
                "product_uom_qty": quantity,
                "price_unit": line["price"],
            }
            for line, quantity in zip(event["lines"], quantities, strict=True)
            if quantity
        ]
        order = self.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [(0, 0, line) for line in lines]}
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
            order.order_line = [(0, 0, discount)]
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
        return card.points, card.points_debt, lots
