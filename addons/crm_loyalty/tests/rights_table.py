"""Who may do what with each model of points: the only place to add a model to.

Read as the table of `crm_customer`: initials of create, read, write, unlink, per role.
Models of Odoo are here where the addon or its groups change what may be done with them.
"""

from odoo.addons.crm_customer.tests.rights_table import (
    MANAGERS,
    STAFF,
    rights,
)

#: Odoo gives salespeople the cards and their history to write: the ledger's own guards
#: refuse every change of a balance or line that doesn't come through its door.
SALES = {"administrator": "crwu"}
RIGHTS = {
    "loyalty.program": rights("crw", "r") | SALES,
    "loyalty.rule": rights("crwu", "r"),
    "loyalty.reward": rights("crw", "r") | SALES,
    "loyalty.mail": rights("crwu", "r"),
    "loyalty.card": rights("crw", "rw"),
    "loyalty.history": rights("crw", "crw"),
    "loyalty.card.update.balance": rights("crw", "crw"),
    "crm.loyalty.adjust": rights("crwu"),
    "crm.loyalty.adjustment": rights("crwu"),
    "crm.loyalty.adjustment.row": rights("r"),
    "crm.loyalty.report": rights("r", "r"),
    "crm.loyalty.liability": rights("r", "r"),
    "crm.tier.change": rights("r", "r"),
    "crm.tier.set": rights("crw"),
}

#: Menu -> roles that see it.
MENUS = {
    "menu_points": (*STAFF, *MANAGERS),
    "menu_points_account": (*STAFF, *MANAGERS),
    "menu_points_ledger": (*STAFF, *MANAGERS),
    "menu_points_adjustment": MANAGERS,
    "menu_points_rule": MANAGERS,
    "menu_points_program": MANAGERS,
    "menu_points_report": (*STAFF, *MANAGERS),
    "menu_points_liability": (*STAFF, *MANAGERS),
}

#: Models that speak of a customer, but need no record rule about him, and why.
WITHOUT_CUSTOMER_RULE = {
    "crm.loyalty.adjustment": "for managers only",
    "crm.loyalty.adjustment.row": "for managers only",
}
