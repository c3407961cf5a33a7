"""An order of 50 lines among 1,000 running promotions, beside stock Odoo's programs.

Both have as many programs that ask for the same products, categories and amounts; a
part of ours asks for a customer group, which Odoo's can't. Three of them fit, however
many there are; at the end a hundred. What is measured is one update of an order after a
quantity changed, until all is in the database: as when the order is saved, and as each
request begins, with nothing of the database remembered.
"""

from __future__ import annotations

import argparse
import statistics
import time

from . import _odoo

LINES = 50
PRODUCTS, CATEGORIES, GROUPS = 2_000, 40, 30
TARGET_P95_MS, TARGET_GROWTH = 100, 1.5
#: Of the programs that ask for a product, so many ask for one of the order.
FEW, MANY = 3, 97


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    sizes = (10, 30) if small else (10, 100, 1_000)
    times = 5 if small else 40
    with _odoo.environment() as env:
        shop = _shop(env, 200 if small else PRODUCTS)
        order = _order(env, shop)
        rows, ours = [], {}
        for done, size in zip((0, *sizes), sizes, strict=False):
            start = time.monotonic()
            _programs(env, shop, range(done, size))
            env.cr.commit()
            print(f"{size:,} programs of each after {time.monotonic() - start:.0f} s")
            stock = _stock(env, order, 1 if size >= 1_000 else 3)
            rows.append((f"stock Odoo, {size:,} programs, median", stock, "ms"))
            ours[size] = _rows(env, order, times, f"ours, {size:,} programs", rows)
        fitting = _fit(env, shop, 10 if small else MANY)
        many = _rows(env, order, times, f"ours, {fitting} of them more fit", rows)
        _odoo.table(f"Update of an order of {LINES} lines", rows)
        lines = order._promotion_lines()
        print(
            f"  {len(lines)} promotion lines, {-sum(lines.mapped('price_total')):,.0f}"
        )
        for told, spent in {"few fit": ours[sizes[-1]], "many fit": many}.items():
            for how, each in spent.items():
                what = f"ms for 95 % of the updates, {told}, {how}"
                _judge(_p95(each), TARGET_P95_MS, what)
        growth = _median(ours[sizes[-1]]["warm"]) / _median(ours[sizes[0]]["warm"])
        factor = sizes[-1] // sizes[0]
        _judge(growth, TARGET_GROWTH, f"times the time for {factor} times as many")


def _rows(env, order, times: int, who: str, rows: list) -> dict[str, list[float]]:
    """Updates with caches that are warm, and with none; two rows of the table each."""
    spent = {
        how: _ours(env, order, times, cold=how == "cold") for how in ("warm", "cold")
    }
    for how, each in spent.items():
        rows.append((f"{who}, {how}, median", _median(each), "ms"))
        rows.append((f"{who}, {how}, 95 % below", _p95(each), "ms"))
    return spent


