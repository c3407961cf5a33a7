"""Installation over a database that has contacts already."""

from odoo.tools import SQL


def pre_init_hook(env):
    """Fill the new columns of existing contacts in three statements.

    Columns that exist are not computed by the ORM. This keeps the installation fast
    on a large database, and lets contacts that share a phone number stay: the oldest
    one holds the number, the others have no key and are listed by the filter
    "Shared phone number".
    """
    env.cr.execute(
        SQL(
            """
            ALTER TABLE res_partner
                ADD COLUMN IF NOT EXISTS is_customer boolean,
                ADD COLUMN IF NOT EXISTS phone_key varchar,
                ADD COLUMN IF NOT EXISTS member_since date
            """
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE res_partner p
               SET is_customer = TRUE, member_since = p.create_date::date
             WHERE p.parent_id IS NULL
               AND p.partner_share
               AND NOT EXISTS (SELECT 1 FROM res_company c WHERE c.partner_id = p.id)
            """
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE res_partner p
               SET phone_key = p.phone_sanitized
              FROM (SELECT MIN(id) AS id
                      FROM res_partner
                     WHERE is_customer AND phone_sanitized IS NOT NULL
                     GROUP BY phone_sanitized, COALESCE(company_id, 0)) AS oldest
             WHERE p.id = oldest.id
            """
        )
    )
