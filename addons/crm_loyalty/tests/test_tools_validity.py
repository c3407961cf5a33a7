"""Until when points can be used, as a case table."""

from datetime import date, datetime

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_loyalty.tools.validity import day_after, expires_on, local_day

HERE = "Asia/Ho_Chi_Minh"


@tagged("-at_install", "post_install")
class TestValidity(BaseCase):
    def test_cases(self):
        for expected, validity, months, day in (
            (None, "none", 12, date(2026, 1, 31)),
            (date(2026, 2, 28), "months", 1, date(2026, 1, 31)),
            (date(2025, 2, 28), "months", 12, date(2024, 2, 29)),
            (date(2026, 12, 31), "year_end", 12, date(2026, 12, 31)),
        ):
            self.assertEqual(expires_on(validity, months, day), expected)

    def test_days_are_the_shops(self):
        self.assertEqual(local_day(datetime(2026, 12, 31, 17), HERE), date(2027, 1, 1))
        self.assertEqual(
            day_after(date(2026, 12, 31), HERE), datetime(2026, 12, 31, 17)
        )
