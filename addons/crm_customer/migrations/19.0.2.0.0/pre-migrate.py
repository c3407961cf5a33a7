from odoo.addons.crm_customer.hooks import fill_owners


def migrate(cr, version):
    """New columns are filled before the ORM would compute them."""
    if version:
        fill_owners(cr)
