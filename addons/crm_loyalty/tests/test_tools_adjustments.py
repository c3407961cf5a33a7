"""Lists of points, as case tables."""

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_loyalty.tools.adjustments import (
    Wish,
    is_complete,
    match_columns,
    read_wish,
    whole_points,
)


@tagged("-at_install", "post_install")
class TestAdjustmentRules(BaseCase):
    def test_headings(self):
        for titles, expected in (
            (
                ["Mã KH", "SĐT", "Số điểm", "Lý do"],
                {"code": 0, "phone": 1, "points": 2, "reason": 3},
            ),
            (["Phone", "Tên", "POINTS"], {"phone": 0, "points": 2}),
            (["Điểm", "Điểm thưởng"], {"points": 0}),
            (["Ghi chú", "Mã"], {"reason": 0, "code": 1}),
            (["", None], {}),
        ):
            with self.subTest(titles=titles):
                self.assertEqual(match_columns(titles), expected)

    def test_who_and_how_many_must_be_there(self):
        for columns, complete in (
            (["code", "points"], True),
            (["phone", "points", "reason"], True),
            (["points"], False),
            (["code", "phone"], False),
        ):
            self.assertEqual(is_complete(columns), complete, columns)

    def test_whole_points(self):
        for value, expected in (
            (5, 5),
            (-5.0, -5),
            ("12", 12),
            ("+12", 12),
            ("- 12", -12),
            ("1.000", 1000),
            ("1,000,000", 1_000_000),
            ("12.0", 12),
            (0, 0),
            (1.5, None),
            ("1,5", None),
            ("năm", None),
            ("", None),
            (None, None),
            (True, None),
            (float("nan"), None),
            (float("inf"), None),
            (10**12, None),
            ("9" * 30, None),
        ):
            with self.subTest(value=value):
                self.assertEqual(whole_points(value), expected)

    def test_rows(self):
        columns = {"code": 0, "phone": 1, "points": 2, "reason": 3}
        for values, expected in (
            (["KH1", None, 5, "Quà"], Wish("KH1", "", 5, "Quà")),
            ([None, 912345678, "7", None], Wish("", "+84912345678", 7)),
            (["KH1", "12", 5, None], Wish("KH1", "", 5)),
            ([None, "12", 5, None], Wish("", "", 5, "", "phone")),
            ([None, None, 5, None], Wish("", "", 5, "", "nobody")),
            (["KH1", None, 0, None], Wish("KH1", "", 0, "", "points")),
            (["KH1", None, "x", None], Wish("KH1", "", 0, "", "points")),
        ):
            with self.subTest(values=values):
                self.assertEqual(read_wish(values, columns), expected)
