"""A browser in the back office of the shop, in a user's words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import ConsoleMessage, Locator, Page, expect, sync_playwright

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
#: The menus below the app, as its user sees them.
MENUS = """
() => {
    const service = odoo.__WOWL_DEBUG__.root.env.services.menu;
    const all = (menu, path) => [
        ...(menu.actionID ? [{id: menu.id, xmlid: menu.xmlid, path}] : []),
        ...menu.childrenTree.flatMap((child) => all(child, [...path, child.name])),
    ];
    const app = service.getApps().find(({xmlid}) => xmlid === "crm_customer.menu_root");
    return service.getMenuAsTree(app.id).childrenTree.flatMap(
        (menu) => all(menu, [menu.name])
    );
}
"""
CHOOSE = """
(id) => odoo.__WOWL_DEBUG__.root.env.services.menu.selectMenu(id)
"""
#: Each text that can be read on the page, also by pointing at something.
TEXTS = """
() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        if (walker.currentNode.parentElement.checkVisibility()) {
            texts.push(walker.currentNode.textContent);
        }
    }
    for (const name of ["alt", "aria-label", "data-tooltip", "placeholder", "title"]) {
        for (const element of document.querySelectorAll(`[${name}]`)) {
            if (element.checkVisibility()) {
                texts.push(element.getAttribute(name));
            }
        }
    }
    return texts.filter((text) => text.trim());
}
"""
TOO_WIDE = """
() => [document.documentElement, ...document.querySelectorAll("table:not(.o_pivot *)")]
    .filter((element) => element.scrollWidth > window.innerWidth)
    .map((element) => element.className || element.tagName)
"""


class Menu(NamedTuple):
    """An entry of the app's menu that opens something."""

    id: int
    xmlid: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{' / '.join(self.path)} ({self.xmlid})"


class Shop:
    """One user's session."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def log_in(self, login: str, password: str | None = None) -> None:
        self._give_password(login, password or login)
        self.page.wait_for_selector(".o_main_navbar")

    def log_in_to_portal(self, login: str) -> None:
        """As a customer, whose page is another."""
        self._give_password(login, login)
        self.page.wait_for_selector(".o_portal_my_home")

    def _give_password(self, login: str, password: str) -> None:
        self.page.goto(f"{URL}/web/login")
        self.page.fill("input[name=login]", login)
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")

    def open(self, path: str) -> None:
        """Open an action by its path, e.g. ``retail-customers``."""
        self.page.goto(f"{URL}/odoo/{path}")
        self.settle()

    def menus(self) -> list[Menu]:
        """What the app's menu offers to this user."""
        found = self.page.evaluate(MENUS)
        return [Menu(each["id"], each["xmlid"], tuple(each["path"])) for each in found]

    def choose(self, menu: Menu) -> None:
        """Open what a menu opens."""
        self.page.evaluate(CHOOSE, menu.id)
        self.settle()

    def texts(self) -> list[str]:
        """What can be read on the screen."""
        return self.page.evaluate(TEXTS)

    def wider_than_the_screen(self) -> list[str]:
        """What one would have to push sideways: the page, or a table in it."""
        return self.page.evaluate(TOO_WIDE)

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

    def tab(self, name: str) -> None:
        """Open a page of the form."""
        self.page.locator(f".o_notebook .nav-link[name={name}]").click()
        self.settle()

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
            viewport=viewport,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            accept_downloads=True,
        )
        try:
            yield Shop(context.new_page())
        finally:
            chromium.close()
