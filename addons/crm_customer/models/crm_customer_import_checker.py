import json

from odoo import models
from odoo.tools import SQL


class CrmCustomerImportChecker(models.AbstractModel):
    """Judges the staged rows of an import: a handful of statements for any number.

    Order matters: rows that are wrong by themselves neither count as duplicates nor
    match a customer.
    """

    _name = "crm.customer.import.checker"
    _description = "Checks of a Customer Import"

    def _check(self, record):
        """Move the rows from ``new`` to ``create``, ``update`` or ``rejected``."""
        self.env.flush_all()
        self._reject_broken(record)
        for key in ("code", "phone", "fingerprint"):
            self._reject_repeated(record, key)
        self._match_customers(record)
        self._reject_repeated(record, "partner_id", "repeated_customer")
        self._reject_taken_codes(record)
        rules = self.env["crm.customer.import.rules"]
        rules._refuse_repeated(record)
        rules._refuse_taken(record)
        self._reject_by_mode(record)
        rules._refuse_missing(record)
        self._plan(record)
        self.env["crm.customer.import.row"].invalidate_model()

    def _reject_broken(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row SET state = 'rejected'
                 WHERE import_id = %s AND state = 'new' AND problems IS NOT NULL
                """,
                record.id,
            )
        )

    def _reject_repeated(self, record, key, problem=None):
        """Of several rows with the same key the first one counts.

        Only rows without code and phone are told apart by their fingerprint.
        """
        problem = problem or f"repeated_{key}"
        column = SQL.identifier(key)
        nameless = (
            SQL("code IS NULL AND phone IS NULL")
            if key == "fingerprint"
            else SQL("TRUE")
        )
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r
                   SET state = 'rejected',
                       problems = jsonb_build_array(jsonb_build_object(
                           'column', %(key)s::text,
                           'code', %(problem)s::text,
                           'params', jsonb_build_object(
                               'value', r.%(column)s, 'row', f.first)))
                  FROM (SELECT id, MIN(number) OVER (PARTITION BY %(column)s) AS first
                          FROM crm_customer_import_row
                         WHERE import_id = %(owner)s AND state = 'new'
                           AND %(column)s IS NOT NULL AND %(nameless)s) AS f
                 WHERE r.id = f.id AND r.number > f.first
                """,
                key=key,
                problem=problem,
                column=column,
                nameless=nameless,
                owner=record.id,
            )
        )

    def _match_customers(self, record):
        """Find the customer of each row.

        By code, else by phone if only one customer can have it, else by an earlier
        import of the very same row.
        """
        self._match_codes(record)
        self._match_phones(record)
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r SET partner_id = earlier.partner_id
                  FROM crm_customer_import_row earlier
                  JOIN crm_customer_import i ON i.id = earlier.import_id
                 WHERE r.import_id = %(owner)s AND r.state = 'new'
                   AND r.partner_id IS NULL AND r.code IS NULL AND r.phone IS NULL
                   AND earlier.fingerprint = r.fingerprint
                   AND earlier.partner_id IS NOT NULL
                   AND i.company_id = %(company)s
                """,
                owner=record.id,
                company=record.company_id.id,
            )
        )

    def _match_codes(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r SET partner_id = p.id
                  FROM res_partner p
                 WHERE r.import_id = %(owner)s AND r.state = 'new'
                   AND r.partner_id IS NULL
                   AND p.ref = r.code AND p.parent_id IS NULL AND p.is_customer
                   AND COALESCE(p.company_id, %(company)s) = %(company)s
                """,
                company=record.company_id.id,
                owner=record.id,
            )
        )

    def _match_phones(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r SET partner_id = k.partner_id
                  FROM crm_customer_key k
                  JOIN crm_customer_field_rule f ON f.id = k.rule_id
                 WHERE r.import_id = %(owner)s AND r.state = 'new'
                   AND r.partner_id IS NULL AND r.code IS NULL
                   AND k.value = r.phone AND NOT k.tolerated
                   AND f.field_name = 'phone' AND f.company_id = %(company)s
                """,
                company=record.company_id.id,
                owner=record.id,
            )
        )

    def _reject_taken_codes(self, record):
        """A code of a contact that is no customer: a supplier, an employee."""
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r
                   SET state = 'rejected',
                       problems = jsonb_build_array(jsonb_build_object(
                           'column', 'code', 'code', 'code_taken',
                           'params', jsonb_build_object(
                               'value', r.code, 'contact', p.complete_name)))
                  FROM res_partner p
                 WHERE r.import_id = %(owner)s AND r.state = 'new'
                   AND p.ref = r.code AND p.parent_id IS NULL
                   AND p.is_customer IS NOT TRUE
                   AND COALESCE(p.company_id, %(company)s) = %(company)s
                """,
                owner=record.id,
                company=record.company_id.id,
            )
        )

    def _reject_by_mode(self, record):
        if record.mode == "create":
            self._reject_existing(record)
        if record.mode == "update":
            self._reject(record, SQL("partner_id IS NULL"), "customer_unknown", "code")
        if record.code_policy == "refuse":
            self._reject(record, SQL("code IS NULL"), "code_missing", "code")
        nameless = SQL("partner_id IS NULL AND NOT vals ? 'name'")
        self._reject(record, nameless, "name_missing", "name")

    def _reject_existing(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r
                   SET state = 'rejected',
                       problems = jsonb_build_array(jsonb_build_object(
                           'column', 'code', 'code', 'customer_exists',
                           'params', jsonb_build_object(
                               'customer', p.complete_name,
                               'customer_code', COALESCE(p.ref, ''))))
                  FROM res_partner p
                 WHERE r.import_id = %s AND r.state = 'new' AND p.id = r.partner_id
                """,
                record.id,
            )
        )

    def _reject(self, record, condition, code, column):
        problems = json.dumps([{"column": column, "code": code, "params": {}}])
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row SET state = 'rejected', problems = %s
                 WHERE import_id = %s AND state = 'new' AND %s
                """,
                problems,
                record.id,
                condition,
            )
        )

    def _plan(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row
                   SET state = CASE WHEN partner_id IS NULL
                                    THEN 'create' ELSE 'update' END
                 WHERE import_id = %s AND state = 'new'
                """,
                record.id,
            )
        )

    def _execute(self, query):
        self.env.cr.execute(query)
