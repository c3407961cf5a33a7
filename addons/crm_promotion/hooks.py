from odoo.tools import SQL


def uninstall_hook(env):
    """Leave what Odoo alone can understand.

    Lines of the points ledger name documents that are gone, which a customer's page
    would look for. Without our conditions a promotion is everybody's discount.
    """
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            UPDATE loyalty_history SET order_model = NULL, order_id = NULL
             WHERE order_model = 'crm.promotion.use'
            """
        )
    )
    env.cr.execute("UPDATE loyalty_program SET active = FALSE WHERE is_promotion")
    env.invalidate_all()