def _fit(env, shop: dict, wanted: int) -> int:
    """Let so many more of the programs fit the order."""
    bought = shop["goods"][:: len(shop["goods"]) // LINES]
    programs = env["loyalty.program"].search(
        [("is_promotion", "=", True), ("product_ids", "!=", False)], order="id"
    )
    chosen = programs.filtered(lambda p: not p.product_ids & bought)[:wanted]
    for number, program in enumerate(chosen):
        program.product_ids = bought[number % LINES]
    env.cr.commit()
    return len(chosen)


def _shop(env, products: int) -> dict:
    categories = env["product.category"].create(
        [{"name": f"Ngành {number}"} for number in range(CATEGORIES)]
    )
    goods = env["product.product"].create(
        [
            {
                "name": f"Hàng {number}",
                "list_price": 1_000 * (50 + number % 97),
                "categ_id": categories[number % CATEGORIES].id,
                "taxes_id": False,
                "type": "consu",
            }
            for number in range(products)
        ]
    )
    customer = env["res.partner"].create({"name": "Khách đo"})
    groups = env["crm.customer.group"].create(
        [
            {
                "name": f"Nhóm {number}",
                "fixed_partner_ids": customer.ids if number < 2 else [],
            }
            for number in range(GROUPS)
        ]
    )
    env["crm.customer.group"].flush_model()
    customer._refresh_membership()
    return {
        "goods": goods,
        "categories": categories,
        "groups": groups,
        "customer": customer,
    }


def _order(env, shop: dict):
    goods = shop["goods"]
    step = len(goods) // LINES
    return env["sale.order"].create(
        {
            "partner_id": shop["customer"].id,
            "order_line": [
                (0, 0, {"product_id": goods[number * step].id, "product_uom_qty": 2})
                for number in range(LINES)
            ],
        }
    )


def _programs(env, shop: dict, numbers: range) -> None:
    """Of ten: six for a product, one for a category, two for a group, one for all."""
    ours, stock = [], []
    bought = shop["goods"][:: len(shop["goods"]) // LINES]
    others = shop["goods"] - bought
    for number in numbers:
        asked, rule = {}, {"minimum_qty": 0, "minimum_amount": 90_000_000}
        kind = number % 10
        if kind < 6:
            product = bought[number] if number < FEW else others[number % len(others)]
            asked["product_ids"] = rule["product_ids"] = [(6, 0, product.ids)]
            rule["minimum_amount"] = 50_000
        elif kind == 6:
            category = shop["categories"][number // 10 % CATEGORIES]
            asked["product_category_ids"] = [(6, 0, category.ids)]
            rule["product_category_id"] = category.id
        elif kind < 9:
            group = shop["groups"][number % GROUPS]
            asked["customer_group_ids"] = [(6, 0, group.ids)]
        name = f"Chương trình {number}"
        level = {
            "benefit_type": "percent",
            "discount": 1 + number % 5,
            "min_amount": rule["minimum_amount"],
        }
        ours.append(
            asked
            | {
                "name": name,
                "is_promotion": True,
                "company_id": env.company.id,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "reward_ids": [(0, 0, level)],
            }
        )
        stock.append(
            {
                "name": name,
                "program_type": "promotion",
                "company_id": env.company.id,
                "applies_on": "current",
                "trigger": "auto",
                "rule_ids": [(0, 0, rule)],
                "reward_ids": [(0, 0, {"discount": level["discount"]})],
                "communication_plan_ids": [],
            }
        )
    env["loyalty.program"].create(stock)
    env["loyalty.program"].create(ours).action_start_promotion()


def _stock(env, order, times: int) -> float:
    order._update_programs_and_rewards()  # the first time makes cards
    spent = []
    for number in range(times):
        _change(env, order, 2 + number % 3)
        spent.append(_ms(env, order._update_programs_and_rewards))
    return statistics.median(spent)


def _ours(env, order, times: int, cold: bool = False) -> list[float]:
    order._update_promotions()
    spent = []
    for number in range(times):
        _change(env, order, 2 + number % 3)
        if cold:
            env.invalidate_all()
        spent.append(_ms(env, order._update_promotions))
    return spent


def _change(env, order, quantity: int) -> None:
    """Another quantity, of which the promotions haven't heard yet."""
    from odoo.addons.crm_promotion.models.crm_promotion_order import DEFER, Touched

    line = order.order_line.filtered(lambda line: not line.reward_id)[:1]
    line.with_context(**{DEFER: Touched()}).product_uom_qty = quantity
    env.flush_all()


def _ms(env, call) -> float:
    start = time.perf_counter()
    call()
    env.flush_all()
    return 1000 * (time.perf_counter() - start)


def _median(spent: list[float]) -> float:
    return statistics.median(spent)


def _p95(spent: list[float]) -> float:
    return sorted(spent)[int(len(spent) * 0.95) - 1]


def _judge(value: float, target: float, what: str) -> None:
    verdict = "ok" if value <= target else "MISSED"
    print(f"  {value:.2f} {what}; target {target}: {verdict}")


if __name__ == "__main__":
    main()
