"""A browser in the back office of the shop, in a user's words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

URL = os.environ.get("CRM_TEST_URL", "")
CHROMIUM = os.environ.get("CRM_CHROMIUM") or "/usr/bin/chromium"
WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
TIMEOUT_MS = 30_000
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
)


class Shop:
    """One user's session."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def log_in(self, login: str, password: str | None = None) -> None:
        self.page.goto(f"{URL}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password or login)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def open(self, path: str) -> None:
        """Open an action by its path, e.g. ``retail-customers``."""
        self.page.goto(f"{URL}/odoo/{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the view is there and nothing is being loaded."""
        self.page.wait_for_selector(".o_action_manager .o_view_controller")
        # The indicator comes 250 ms after a slow request starts.
        self.page.wait_for_timeout(300)
        self.page.wait_for_selector(".o_loading_indicator", state="detached")

    def search(self, text: str) -> None:
        box = self.page.locator(".o_searchview_input")
        box.fill(text)
        box.press("Enter")
        self.settle()

    def rows(self) -> Locator:
        """Data rows of the list."""
        return self.page.locator(".o_list_view .o_data_row")

    def press(self, method: str) -> None:
        """Press the visible button of a model's method, whatever the language."""
        self.page.locator(f"button[name={method}]:visible").first.click()

    def field(self, name: str) -> Locator:
        return self.page.locator(f".o_field_widget[name={name}]").first

    def wait_for_state(self, state: str, *, seconds: int = 60) -> None:
        """Wait until the status bar of the form stands on a state."""
        current = self.page.locator(
            f".o_statusbar_status button[data-value={state}][aria-checked=true]"
        )
        expect(current).to_be_visible(timeout=seconds * 1000)

    def upload(self, name: str, file: Path) -> None:
        """Choose a file for a binary field."""
        self.page.locator(
            f".o_field_widget[name={name}] input[type=file]"
        ).set_input_files(file)
        self.settle()

    def picture(self, file: Path) -> None:
        self.settle()
        self.page.wait_for_timeout(400)  # animations
        self.page.screenshot(path=file)


@contextmanager
def browser(viewport: dict[str, int] = WIDE) -> Iterator[Shop]:
    """A fresh browser without a session."""
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        context = chromium.new_context(
            viewport=viewport, locale="vi-VN", accept_downloads=True
        )
        try:
            yield Shop(context.new_page())
        finally:
            chromium.close()
