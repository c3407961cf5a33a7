"""What a customer of the shop sees: own points and vouchers, in Vietnamese."""

from __future__ import annotations

import pytest

from tests.e2e.english import english_in
from tests.e2e.shop import NARROW, URL, WIDE, browser

PAGES = ("", "/points", "/vouchers")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["desk", "phone"])
def test_should_show_points_and_vouchers_in_vietnamese(viewport):
    with browser(viewport) as shop:
        shop.log_in_to_portal("khachhang")
        for page in PAGES:
            answer = shop.page.goto(f"{URL}/my{page}")
            assert answer.ok, page
            assert not shop.wider_than_the_screen(), page
            assert not english_in(shop.texts()), page
            assert not shop.errors, page
        assert shop.page.locator(".card .font-monospace").count()
