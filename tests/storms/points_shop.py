"""A shop with a points program, for storms; what processes do there."""

from .shop import make_company


def make_company_with_books(env, name):
    """A company in đồng with the least that invoices need; an environment of it."""
    env = make_company(env, name)
    receivable, income = env["account.account"].create(
        [
            {"code": "131901", "name": "R", "account_type": "asset_receivable"},
            {"code": "511901", "name": "I", "account_type": "income"},
        ]
    )
    env["account.journal"].create(
        {
            "name": "S",
            "code": "STM",
            "type": "sale",
            "default_account_id": income.id,
        }
    )
    env["ir.default"].set(
        "res.partner",
        "property_account_receivable_id",
        receivable.id,
        company_id=env.company.id,
    )
    return env


def make_shop(env, name, customers, **program_vals):
    """Ids of a company, its product and points program, and so many customers."""
    env = make_company_with_books(env, name)
    product = env["product.product"].create(
        {
            "name": name,
            "type": "consu",
            "list_price": 100_000,
            "taxes_id": False,
            "invoice_policy": "order",
        }
    )
    program = env["loyalty.program"]._provide_points_program(env.company)
    program.write(program_vals)
    partners = env["res.partner"].create(
        [{"name": f"{name} {number}"} for number in range(customers)]
    )
    return {
        "company": env.company.id,
        "product": product.id,
        "program": program.id,
        "partners": partners.ids,
    }


def provide_accounts(env, shop):
    """The accounts of the shop's customers."""
    program = env["loyalty.program"].browse(shop["program"])
    partners = env["res.partner"].browse(shop["partners"])
    accounts = env["loyalty.card"]._provide_accounts(program, partners)
    return env["loyalty.card"].union(*accounts.values())


def new_order(env, shop, partner, quantity):
    line = {"product_id": shop["product"], "product_uom_qty": quantity}
    return env["sale.order"].create(
        {
            "partner_id": partner,
            "company_id": shop["company"],
            "order_line": [(0, 0, line)],
        }
    )


def unproved(env, cards):
    """What the proof of balances says about these accounts."""
    rows = env["loyalty.card"]._verify_points()
    return [str(row) for row in rows if row[0] in cards.ids]
