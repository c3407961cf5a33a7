"""What a confirmed order costs with our points, beside a loyalty program of Odoo's.

Two companies in one database, one with our points program and one with Odoo's own, sell
the same goods to customers who have points already; their orders are confirmed in turn.
"""

from __future__ import annotations

import argparse
import statistics
import time

from . import _odoo

TARGET_RATIO = 1.3
CUSTOMERS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    times = 5 if small else 100
    with _odoo.environment() as env:
        stock, ours = _stock_shop(env), _our_shop(env)
        env.cr.commit()
        _compare(stock, ours, "an order that earns points", times, spends=False)
        _compare(stock, ours, "an order that uses points, too", times, spends=True)


class _Shop:
    """A company with a program, goods and customers; takes and confirms orders."""

    def __init__(self, env, name: str):
        company = env["res.company"].create(
            {"name": name, "currency_id": env.ref("base.VND").id}
        )
        env.user.company_ids += company
        self.env = env(context=dict(env.context, allowed_company_ids=company.ids))
        self.product = self.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "list_price": 500_000,
                "taxes_id": False,
                "company_id": company.id,
            }
        )
        self.customers = self.env["res.partner"].create(
            [{"name": f"{name} {number}"} for number in range(CUSTOMERS)]
        )

    def order(self, number: int):
        line = {"product_id": self.product.id, "product_uom_qty": 2}
        return self.env["sale.order"].create(
            {
                "partner_id": self.customers[number % CUSTOMERS].id,
                "order_line": [(0, 0, line), (0, 0, line), (0, 0, line)],
            }
        )

    def spend(self, order) -> None:
        raise NotImplementedError

    def confirm(self, order) -> tuple[float, int]:
        """:return: milliseconds and queries, until the transaction can be committed."""
        cr = self.env.cr
        cr.commit()
        self.env.invalidate_all()
        before, start = cr.sql_log_count, time.perf_counter()
        order.action_confirm()
        cr.flush()
        taken = 1000 * (time.perf_counter() - start), cr.sql_log_count - before
        cr.commit()
        return taken


class _StockShop(_Shop):
    def __init__(self, env, name: str):
        super().__init__(env, name)
        program = self.env["loyalty.program"].create(
            {
                "name": name,
                "company_id": self.env.company.id,
                "program_type": "loyalty",
                "applies_on": "future",
                "trigger": "auto",
                "portal_visible": True,
                "portal_point_name": "points",
                "rule_ids": [
                    (
                        0,
                        0,
                        {
                            "reward_point_mode": "money",
                            "reward_point_amount": 0.0001,
                        },
                    )
                ],
                "reward_ids": [
                    (
                        0,
                        0,
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_point",
                            "discount": 100,
                            "required_points": 1,
                            "discount_applicability": "order",
                        },
                    )
                ],
                "communication_plan_ids": [],
            }
        )
        self.reward = program.reward_ids

    def spend(self, order) -> None:
        order._update_programs_and_rewards()
        [card] = order._get_claimable_rewards()
        order._apply_program_reward(self.reward, card)
        order._update_programs_and_rewards()


class _OurShop(_Shop):
    def __init__(self, env, name: str):
        super().__init__(env, name)
        self.env["loyalty.program"]._provide_points_program(self.env.company)

    def spend(self, order) -> None:
        order.points_to_spend = order.points_allowed


def _stock_shop(env) -> _Shop:
    return _with_points(_StockShop(env, "Stock"))


def _our_shop(env) -> _Shop:
    return _with_points(_OurShop(env, "Ours"))


def _with_points(shop: _Shop) -> _Shop:
    for number in range(CUSTOMERS):
        shop.confirm(shop.order(number))
    return shop


def _compare(stock: _Shop, ours: _Shop, title: str, times: int, *, spends: bool):
    """Both in turn, so that whatever else the machine does meets both."""
    taken = {stock: [], ours: []}
    for number in range(times):
        for shop in (stock, ours) if number % 2 else (ours, stock):
            order = shop.order(number)
            if spends:
                shop.spend(order)
            taken[shop].append(shop.confirm(order))
    figures = {
        shop: [statistics.median(column) for column in zip(*rows, strict=True)]
        for shop, rows in taken.items()
    }
    _odoo.table(
        f"Confirming {title}, median of {times}",
        [
            ("Odoo's loyalty program", figures[stock][0], "ms"),
            ("our points", figures[ours][0], "ms"),
        ],
    )
    print(f"  queries: {figures[stock][1]:.0f} and {figures[ours][1]:.0f}")
    ratio = figures[ours][0] / figures[stock][0]
    verdict = "within" if ratio <= TARGET_RATIO else "above"
    print(f"  {ratio:.2f} times: {verdict} the target of {TARGET_RATIO}")


if __name__ == "__main__":
    main()
