"""The main screens fit a phone, for each role of the demo shop."""

from __future__ import annotations

import pytest

from tests.e2e.shop import NARROW, Shop, browser

ROLES = ("telesale", "marketing", "shipping", "manager")
SCREENS = ("retail-customers", "customer-groups", "interactions")
#: A record of a list or of cards, whichever the screen shows here.
FIRST_RECORD = ".o_kanban_record:not(.o_kanban_ghost), .o_data_row .o_data_cell"


@pytest.mark.parametrize("role", ROLES)
def test_should_fit_a_phone(role):
    with browser(NARROW) as shop:
        shop.log_in(role)
        for screen in SCREENS:
            shop.open(screen)
            assert_fits(shop, screen)
        for screen in SCREENS[:2]:
            shop.open(screen)
            shop.page.locator(FIRST_RECORD).first.click()
            shop.page.wait_for_selector(".o_form_view")
            shop.settle()
            assert_fits(shop, f"a form of {screen}")
        assert not shop.errors


def assert_fits(shop: Shop, screen: str) -> None:
    """Nothing is wider than the phone: neither the page, nor a table in it."""
    too_wide = shop.page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll("table")]
            .filter((element) => element.scrollWidth > window.innerWidth)
            .map((element) => element.className || element.tagName)"""
    )
    assert not too_wide, f"{screen} is wider than a phone: {too_wide}"
