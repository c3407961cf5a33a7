{
    "name": "Retail CRM: Loyalty with Point of Sale",
    "summary": "Tills leave the points program to the back office",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "author": "Retail CRM",
    "website": "https://github.com/retail-crm/retail-crm",
    "license": "LGPL-3",
    "auto_install": True,
    "depends": ["crm_loyalty", "pos_loyalty"],
    "data": ["security/crm_loyalty_pos_rules.xml"],
}
