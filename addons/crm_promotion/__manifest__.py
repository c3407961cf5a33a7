{
    "name": "Retail CRM: Promotions",
    "summary": "Programmes that can say why, vouchers that can't be used twice",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Retail CRM",
    "website": "https://github.com/retail-crm/retail-crm",
    "license": "LGPL-3",
    "application": True,
    "depends": ["crm_customer", "crm_loyalty", "sale_loyalty_delivery"],
    "data": [
        "security/crm_promotion_groups.xml",
        "security/ir.model.access.csv",
        "views/crm_promotion_menus.xml",
    ],
}
