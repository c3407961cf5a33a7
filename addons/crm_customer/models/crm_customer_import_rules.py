from odoo import models
from odoo.tools import SQL

from ..key_queries import wanted
from ..tools import field_rules


class CrmCustomerImportRules(models.AbstractModel):
    """Judges the staged rows of an import by the field rules of its company.

    One statement per question for any number of rows, so that thousands of bad rows
    don't fail one by one when they are written.
    """

    _name = "crm.customer.import.rules"
    _description = "Field Rules in a Customer Import"

    def _refuse_repeated(self, record):
        """Of several rows with a value that only one customer can have, the first one
        counts. Phones were compared before, they also tell which customer a row is.
        """
        names = self._checked(record) - {"phone"}
        if not names:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_import_row r
                   SET state = 'rejected',
                       problems = jsonb_build_array(jsonb_build_object(
                           'column', f.field_name, 'code', 'repeated_value',
                           'params', jsonb_build_object(
                               'field', f.field_name, 'value', f.value,
                               'row', f.first)))
                  FROM (SELECT w.partner_id AS id, rule.field_name, w.value, of.number,
                               MIN(of.number)
                                   OVER (PARTITION BY w.rule_id, w.value) AS first
                          FROM (%s) AS w
                          JOIN crm_customer_field_rule rule ON rule.id = w.rule_id
                          JOIN crm_customer_import_row of ON of.id = w.partner_id
                       ) AS f
                 WHERE r.id = f.id AND f.number > f.first
                """,
                self._values(record, names),
            )
        )

    def _refuse_taken(self, record):
        """A value that another customer holds, named with its code.

        The holder of each value is looked up in the unique index, whatever the
        statistics of a table say that has just been filled.
        """
        names = self._checked(record)
        if not names:
            return
        self.env.cr.execute(
            SQL(
                """
                WITH w AS MATERIALIZED (%s)
                UPDATE crm_customer_import_row r
                   SET state = 'rejected', partner_id = NULL,
                       problems = jsonb_build_array(jsonb_build_object(
                           'column', rule.field_name,
                           'code', CASE rule.field_name WHEN 'phone'
                                   THEN 'phone_taken' ELSE 'value_taken' END,
                           'params', jsonb_build_object(
                               'field', rule.field_name,
                               'value', w.value,
                               'customer', p.complete_name,
                               'customer_code', COALESCE(p.ref, ''))))
                  FROM w
                  JOIN crm_customer_field_rule rule ON rule.id = w.rule_id
                 CROSS JOIN LATERAL (
                        SELECT partner_id FROM crm_customer_key held
                         WHERE held.rule_id = w.rule_id AND held.value = w.value
                           AND NOT held.tolerated
                         LIMIT 1) AS k
                  JOIN res_partner p ON p.id = k.partner_id
                 WHERE r.id = w.partner_id
                   AND k.partner_id IS DISTINCT FROM r.partner_id
                   AND NOT EXISTS (
                        SELECT 1 FROM crm_customer_key own
                         WHERE own.rule_id = w.rule_id AND own.value = w.value
                           AND own.partner_id = r.partner_id)
                """,
                self._values(record, names),
            )
        )

    def _refuse_missing(self, record):
        """Rows of new customers without a value that is required."""
        customers = self.env["crm.customer.import.writer"]._customers(record)
        rules = self.env["crm.customer.field.rule"]
        names = rules._required_names(record.company_id.id)
        filled = customers._filled_by_itself(names)
        names = [name for name in names if name not in filled]
        if not names:
            return
        lacking = [
            SQL(
                "CASE WHEN NOT vals ? %s AND %s THEN %s END",
                name,
                self._concerned(record, name),
                name,
            )
            for name in names
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_import_row r
                   SET state = 'rejected',
                       problems = jsonb_build_array(jsonb_build_object(
                           'column', f.missing[1], 'code', 'value_missing',
                           'params', jsonb_build_object(
                               'fields', to_jsonb(f.missing))))
                  FROM (SELECT id, array_remove(ARRAY[%s]::text[], NULL) AS missing
                          FROM crm_customer_import_row
                         WHERE import_id = %s AND state = 'create'
                           AND partner_id IS NULL) AS f
                 WHERE r.id = f.id AND cardinality(f.missing) > 0
                """,
                SQL(", ").join(lacking),
                record.id,
            )
        )

    def _checked(self, record):
        rules = self.env["crm.customer.field.rule"].search(
            [("company_id", "=", record.company_id.id), ("check_duplicate", "=", True)]
        )
        return set(rules.mapped("field_name"))

    def _values(self, record, names):
        """Query of the compared values of the rows: rule, row, value."""
        columns = [
            SQL("r.vals ->> %s AS %s", name, SQL.identifier(name))
            for name in sorted(names - {"phone"})
        ]
        source = SQL(
            """
            SELECT r.id, NULL::int AS company_id, NULL::int AS parent_id,
                   TRUE AS is_customer, r.phone AS phone_sanitized%s
              FROM crm_customer_import_row r
             WHERE r.import_id = %s AND r.state = 'create'
            """,
            SQL("").join(SQL(", %s", column) for column in columns),
            record.id,
        )
        return wanted(
            source,
            names,
            SQL(
                "r.active AND r.check_duplicate AND r.company_id = %s",
                record.company_id.id,
            ),
            record.company_id.id,
        )

    def _concerned(self, record, name):
        """Condition on a row: a value of the field is required of such a customer."""
        if name == "city_id":  # wards are known of the shop's own country
            country = record.company_id.country_id.id
            return SQL(
                "COALESCE((vals ->> 'country_id')::int, %s) = %s", country, country
            )
        is_company = SQL("COALESCE((vals ->> 'is_company')::boolean, FALSE)")
        match field_rules.audience(name):
            case "persons":
                return SQL("NOT %s", is_company)
            case "companies":
                return is_company
        return SQL("TRUE")
