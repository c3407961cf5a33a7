"""A shop's orders, invoices and refunds of three years, the same at each run."""

from __future__ import annotations

from . import _customers, _sql

#: Of all orders; the rest is confirmed.
CANCELLED, QUOTATIONS = 0.04, 0.04
#: Documents in the accounts, as shares of the number of orders.
INVOICED, REFUNDED = 0.05, 0.02
UNPAID = 0.3
DAYS = 1095
#: What isn't required but belongs to every line of a journal entry.
USUAL = ("account_id", "parent_state", "company_id", "journal_id", "display_type")


def seed(env, customers: int = 200_000, orders: int = 1_000_000) -> list[int]:
    """Customers with orders, invoices (some unpaid) and refunds, of ``env.company``.

    A few customers have very many orders and many have none or one.

    :return: the ids of the customers.
    """
    first = _customers.seed(env, customers)
    env.cr.execute("SELECT setseed(0.19)")
    _seed_orders(env, first, customers, orders)
    _seed_moves(env, "out_invoice", first, customers, int(orders * INVOICED))
    _seed_moves(env, "out_refund", first, customers, int(orders * REFUNDED))
    return list(range(first, first + customers))


def make_order(env, partner_id: int, amount: float = 500_000):
    """A quotation of one line, as a salesperson makes it."""
    product = _product(env)
    line = {"product_id": product.id, "price_unit": amount, "tax_ids": False}
    return env["sale.order"].create(
        {"partner_id": partner_id, "order_line": [(0, 0, line)]}
    )


def _product(env):
    found = env["product.product"].search([("default_code", "=", "BENCH")], limit=1)
    return found or env["product.product"].create(
        {"name": "Áo", "default_code": "BENCH", "type": "service"}
    )


def _seed_orders(env, first: int, customers: int, orders: int) -> None:
    model = make_order(env, first)
    given = ("id", "partner_id", "partner_invoice_id", "partner_shipping_id", "name")
    given += ("date_order", "amount_total", "state")
    required = _sql.required(env, "sale_order", given=given)
    # What isn't required but belongs to every order.
    required += {"currency_id", "currency_rate"} - set(required)
    with _sql.indexes_built_afterwards(env, "sale_order"):
        env.cr.execute(
            _sql.sql(
                """
                INSERT INTO sale_order
                       (partner_id, partner_invoice_id, partner_shipping_id, name,
                        date_order, create_date, amount_total, amount_untaxed,
                        amount_tax, state, invoice_status, %(others)s)
                SELECT buyer, buyer, buyer, 'B' || lpad(n::text, 8, '0'), at, at,
                       amount, amount, 0,
                       CASE WHEN luck < %(cancelled)s THEN 'cancel'
                            WHEN luck < %(cancelled)s + %(quotations)s THEN 'draft'
                            ELSE 'sale' END,
                       'no', %(values)s
                  FROM sale_order AS model, (
                       SELECT n,
                              %(first)s + floor(%(count)s * random() ^ 2)::int AS buyer,
                              date_trunc('second', now() AT TIME ZONE 'UTC'
                                  - random() ^ 1.3 * %(days)s * interval '1 day') AS at,
                              1000 * (50 + floor(random() ^ 3 * 3000)) AS amount,
                              random() AS luck
                         FROM generate_series(1, %(orders)s) AS n) AS made
                 WHERE model.id = %(model)s
                """,
                others=_sql.columns(required),
                values=_sql.columns(required, "model"),
                model=model.id,
                first=first,
                count=customers,
                orders=orders,
                days=DAYS,
                cancelled=CANCELLED,
                quotations=QUOTATIONS,
            )
        )


