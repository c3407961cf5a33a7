"""Journeys through the served shop; without one they are skipped."""

import os

import pytest

from tests.e2e.shop import browser


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
