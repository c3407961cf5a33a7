import json
import logging

import psycopg2

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, html2plaintext, plaintext2html

from .crm_customer_ownership import ASK_LATER, IMPORTED

_logger = logging.getLogger(__name__)

#: No "created" messages, followers or tracking for thousands of customers; no parents,
#: so nothing to synchronise between them.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "_partners_skip_fields_sync": True,
    **IMPORTED,
    **ASK_LATER,
}


class CrmCustomerImportWriter(models.AbstractModel):
    """Applies planned rows through the ORM."""

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
        self._apply_apart(record, known - unchanged, self._update_customers)

    def _apply_apart(self, record, rows, write):
        """Write rows together; if that fails, in halves, down to those at fault."""
        if not rows:
            return
        try:
            with self.env.cr.savepoint():
                write(record, rows)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise  # the job is repeated
        except Exception as error:  # whatever automation and other addons raise
            if len(rows) == 1:
                if not isinstance(error, UserError):
                    _logger.info("A row can't be imported", exc_info=True)
                self._refuse(rows, self._message(error))
                return
            half = len(rows) // 2
            self._apply_apart(record, rows[:half], write)
            self._apply_apart(record, rows[half:], write)

    def _customers(self, record):
        return (
            self.env["res.partner"]
            .with_company(record.company_id)
            .with_context(**QUIET)
        )

    def _create_customers(self, record, rows):
        model = self._customers(record)
        defaults = model.default_get(list(model._fields))
        common = {"is_customer": True}
        if not record.shared:
            common["company_id"] = record.company_id.id
        customers = model.with_context(crm_customer_defaults=defaults).create(
            [common | self._values(row.vals) for row in rows]
        )
        self._mark(
            [
                (row.id, "created", customer.id, None)
                for row, customer in zip(rows, customers, strict=True)
            ]
        )

    def _update_customers(self, record, rows):
        results = []
        for row in rows:
            customer = self._customer(record, row)
            if not customer:
                raise UserError(row._sentence({"code": "customer_unknown"}))
            changes = self._changes(record, row)
            previous = {name: to_json(customer[name]) for name in changes}
            self._write(customer, self._values(changes))
            results.append((row.id, "updated", customer.id, json.dumps(previous)))
        self._mark(results)

    def _customer(self, record, row):
        """The customer of a row, as it is compared: archived tags are tags as well."""
        context = row.partner_id.with_company(record.company_id)
        return context.with_context(**QUIET, active_test=False)

    def _write(self, customer, values):
        """Write a customer; whatever listens to it sees archived records as usual.

        Only tags are replaced including archived ones.
        """
        customer.with_context(active_test="category_id" not in values).write(values)

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
        if to_json(current) == value or not current:
            return to_json(current) == value
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
        return to_commands(vals) | ({"comment": plaintext2html(note)} if note else {})

    def _mark(self, results):
        """:param results: tuples of row id, state, customer id, previous values."""
        if not results:
            return
        ids, states, customers, previous = (
            list(column) for column in zip(*results, strict=True)
        )
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


def to_commands(vals):
    """JSON values with lists of ids as commands."""
    return {
        name: [Command.set(value)] if isinstance(value, list) else value
        for name, value in vals.items()
    }


def to_json(value):
    """A field's value as it stands in a row's JSON."""
    if isinstance(value, models.BaseModel):
        return sorted(value.ids) if value._name == "res.partner.category" else value.id
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
