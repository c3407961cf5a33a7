"""SQL that compares the values of customers, see `crm.customer.key`."""

from odoo.tools import SQL

from .tools.field_rules import comparison

LONGEST = 400  # characters that are compared: an index entry has its limits


def wanted(source, names, rules, company_id):
    """Query of the values that customers should hold: rule, contact, value.

    A customer of one company is looked at by the rules of this company; one that
    all companies share by the rules of all. ``is_shared`` marks the rules of
    companies for which nobody is working here.

    :param SQL source: rows with the columns of contacts.
    :param set names: the fields of these rules.
    :param SQL rules: condition on the rules ``r``.
    :param int company_id: the company for which somebody is working.
    """
    return SQL(
        """
        SELECT rule_id, partner_id, value, is_shared
          FROM (SELECT r.id AS rule_id, p.id AS partner_id,
                       p.company_id IS NULL AND r.company_id <> %(company)s
                           AS is_shared,
                       %(value)s AS value
                  FROM (%(source)s) AS p
                  JOIN crm_customer_field_rule r
                    ON %(rules)s
                   AND COALESCE(p.company_id, r.company_id) = r.company_id
                 WHERE p.is_customer AND p.parent_id IS NULL) AS compared
         WHERE value IS NOT NULL
        """,
        company=company_id,
        value=_value(names),
        source=source,
        rules=rules,
    )


def _value(names):
    """The compared value of contact ``p`` for rule ``r``; NULL if it has none."""
    cases = [SQL("WHEN %s THEN %s", name, _compared(name)) for name in sorted(names)]
    return SQL(
        "NULLIF(LEFT(CASE r.field_name %s END, %s), '')",
        SQL(" ").join(cases),
        LONGEST,
    )


def _compared(name):
    column = SQL.identifier("p", name)
    match comparison(name):
        case "phone":
            return SQL("p.phone_sanitized")
        case "email":
            return SQL(
                "lower(btrim(COALESCE(substring(%s FROM '<([^<>]+)>'), %s)))",
                column,
                column,
            )
        case "number":
            return SQL("upper(regexp_replace(%s, '[^[:alnum:]]', '', 'g'))", column)
        case "website":
            bare = SQL("regexp_replace(lower(%s), '^https?://(www[.])?', '')", column)
            return SQL("rtrim(%s, '/')", bare)
    spaced = SQL("btrim(regexp_replace(%s, '[[:space:]]+', ' ', 'g'))", column)
    # Decomposed, letters of any alphabet with Latin base have a lower case in each
    # collation; only the Vietnamese Đ isn't decomposed.
    return SQL("lower(translate(normalize(%s, NFKD), 'Đ', 'đ'))", spaced)
