{
    "name": "Retail CRM: Promotions with Point of Sale",
    "summary": "Tills leave promotions and vouchers to the back office",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Retail CRM",
    "website": "https://github.com/retail-crm/retail-crm",
    "license": "LGPL-3",
    "auto_install": True,
    "depends": ["crm_promotion", "pos_loyalty"],
    "data": ["security/crm_promotion_pos_rules.xml"],
    "assets": {
        "web.assets_tests": ["crm_promotion_pos/static/tests/tours/**/*"],
    },
}
