"""Where a promotion is in its life."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.life import state_of

EARLY, TODAY, LATE = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


@tagged("post_install", "-at_install")
class TestStates(BaseCase):
    def test_states(self):
        cases = [
            (("draft"), {"started": False}),
            (("draft"), {"started": False, "date_to": EARLY}),
            (("running"), {"started": True}),
            (("running"), {"started": True, "date_to": TODAY}),
            (("ended"), {"started": True, "date_to": EARLY}),
            (("stopped"), {"started": True, "stopped_on": TODAY, "date_to": LATE}),
            (("stopped"), {"started": True, "stopped_on": EARLY, "date_to": EARLY}),
            (("running"), {"started": True, "stopped_on": LATE, "date_to": LATE}),
            (("ended"), {"started": True, "stopped_on": TODAY, "date_to": EARLY}),
        ]
        for expected, facts in cases:
            with self.subTest(**facts):
                self.assertEqual(state_of(TODAY, **facts), expected)
