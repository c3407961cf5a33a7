"""A company with promotions, for storms; what processes do there."""

FOREVER = {"date_from": "2020-01-01", "date_to": "2099-12-31"}


def make_product(env, name, price):
    return env["product.product"].create(
        {"name": name, "type": "consu", "list_price": price, "taxes_id": False}
    )


def make_program(env, name, ours, **vals):
    """A program with 10 % off, of ours and running, or of stock Odoo."""
    reward = {
        "discount": 10,
        "discount_mode": "percent",
        "discount_applicability": "order",
    }
    program = env["loyalty.program"].create(
        {
            "name": name,
            "is_promotion": ours,
            "applies_on": "current",
            "rule_ids": [] if ours else [(0, 0, {})],
            "reward_ids": [(0, 0, reward)],
            "communication_plan_ids": [],
            "company_id": env.company.id,
            "currency_id": env.company.currency_id.id,
            **FOREVER,
            **vals,
        }
    )
    if ours:
        program.action_start_promotion()
    return program


def new_order(env, partner, product, **line):
    return env["sale.order"].create(
        {
            "partner_id": partner,
            "company_id": env.company.id,
            "order_line": [(0, 0, {"product_id": product, **line})],
        }
    )
