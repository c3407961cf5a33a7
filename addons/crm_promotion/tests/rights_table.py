"""Who may do what with each model: the only place to add a model to.

Initials of create, read, write, unlink, per role. Managers of promotions are marketing,
shop managers and administrators.
"""

from odoo.addons.crm_customer.tests.rights_table import (
    EVERYBODY,
    OPERATIONS,
    ROLES,
    STAFF,
)

USERS = ("telesale", "shipping")
MANAGERS = ("marketing", "shop_manager", "administrator")


def rights(managers="", users=""):
    """Rights per role; other employees, customers and the public have none."""
    return {
        **dict.fromkeys(EVERYBODY, ""),
        **dict.fromkeys(MANAGERS, managers),
        **dict.fromkeys(USERS, users),
    }


RIGHTS = {
    "crm.promotion.change": rights("r", "r"),
    "crm.promotion.counter": rights("r"),
    "crm.promotion.exclusion": rights("crwu", "r"),
    "crm.promotion.report": rights("r", "r"),
    "crm.promotion.stop": rights("crw"),
    "crm.promotion.try": rights("crwu", "crwu"),
    "crm.promotion.try.line": rights("crwu", "crwu"),
    "crm.promotion.turn": rights(),
    "crm.promotion.use": rights("r", "r"),
    "crm.promotion.why": rights("crw", "crw"),
    "crm.voucher.attempt": rights("r"),
    "crm.voucher.batch": rights("crwu", "r"),
    "crm.voucher.change": rights("crw", "crw"),
    "crm.voucher.import": rights("crw"),
    "crm.voucher.log": rights("r", "r"),
    "crm.voucher.request": rights(),
}

#: Menu -> roles that see it.
MENUS = {
    "menu_promotion": (*USERS, *MANAGERS),
    "menu_voucher": (*USERS, *MANAGERS),
    "menu_voucher_batch": (*USERS, *MANAGERS),
    "menu_voucher_import": MANAGERS,
    "menu_voucher_attempt": MANAGERS,
}

#: Models that speak of a customer, but need no record rule about him, and why.
WITHOUT_CUSTOMER_RULE = {
    "crm.promotion.counter": "for managers only",
    "crm.promotion.turn": "for nobody",
    "crm.voucher.batch": "names whom managers chose; vouchers follow the customer",
}

__all__ = [
    "MENUS",
    "OPERATIONS",
    "RIGHTS",
    "ROLES",
    "STAFF",
    "WITHOUT_CUSTOMER_RULE",
]
