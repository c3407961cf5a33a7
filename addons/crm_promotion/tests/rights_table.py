"""Who may do what with each model of uses, counters and results.

Initials of create, read, write, unlink, per role, as in `crm_customer`.
"""

from odoo.addons.crm_customer.tests.rights_table import (  # noqa: F401
    OPERATIONS,
    ROLES,
    STAFF,
    rights,
)

USE_MODELS = (
    "crm.promotion.use",
    "crm.promotion.counter",
    "crm.promotion.change",
    "crm.promotion.report",
    "crm.promotion.stop",
)
#: Marketing makes promotions, too.
RIGHTS = {
    "crm.promotion.use": rights("r", "r"),
    "crm.promotion.counter": rights("r") | {"marketing": "r"},
    "crm.promotion.change": rights("r", "r"),
    "crm.promotion.report": rights("r", "r"),
    "crm.promotion.stop": rights("crw") | {"marketing": "crw"},
}
