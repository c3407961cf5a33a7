import json
import logging

import psycopg2

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, html2plaintext, plaintext2html

_logger = logging.getLogger(__name__)

#: No "created" messages, followers or tracking for thousands of customers; no parents,
#: so nothing to synchronise between them.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "_partners_skip_fields_sync": True,
}
#: Tables whose references to a customer don't keep an import from being undone.
NO_DEPENDENTS = {
    "crm_customer_import_row",
    "mail_followers",
    "res_partner_res_partner_category_rel",
}
#: What points at a customer without a foreign key: model, field of its model, which.
REFERRING = (
    (
        "mail.message",
        "model",
        [("message_type", "in", ("comment", "email", "sms"))],
    ),
    ("mail.activity", "res_model", []),
    ("ir.attachment", "res_model", [("res_field", "=", False)]),
)


class CrmCustomerImportWriter(models.AbstractModel):
    """Applies planned rows through the ORM, and takes them back."""

    _name = "crm.customer.import.writer"
    _description = "Writing of a Customer Import"

    def _apply(self, record, rows):
        """Create and update the customers of some planned rows.

        A row that can't be written doesn't keep the others from it.
        """
        new = rows.filtered(lambda row: row.state == "create")
        self._apply_apart(record, new, self._create_customers)
        known = rows - new
        unchanged = known.filtered(
            lambda row: row.partner_id and not self._changes(record, row)
        )
        self._mark(
            [(row.id, "unchanged", row.partner_id.id, None) for row in unchanged]
        )
        for row in known - unchanged:
            self._apply_apart(record, row, self._update_customer)

    def _apply_apart(self, record, rows, write):
        """Write rows together; if that fails, each alone, refusing those at fault."""
        if not rows:
            return
        try:
            with self.env.cr.savepoint():
                write(record, rows)
                self.env.flush_all()
        except (UserError, ValueError, psycopg2.IntegrityError) as error:
            # ValueError: an automation rule of the shop with an error in its code
            if len(rows) > 1:
                for row in rows:
                    self._apply_apart(record, row, write)
                return
            self._refuse(rows, self._message(error))

    def _customers(self, record):
        return (
            self.env["res.partner"]
            .with_company(record.company_id)
            .with_context(**QUIET)
        )

    def _create_customers(self, record, rows):
        model = self._customers(record)
        defaults = model.default_get(list(model._fields))
        customers = model.with_context(crm_customer_defaults=defaults).create(
            [{"is_customer": True} | self._values(row.vals) for row in rows]
        )
        self._mark(
            [
                (row.id, "created", customer.id, None)
                for row, customer in zip(rows, customers, strict=True)
            ]
        )

    def _update_customer(self, record, row):
        customer = self._customer(record, row)
        if not customer:
            raise UserError(row._sentence({"code": "customer_unknown"}))
        changes = self._changes(record, row)
        previous = {name: _plain(customer[name]) for name in changes}
        customer.write(self._values(changes))
        self._mark([(row.id, "updated", customer.id, json.dumps(previous))])

    def _customer(self, record, row):
        context = row.partner_id.with_company(record.company_id)
        return context.with_context(**QUIET)

    def _changes(self, record, row):
        """The values of a row that its customer doesn't have yet."""
        customer = self._customer(record, row)
        changes = {
            name: value
            for name, value in row.vals.items()
            if not self._has_value(customer, name, value)
        }
        if changes == {"country_id": record.company_id.country_id.id}:
            # Addresses are the shop's country's unless said; that alone is no change.
            return changes if customer.country_id else {}
        return changes

    def _has_value(self, customer, name, value):
        """Whether a customer has a value, as far as fields don't keep it as written."""
        current = customer[name]
        if _plain(current) == value or not current:
            return _plain(current) == value
        if name == "phone":  # in another notation
            return customer._phone_format(number=value) == customer.phone_sanitized
        if name == "website":
            return current == customer._clean_website(value)
        if name == "comment":
            return self._note(current) == self._note(plaintext2html(value))
        return False

    def _note(self, html):
        """A note as text: what an export writes and an import takes back."""
        return html2plaintext(html or "", include_references=False).strip()

    def _values(self, vals):
        """A row's JSON values as the ORM writes them."""
        note = vals.get("comment")
        return _commands(vals) | ({"comment": plaintext2html(note)} if note else {})

    def _mark(self, results):
        """:param results: tuples of row id, state, customer id, previous values."""
        if not results:
            return
        ids, states, customers, previous = (list(column) for column in zip(*results))
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_import_row r
                   SET state = d.state,
                       partner_id = d.partner_id,
                       previous = d.previous::jsonb
                  FROM unnest(%s::int[], %s::text[], %s::int[], %s::text[])
                       AS d(id, state, partner_id, previous)
                 WHERE r.id = d.id
                """,
                ids,
                states,
                customers,
                previous,
            )
        )
        self.env["crm.customer.import.row"].browse(ids).invalidate_recordset()

    def _refuse(self, rows, message):
        problem = [{"column": "", "code": "refused", "params": {"message": message}}]
        rows.sudo().write(
            {"state": "rejected", "partner_id": False, "problems": problem}
        )

    def _message(self, error):
        if isinstance(error, psycopg2.IntegrityError):
            return self.env["res.partner"]._sql_error_to_message(error)
        return str(error)

    # ------------------------------------------------------------------------ undo

    def _undo(self, record):
        """Take back what an import has done.

        Delete the customers that it created and nothing depends on yet, and give
        updated ones their former values back where nobody has changed them since.
        """
        Row = self.env["crm.customer.import.row"]
        created = Row.search(record._rows_domain("created"))
        dependent = self._with_dependents(created.partner_id)
        free = created.filtered(lambda row: row.partner_id not in dependent)
        self._delete_customers(free)
        (created - free).sudo().write({"state": "kept"})
        for row in Row.search(record._rows_domain("updated")):
            self._restore_customer(record, row)

    def _delete_customers(self, rows):
        if not rows:
            return
        try:
            with self.env.cr.savepoint():
                rows.partner_id.unlink()
                rows.sudo().write({"state": "undone"})
                self.env.flush_all()
        except (UserError, AccessError, psycopg2.IntegrityError):
            if len(rows) == 1:
                rows.sudo().write({"state": "kept"})
                return
            half = len(rows) // 2
            self._delete_customers(rows[:half])
            self._delete_customers(rows[half:])

    def _restore_customer(self, record, row):
        customer = self._customer(record, row)
        untouched = {
            name: value
            for name, value in (row.previous or {}).items()
            if customer and self._has_value(customer, name, row.vals.get(name))
        }
        if untouched:
            customer.write(_commands(untouched))
        complete = bool(customer) and len(untouched) == len(row.previous or {})
        row.sudo().state = "undone" if complete else "kept"

    def _with_dependents(self, customers):
        """The customers that a record elsewhere points at: orders, invoices, contacts …

        One query a foreign key on ``res_partner``, for all customers together.
        """
        dependent = set()
        for table, column in self._foreign_keys():
            rows = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT %(column)s FROM %(table)s "
                    "WHERE %(column)s = ANY(%(ids)s)%(other)s",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    ids=customers.ids,
                    other=SQL(" AND id <> %s", SQL.identifier(column))
                    if table == "res_partner"
                    else SQL(),
                )
            )
            dependent.update(partner_id for (partner_id,) in rows)
        for model, model_field, domain in REFERRING:
            groups = (
                self.env[model]
                .sudo()
                ._read_group(
                    [
                        (model_field, "=", "res.partner"),
                        ("res_id", "in", customers.ids),
                        *domain,
                    ],
                    ["res_id"],
                )
            )
            dependent.update(partner_id for (partner_id,) in groups)
        return customers.browse(dependent)

    def _foreign_keys(self):
        """(table, column) of the foreign keys on ``res_partner`` that count."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT c.conrelid::regclass::text, a.attname
                  FROM pg_constraint c
                  JOIN pg_attribute a
                    ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                 WHERE c.contype = 'f' AND c.confrelid = 'res_partner'::regclass
                """
            )
        )
        return [(table, column) for table, column in rows if table not in NO_DEPENDENTS]


def _commands(vals):
    """JSON values with lists of ids as commands."""
    return {
        name: [Command.set(value)] if isinstance(value, list) else value
        for name, value in vals.items()
    }


def _plain(value):
    """A field's value as it stands in a row's JSON."""
    if isinstance(value, models.BaseModel):
        return sorted(value.ids) if value._name == "res.partner.category" else value.id
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
