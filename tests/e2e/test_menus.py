"""Every menu of every role opens: no error, no English, no wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.english import english_in
from tests.e2e.shop import NARROW, WIDE, Shop, browser

SETTINGS = "crm_customer.menu_settings"
EVERYBODY = {
    "crm_customer.menu_customer_list",
    "crm_customer.menu_customer_group",
    "crm_customer.menu_interactions",
    "crm_customer.menu_order",
    "crm_loyalty.menu_points_account",
    "crm_loyalty.menu_tier",
    "crm_promotion.menu_promotion_program",
    "crm_promotion.menu_voucher",
    "crm_promotion.menu_promotion_report",
}
#: What each role must find; a menu that vanished is noticed.
ROLES = {
    "telesale": EVERYBODY,
    "marketing": EVERYBODY | {"crm_promotion.menu_voucher_import"},
    "shipping": EVERYBODY,
    "manager": EVERYBODY | {"crm_loyalty.menu_points_program"},
    "admin": EVERYBODY | {SETTINGS},
}
#: Whose records are opened as well, each with all pages of its form.
RECORDS_OF = "manager"
#: Records that are needed on the way.
ON_THE_WAY = {
    "crm_customer.menu_customer_list",
    "crm_customer.menu_customer_group",
    "crm_customer.menu_order",
    "crm_loyalty.menu_points_account",
    "crm_promotion.menu_voucher",
}
#: Settings are made at a desk: their lists are edited in place.
AT_A_DESK = "Cấu hình"
RECORD = ".o_data_row .o_data_cell, .o_kanban_record:not(.o_kanban_ghost)"
OUR_SETTINGS = ".app_settings_block[data-key='crm_customer']"
TAB = ".o_notebook_headers .nav-link:visible"
PROBLEM = ".o_error_dialog, .o_notification:has(.bg-danger)"
#: The name of a user of Odoo's own is no sentence of ours.
NAMES = {"Administrator"}


@pytest.mark.parametrize("role", ROLES)
def test_should_open_every_menu_in_vietnamese(role):
    with browser(WIDE) as shop:
        shop.log_in(role)
        menus = shop.menus()
        assert {menu.xmlid for menu in menus} >= ROLES[role]
        found = []
        for menu in menus:
            shop.choose(menu)
            found += problems_of(shop, str(menu))
            if menu.xmlid == SETTINGS:
                assert shop.page.locator(OUR_SETTINGS).is_visible()
            if role == RECORDS_OF and open_first_record(shop):
                for tab in [None, *shop.page.locator(TAB).all()]:
                    if tab:
                        tab.click()
                        shop.settle()
                    found += problems_of(shop, f"first record of {menu}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", ["telesale", "manager"])
def test_should_fit_a_phone(role):
    with browser(NARROW) as shop:
        shop.log_in(role)
        found = []
        for menu in shop.menus():
            if menu.path[0] == AT_A_DESK:
                continue
            shop.choose(menu)
            found += too_wide(shop, str(menu))
            if menu.xmlid in ON_THE_WAY and open_first_record(shop):
                found += too_wide(shop, f"first record of {menu}")
    assert not found, "\n".join(found)


def open_first_record(shop: Shop) -> bool:
    """Open the first record of a list or of cards, if there is one."""
    records = shop.page.locator(RECORD)
    if not records.count() or shop.page.locator(".modal").count():
        return False
    records.first.click()
    shop.settle()
    return True


def problems_of(shop: Shop, place: str) -> Iterator[str]:
    for text in english_in(shop.texts()):
        if text not in NAMES:
            yield f"{place}: English: {text}"
    for problem in shop.page.locator(PROBLEM).all_inner_texts():
        yield f"{place}: {problem[:400]}"
    while shop.errors:
        yield f"{place}: {shop.errors.pop()[:400]}"


def too_wide(shop: Shop, place: str) -> list[str]:
    return [f"{place}: {each}" for each in shop.wider_than_the_screen()]
