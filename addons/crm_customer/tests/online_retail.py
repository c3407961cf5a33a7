"""Real sales lines of a shop, as orders and refunds: a second opinion on our figures.

The file lies outside of this repository; tests that need it are skipped without it.
"""

import csv
import os
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from odoo.tools import SQL

NAME = "online_retail_lines.csv"
#: Beside the project's folder, or where CRM_DATA says.
FOLDERS = (
    os.environ.get("CRM_DATA", ""),
    *(str(parent / "shared" / "data") for parent in Path(__file__).parents),
)


def find():
    """The file, or None."""
    paths = (Path(folder, NAME) for folder in FOLDERS if folder)
    return next((path for path in paths if path.is_file()), None)


def documents(path, customers=None):
    """Invoices of known customers: (number, customer, moment, amount), oldest first.

    Numbers that begin with C are cancellations; their amounts are negative. An amount
    is in hundredths, so that it is a whole number of đồng.

    :param int customers: so many of them only, the first ones in the file.
    """
    amounts, heads, known = defaultdict(Decimal), {}, {}
    with path.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            code = line["CustomerID"].split(".")[0]
            if not code or (
                customers and code not in known and len(known) >= customers
            ):
                continue
            known[code] = True
            number = line["InvoiceNo"]
            amounts[number] += int(line["Quantity"]) * Decimal(line["UnitPrice"])
            heads.setdefault(
                number, (code, datetime.fromisoformat(line["InvoiceDate"]))
            )
    found = [
        (number, code, moment, int(100 * amounts[number]))
        for number, (code, moment) in heads.items()
    ]
    return sorted(found, key=lambda document: (document[2], document[0]))


def load(case, found):
    """Make customers, confirmed orders and posted refunds of documents.

    One customer, order and refund are made by Odoo; the others are their copies with
    another name, customer, date and amount, so that thousands take a second.

    :param SalesCase case: a test; its shop gets the documents.
    :return: dict of the customers by their codes.
    """
    env = case.superuser_env
    codes = sorted({code for _number, code, _moment, _amount in found})
    partner = case.Partner.create({"name": "Customer"})
    order = case.make_order(partner, 1, "2010-01-01 00:00:00")
    refund = case.make_move(partner, 1, "out_refund")
    env.flush_all()
    numbers = "SELECT nextval('res_partner_id_seq') FROM generate_series(1, %s)"
    partners = case.Partner.browse(
        number for [number] in env.execute_query(SQL(numbers, len(codes)))
    )
    partner_of = dict(zip(codes, partners, strict=True))
    _copy(partner, [_partner_values(*item) for item in partner_of.items()])
    bought = [document for document in found if not document[0].startswith("C")]
    returned = [document for document in found if document[0].startswith("C")]
    for model, some, values in (
        (order, bought, _order_values),
        (refund, returned, _refund_values),
    ):
        _copy(
            model,
            [
                values(number, partner_of[code], moment, amount)
                for number, code, moment, amount in some
            ],
        )
    for statement, record in (
        ("UPDATE sale_order SET state = 'cancel' WHERE id = %s", order),
        ("UPDATE account_move SET state = 'cancel' WHERE id = %s", refund),
        (
            "UPDATE account_move_line SET parent_state = 'cancel' WHERE move_id = %s",
            refund,
        ),
    ):
        env.cr.execute(statement, [record.id])
    env.invalidate_all()
    return partner_of


def _partner_values(code, partner):
    name = f"Customer {code}"
    return {
        "id": partner.id,
        "commercial_partner_id": partner.id,
        "name": name,
        "complete_name": name,
        "ref": f"OR{code}",
    }


def _order_values(number, partner, moment, amount):
    return {
        "name": number,
        "partner_id": partner.id,
        "date_order": moment,
        "amount_total": amount,
    }


def _refund_values(number, partner, moment, amount):
    return {
        "name": number,
        "partner_id": partner.id,
        "commercial_partner_id": partner.id,
        "date": moment.date(),
        "amount_total": -amount,
        "amount_total_signed": amount,
    }


def _copy(model, rows):
    """Insert copies of a record that differ in the columns of the rows."""
    if not rows:
        return
    names = list(rows[0])
    own = SQL(", ").join(SQL.identifier(name) for name in names)
    others = [
        name
        for name, field in model._fields.items()
        if field.store and field.column_type and name not in {"id", *names}
    ]
    arrays = [
        SQL(
            "%s::%s[]",
            [row[name] for row in rows],
            SQL(model._fields[name].column_type[0]),
        )
        for name in names
    ]
    model.env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (%(own)s, %(others)s)
            SELECT %(given)s, %(copied)s
              FROM unnest(%(arrays)s) AS v (%(own)s), %(table)s AS m
             WHERE m.id = %(model)s
            """,
            table=SQL.identifier(model._table),
            own=own,
            others=SQL(", ").join(SQL.identifier(name) for name in others),
            given=SQL(", ").join(SQL.identifier("v", name) for name in names),
            copied=SQL(", ").join(SQL.identifier("m", name) for name in others),
            arrays=SQL(", ").join(arrays),
            model=model.id,
        )
    )
