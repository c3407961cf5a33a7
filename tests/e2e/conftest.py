"""Journeys through the served shop; without one they are skipped."""

import os
from pathlib import Path

import pytest

from launcher.layout import Layout
from launcher.odoo import Odoo
from launcher.postgres import Server
from tests.e2e.shop import browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True, scope="session")
def served_shop():
    if not os.environ.get("CRM_TEST_URL"):
        pytest.skip("needs a served shop: ./crm test")


@pytest.fixture
def shop():
    """A browser; an error in the page's scripts fails the test."""
    with browser() as opened:
        yield opened
        assert not opened.errors, opened.errors


@pytest.fixture(scope="session")
def odoo() -> Odoo:
    """The launcher's Odoo; which PostgreSQL it is says our environment."""
    conf = Path(os.environ["CRM_TEST_CONF"])
    return Odoo(Layout(ROOT, conf.parent), ROOT, Server("", "", ""), conf)
