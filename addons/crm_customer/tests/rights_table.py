"""Who may do what with each model: the only place to add a model to.

Initials of create, read, write, unlink, per role. Models of Odoo are here where the
addon or its roles change what may be done with them.
"""

OPERATIONS = ("create", "read", "write", "unlink")
#: Role of the tests -> groups.
ROLES = {
    "telesale": "crm_customer.role_telesale",
    "marketing": "crm_customer.role_marketing",
    "shipping": "crm_customer.role_shipping",
    "shop_manager": "crm_customer.role_shop_manager",
    "administrator": "crm_customer.role_administrator",
    "internal": "base.group_user",
    "portal": "base.group_portal",
    "public": "base.group_public",
}
STAFF = ("telesale", "marketing", "shipping")
MANAGERS = ("shop_manager", "administrator")
EVERYBODY = tuple(ROLES)


def rights(managers="", staff="", internal="", outside=""):
    """Rights per role, when the roles of a kind have the same."""
    return {
        **dict.fromkeys(MANAGERS, managers),
        **dict.fromkeys(STAFF, staff),
        "internal": internal,
        "portal": outside,
        "public": outside,
    }


#: Model -> role -> initials. The outside reads its own contact, by Odoo's rule. Odoo
#: itself lets every employee write sources and every salesperson write tags.
RIGHTS = {
    "res.partner": rights("crwu", "crw", "r", "r"),
    "res.city": rights("crwu", "r", "r"),
    "res.partner.category": rights("crwu", "crw", "r"),
    "utm.source": rights("crwu", "crw", "crw"),
    "crm.contact.position": rights("crwu", "r", "r"),
    "crm.supplier.type": rights("crwu", "r", "r"),
    "crm.customer.import": rights("crwu"),
    "crm.customer.import.row": rights("r"),
    "crm.customer.import.column": rights("crwu"),
    "crm.customer.export": rights("crwu"),
    "crm.customer.group": rights("crwu", "r"),
    "crm.customer.group.add": rights("crw"),
    "crm.customer.group.build": rights("r", "r"),
    "crm.customer.group.condition": rights("crwu", "r"),
    "crm.customer.group.log": rights("r"),
    "crm.customer.group.member": rights("r"),
    "crm.customer.group.policy": rights("crw"),
    "crm.customer.group.why": rights("crw", "crw"),
    "crm.customer.group.why.line": rights("r", "r"),
    "crm.customer.stat": rights("r", "r"),
    "crm.customer.revision": rights(),
    "crm.customer.stat.check": rights("crwu"),
    "crm.customer.stat.check.line": rights("crwu"),
    "crm.customer.field.rule": rights("rw", "r") | {"administrator": "crwu"},
    "crm.customer.key": rights("r"),
    "crm.owner.rule": rights("crwu", "r"),
    "crm.owner.rule.condition": rights("crwu", "r"),
    "crm.owner.absence": rights("crwu", "r"),
    "crm.owner.log": rights("r", "r"),
    "crm.owner.transfer": rights("crwu"),
    "crm.owner.test": rights("crwu", "crwu"),
    "crm.interaction": rights("r", "r"),
    "crm.interaction.report": rights("r", "r"),
    "crm.interaction.result": rights("crwu", "r", "r"),
    "crm.interaction.log": rights("crwu", "crwu"),
    "sale.order": rights("crw", "crw", "", "r")
    | {"administrator": "crwu", "public": ""},
    "crm.lead": rights("crw", "crw") | {"administrator": "crwu"},
    "crm.team": rights("crwu", "r", "r"),
    "crm.team.member": rights("crwu", "r", "r"),
    "res.groups": rights("r", "r", "r") | {"administrator": "crwu"},
    "res.config.settings": rights() | {"administrator": "crw"},
    "ir.rule": rights() | {"administrator": "crwu"},
}

#: Menu -> roles that see it.
MENUS = {
    "menu_root": (*STAFF, *MANAGERS),
    "menu_customer_list": (*STAFF, *MANAGERS),
    "menu_suppliers": (*STAFF, *MANAGERS),
    "menu_customer_import": MANAGERS,
    "menu_configuration": MANAGERS,
    "menu_source": MANAGERS,
    "menu_settings": ("administrator",),
}

#: Models that speak of a customer, but need no record rule about him, and why.
WITHOUT_CUSTOMER_RULE = {
    "crm.customer.group": "its members are read with the rules of customers",
    "crm.customer.import.row": "for managers only",
    "crm.customer.key": "for managers only",
    "crm.customer.revision": "for nobody",
    "crm.owner.transfer": "for managers only",
}
