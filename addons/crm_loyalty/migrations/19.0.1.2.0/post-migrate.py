from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

RULES = (
    "crm_loyalty_report_rule_company",
    "crm_loyalty_liability_rule_company",
    "crm_tier_change_rule_company",
    "res_partner_grade_rule_company",
)
SHARED = (
    "['|', ('company_id', 'in', company_ids + [False]),"
    " ('company_id', 'parent_of', company_ids)]"
)


def migrate(cr, version):
    """Gifts for bringing a customer know whom; branches see what they share.

    What remains of a lot is in no index any more.
    """
    if not version:
        return
    cr.execute(
        SQL(
            """
            UPDATE loyalty_history AS h SET referred_partner_id = p.id
              FROM res_partner p
             WHERE STARTS_WITH(h.idempotency_key, 'referral:')
               AND p.id::text = SPLIT_PART(h.idempotency_key, ':', 3)
            """
        )
    )
    cr.execute("DROP INDEX IF EXISTS loyalty_history_expiry_idx")
    cr.execute("DROP INDEX IF EXISTS loyalty_history_open_idx")
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in RULES:
        if rule := env.ref(f"crm_loyalty.{name}", raise_if_not_found=False):
            rule.domain_force = SHARED
