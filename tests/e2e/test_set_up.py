"""The launcher makes a Vietnamese shop that speaks English, too."""

import os

SHOP = """
SELECT country.code || ' ' || currency.name || ' ' || partner.tz
  FROM res_company company
  JOIN res_partner partner ON partner.id = company.partner_id
  JOIN res_country country ON country.id = partner.country_id
  JOIN res_currency currency ON currency.id = company.currency_id
 ORDER BY company.id LIMIT 1
"""
LANGUAGES = "SELECT code FROM res_lang WHERE active ORDER BY code"


def test_should_be_a_shop_in_vietnam_with_two_languages(odoo):
    name = os.environ["CRM_TEST_DB"]
    assert odoo.sql(SHOP, name) == ["VN VND Asia/Ho_Chi_Minh"]
    assert odoo.sql(LANGUAGES, name) == ["en_US", "vi_VN"]