def _seed_moves(env, kind: str, first: int, customers: int, count: int) -> None:
    """Posted invoices or credit notes with their two lines."""
    line = {"product_id": _product(env).id, "price_unit": 100_000, "tax_ids": False}
    model = env["account.move"].create(
        {
            "move_type": kind,
            "partner_id": first,
            "invoice_date": "2026-01-01",
            "invoice_line_ids": [(0, 0, line)],
        }
    )
    model.action_post()
    own = _sql.next_id(env, "account_move")
    _copy_moves(env, model, own, first, customers, count)
    for template in model.line_ids:
        _copy_lines(env, template, own)
    _sql.vacuum(env, "account_move")
    _sql.vacuum(env, "account_move_line")


def _copy_moves(env, model, own: int, first: int, customers: int, count: int) -> None:
    given = (
        "id",
        "name",
        "date",
        "partner_id",
        "commercial_partner_id",
        "amount_total",
    )
    given += ("amount_total_signed", "invoice_date", "sequence_number")
    required = _sql.required(env, "account_move", given=given)
    required += {"sequence_prefix"} - set(required)
    with _sql.indexes_built_afterwards(env, "account_move"):
        env.cr.execute(
            _sql.sql(
                """
                INSERT INTO account_move
                       (id, name, partner_id, commercial_partner_id, date, invoice_date,
                        amount_total, amount_total_signed, sequence_number,
                        payment_state, %(others)s)
                SELECT %(own)s + n, 'BENCH/' || %(own)s + n, buyer, buyer, day, day,
                       amount, sign(model.amount_total_signed) * amount, n,
                       CASE WHEN random() < %(unpaid)s THEN 'not_paid' ELSE 'paid' END,
                       %(values)s
                  FROM account_move AS model, (
                       SELECT n,
                              %(first)s + floor(%(count)s * random() ^ 2)::int AS buyer,
                              CURRENT_DATE - floor(random() * %(days)s)::int AS day,
                              1000 * (50 + floor(random() ^ 3 * 3000)) AS amount
                         FROM generate_series(1, %(moves)s) AS n) AS made
                 WHERE model.id = %(model)s
                """,
                others=_sql.columns(required),
                values=_sql.columns(required, "model"),
                own=own,
                model=model.id,
                first=first,
                count=customers,
                moves=count,
                days=DAYS,
                unpaid=UNPAID,
            )
        )
        env.cr.execute(
            "SELECT setval('account_move_id_seq', (SELECT MAX(id) FROM account_move))"
        )


def _copy_lines(env, template, own: int) -> None:
    """The line of each copied move that corresponds to this line of the model."""
    given = ("id", "move_id", "partner_id", "balance", "debit", "credit")
    given += ("amount_currency", "amount_residual", "reconciled", "date")
    required = _sql.required(env, "account_move_line", given=given)
    required += {*USUAL} - set(required)
    with _sql.indexes_built_afterwards(env, "account_move_line"):
        env.cr.execute(
            _sql.sql(
                """
                INSERT INTO account_move_line
                       (move_id, partner_id, date, balance, amount_currency, debit,
                        credit, amount_residual, amount_residual_currency, reconciled,
                        %(others)s)
                SELECT m.id, m.partner_id, m.date, signed, signed,
                       GREATEST(signed, 0), GREATEST(-signed, 0),
                       owed, owed, owed = 0, %(values)s
                  FROM account_move_line AS model,
                       account_move AS m,
                       LATERAL (SELECT sign(model.balance) * m.amount_total AS signed)
                           AS a,
                       LATERAL (SELECT CASE WHEN %(open)s
                                             AND m.payment_state = 'not_paid'
                                            THEN signed ELSE 0 END AS owed) AS b
                 WHERE model.id = %(model)s
                   AND m.id > %(own)s AND m.name LIKE 'BENCH/%%'
                   AND m.move_type = %(kind)s
                """,
                others=_sql.columns(required),
                values=_sql.columns(required, "model"),
                open=template.account_id.account_type == "asset_receivable",
                model=template.id,
                own=own,
                kind=template.move_id.move_type,
            )
        )
