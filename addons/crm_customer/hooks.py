"""Installation over a database that has contacts already.

``migrations/`` bring a database of an earlier state to the same point by these steps.
"""

from odoo.exceptions import UserError
from odoo.tools import SQL

SHOWN = 20
CODES_AT_ONCE = 1000


def pre_init_hook(env):
    """Refuse shared codes, then fill the new columns of existing contacts.

    Columns that exist are not computed by the ORM: this keeps the installation fast
    on a large database.
    :raise UserError: naming the codes that several main contacts have.
    """
    _refuse_shared_codes(env)
    env.cr.execute(
        SQL(
            """
            ALTER TABLE res_partner
                ADD COLUMN IF NOT EXISTS is_customer boolean,
                ADD COLUMN IF NOT EXISTS member_since date
            """
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE res_partner p
               SET is_customer = TRUE,
                   member_since = (p.create_date AT TIME ZONE 'UTC'
                                   AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
             WHERE p.parent_id IS NULL
               AND p.partner_share
               AND NOT (p.supplier_rank > 0 AND p.customer_rank = 0)
               AND NOT EXISTS (SELECT 1 FROM res_company c WHERE c.partner_id = p.id)
               AND NOT EXISTS (SELECT 1 FROM res_users u
                                WHERE u.partner_id = p.id AND NOT u.active)
            """
        )
    )
    fill_owners(env.cr)


def post_init_hook(env):
    """Give existing customers codes, the oldest first, and count their orders.

    Jobs then bring their messages, orders and meetings to the timelines.
    """
    Partner = env["res.partner"].with_context(active_test=False, tracking_disable=True)
    domain = [
        ("is_customer", "=", True),
        ("parent_id", "=", False),
        ("ref", "in", (False, "")),
    ]
    last = 0
    while customers := Partner.search(
        [*domain, ("id", ">", last)], order="id", limit=CODES_AT_ONCE
    ):
        last = customers[-1].id
        customers._give_codes()
        env.flush_all()
        env.invalidate_all()
    derive(env)


def derive(env):
    """Find what follows from the records of a shop that knew neither until now.

    Its orders are counted at once; jobs bring its messages, orders and meetings to the
    timelines.
    """
    env["crm.interaction"]._enqueue_history()
    env["crm.customer.stat"]._refresh()


def fill_owners(cr):
    """Copy owners of customers to their contacts and orders, for the record rules.

    The ORM, which computes columns that it makes, would take a record at a time.
    """
    cr.execute(
        "ALTER TABLE res_partner ADD COLUMN IF NOT EXISTS customer_owner_id integer"
    )
    cr.execute(
        SQL(
            """
            WITH RECURSIVE family AS (
                SELECT id, user_id AS owner
                  FROM res_partner
                 WHERE is_customer AND user_id IS NOT NULL
                 UNION
                SELECT contact.id, family.owner
                  FROM res_partner AS contact
                  JOIN family ON contact.parent_id = family.id
                 WHERE contact.partner_share
            )
            UPDATE res_partner p
               SET customer_owner_id = family.owner
              FROM family
             WHERE p.id = family.id
            """
        )
    )
    cr.execute(
        "ALTER TABLE sale_order ADD COLUMN IF NOT EXISTS customer_owner_id integer"
    )
    cr.execute(
        SQL(
            """
            UPDATE sale_order o
               SET customer_owner_id = p.customer_owner_id
              FROM res_partner p
             WHERE p.id = o.partner_id AND p.customer_owner_id IS NOT NULL
            """
        )
    )


def _refuse_shared_codes(env):
    rows = env.execute_query(
        SQL(
            """
            SELECT ref, COUNT(*)
              FROM res_partner
             WHERE ref <> '' AND parent_id IS NULL
             GROUP BY ref, COALESCE(company_id, 0)
            HAVING COUNT(*) > 1
             ORDER BY ref
             LIMIT %s
            """,
            SHOWN,
        )
    )
    if rows:
        raise UserError(
            env._(
                "A customer code belongs to one customer. These references are shared "
                "by several contacts; change them, then install again: %(codes)s",
                codes=", ".join(f"{ref} ({count})" for ref, count in rows),
            )
        )


def uninstall_hook(env):
    """Remove what the ORM leaves: files of imports, and Odoo's setting for Vietnam."""
    env["ir.attachment"].search(
        [("res_model", "in", ("crm.customer.import", "crm.customer.export"))]
    ).unlink()
    env.ref("base.vn").enforce_cities = False
