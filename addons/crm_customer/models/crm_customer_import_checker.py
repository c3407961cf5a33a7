import json

from odoo import models
from odoo.tools import SQL


class CrmCustomerImportChecker(models.AbstractModel):
    """Judges the staged rows of an import: a handful of statements for any number.

    Each row would create a customer, until it turns out to be wrong or to be known:
    most rows need no update.

    Order matters: what customers have already is never wrong, and rows that are wrong
    by themselves neither count as duplicates nor change a customer.
    """

    _name = "crm.customer.import.checker"
    _description = "Checks of a Customer Import"

    def _check(self, record):
        """Move rows from ``create`` to ``update`` or ``rejected``."""
        self.env.flush_all()
        self._match_by_code(record)
        self._accept_known(record)
        self._reject_broken(record)
        for key in ("code", "phone", "fingerprint"):
            self._reject_repeated(record, key)
        self._match_further(record)
        self._reject_repeated(record, "partner_id", "repeated_customer")
        self._reject_taken_codes(record)
        rules = self.env["crm.customer.import.rules"]
        rules._refuse_repeated(record)
        rules._refuse_taken(record)
        self._reject_by_mode(record)
        rules._refuse_missing(record)
        self._plan_updates(record)
        self.env["crm.customer.import.row"].invalidate_model()

    def _accept_known(self, record):
        """What a customer has already is no news, right or wrong.

        So an export comes back unchanged: with wrong and shared numbers, which are then
        left alone, and with owners who aren't employees of the company.
        """
        cells = {
            column.key: SQL("(r.cells ->> %s)", column.position)
            for column in record.column_ids
        }
        if "phone" in cells:
            condition = SQL(
                """
                (p.phone_sanitized = r.phone OR btrim(p.phone) = %s)
                AND NOT EXISTS (
                    SELECT
                      FROM crm_customer_key k
                      JOIN crm_customer_field_rule f ON f.id = k.rule_id
                     WHERE k.partner_id = p.id AND NOT k.tolerated
                       AND f.field_name = 'phone' AND f.company_id = %s)
                """,
                cells["phone"],
                record.company_id.id,
            )
            silence = SQL("phone = NULL, vals = r.vals - 'phone',")
            self._accept(record, "phone", condition, silence)
        if "owner" in cells:
            condition = SQL(
                """
                r.problems IS NOT NULL
                AND EXISTS (SELECT FROM res_users u
                             WHERE u.id = p.user_id AND u.login = %s)
                """,
                cells["owner"],
            )
            self._accept(record, "owner", condition)

    def _accept(self, record, column, condition, silence=None):
        """Forget the findings in a column of some rows ``r``, with customers ``p``."""
        others = SQL(
            "'$[*] ? (@.column != $column)', jsonb_build_object('column', %s)", column
        )
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r
                   SET %(silence)s
                       problems = NULLIF(
                           jsonb_path_query_array(r.problems, %(others)s), '[]'),
                       notes = NULLIF(
                           jsonb_path_query_array(r.notes, %(others)s), '[]')
                  FROM res_partner p
                 WHERE r.import_id = %(owner)s AND r.state = 'create'
                   AND p.id = r.partner_id AND %(condition)s
                """,
                silence=silence or SQL(),
                others=others,
                owner=record.id,
                condition=condition,
            )
        )

    def _reject_broken(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row
                   SET state = 'rejected', partner_id = NULL
                 WHERE import_id = %s AND state = 'create' AND problems IS NOT NULL
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
                WITH repeated AS MATERIALIZED (
                    SELECT id, first
                      FROM (SELECT id,
                                   number,
                                   MIN(number) OVER (PARTITION BY %(column)s) AS first
                              FROM crm_customer_import_row
                             WHERE import_id = %(owner)s AND state = 'create'
                               AND %(column)s IS NOT NULL AND %(nameless)s) AS known
                     WHERE number > first)
                UPDATE crm_customer_import_row r
                   SET state = 'rejected',
                       problems = jsonb_build_array(jsonb_build_object(
                           'column', %(key)s::text,
                           'code', %(problem)s::text,
                           'params', jsonb_build_object(
                               'value', r.%(column)s, 'row', repeated.first)))
                  FROM repeated
                 WHERE r.id = repeated.id
                """,
                key=key,
                problem=problem,
                column=column,
                nameless=nameless,
                owner=record.id,
            )
        )

    def _match_further(self, record):
        """Find customers by phone, or by an earlier import of the very same row."""
        self._match_phones(record)
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r SET partner_id = earlier.partner_id
                  FROM crm_customer_import_row earlier
                  JOIN crm_customer_import i ON i.id = earlier.import_id
                 WHERE r.import_id = %(owner)s AND r.state = 'create'
                   AND r.partner_id IS NULL AND r.code IS NULL AND r.phone IS NULL
                   AND earlier.fingerprint = r.fingerprint
                   AND earlier.partner_id IS NOT NULL
                   AND i.company_id = %(company)s
                """,
                owner=record.id,
                company=record.company_id.id,
            )
        )

    def _match_by_code(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r SET partner_id = p.id
                  FROM res_partner p
                 WHERE r.import_id = %(owner)s AND r.state = 'create'
                   AND r.partner_id IS NULL
                   AND p.ref = r.code AND p.parent_id IS NULL AND p.is_customer
                   AND COALESCE(p.company_id, %(company)s) = %(company)s
                """,
                company=record.company_id.id,
                owner=record.id,
            )
        )

    def _match_phones(self, record):
        """A phone tells who it is where only one customer can have it.

        Looked up in the unique index, whatever the statistics of a table say that
        has just been filled.
        """
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row r SET partner_id = known.partner_id
                  FROM (SELECT row.id, k.partner_id
                          FROM crm_customer_import_row row
                          JOIN crm_customer_field_rule f
                            ON f.field_name = 'phone' AND f.company_id = %(company)s
                         CROSS JOIN LATERAL (
                                SELECT partner_id FROM crm_customer_key held
                                 WHERE held.rule_id = f.id AND held.value = row.phone
                                   AND NOT held.tolerated
                                 LIMIT 1) AS k
                         WHERE row.import_id = %(owner)s AND row.state = 'create'
                           AND row.partner_id IS NULL AND row.code IS NULL
                           AND row.phone IS NOT NULL) AS known
                 WHERE r.id = known.id
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
                 WHERE r.import_id = %(owner)s AND r.state = 'create'
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
                 WHERE r.import_id = %s AND r.state = 'create' AND p.id = r.partner_id
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
                 WHERE import_id = %s AND state = 'create' AND %s
                """,
                problems,
                record.id,
                condition,
            )
        )

    def _plan_updates(self, record):
        self._execute(
            SQL(
                """
                UPDATE crm_customer_import_row SET state = 'update'
                 WHERE import_id = %s AND state = 'create' AND partner_id IS NOT NULL
                """,
                record.id,
            )
        )

    def _execute(self, query):
        self.env.cr.execute(query)
