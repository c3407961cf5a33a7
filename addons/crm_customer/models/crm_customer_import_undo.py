import psycopg2

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .crm_customer_import_writer import to_commands

#: Tables whose references to a customer don't keep an import from being undone.
NO_DEPENDENTS = {
    "crm_customer_group_log",
    "crm_customer_group_member",
    "crm_customer_import_row",
    "crm_customer_key",
    "crm_customer_revision",
    "crm_customer_stat",
    "crm_owner_log",
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


class CrmCustomerImportUndo(models.AbstractModel):
    """Takes an import back, as far as nothing depends on it."""

    _name = "crm.customer.import.undo"
    _description = "Undoing of a Customer Import"

    def _undo(self, record, rows):
        """Take back what an import has done with some rows.

        Delete the customers that it created and nothing depends on yet, and give
        updated ones their former values back where nobody has changed them since.
        """
        created = rows.filtered(lambda row: row.state == "created")
        dependent = self._with_dependents(created.partner_id)
        free = created.filtered(lambda row: row.partner_id not in dependent)
        self._delete_customers(free)
        (created - free).sudo().write({"state": "kept"})
        for row in rows - created:
            self._restore_customer(record, row)

    def _delete_customers(self, rows):
        if not rows:
            return
        try:
            with self.env.cr.savepoint():
                # A job that computes one of them is met here, not while deleting.
                self.env["crm.customer.revision"].sudo()._count_up(rows.partner_id.ids)
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
        writer = self.env["crm.customer.import.writer"]
        customer = writer._customer(record, row)
        untouched = {
            name: value
            for name, value in (row.previous or {}).items()
            if customer and writer._has_value(customer, name, row.vals.get(name))
        }
        complete = bool(customer) and len(untouched) == len(row.previous or {})
        try:
            with self.env.cr.savepoint():
                writer._write(customer, to_commands(untouched))
                self.env.flush_all()
        except (UserError, AccessError, psycopg2.IntegrityError):
            complete = False  # the number has a new owner, the source is gone …
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
