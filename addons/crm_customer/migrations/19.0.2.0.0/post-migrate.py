from odoo import SUPERUSER_ID, api

from odoo.addons.crm_customer.hooks import derive


def migrate(cr, version):
    """Statistics and timelines begin with what the shop has already.

    Field rules keep unique numbers now, as ``crm.customer.key``.
    """
    if not version:
        return
    cr.execute(
        "ALTER TABLE res_partner"
        " DROP COLUMN IF EXISTS phone_key, DROP COLUMN IF EXISTS phone_shared"
    )
    derive(api.Environment(cr, SUPERUSER_ID, {}))
