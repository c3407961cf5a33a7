{
    "name": "Retail CRM: Loyalty with Stock",
    "summary": "Goods that come back to the warehouse take their points back",
    "version": "19.0.1.1.0",
    "category": "Sales/CRM",
    "author": "Retail CRM",
    "website": "https://github.com/retail-crm/retail-crm",
    "license": "LGPL-3",
    "auto_install": True,
    "depends": ["crm_loyalty", "sale_stock"],
}
