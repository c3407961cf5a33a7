from odoo.tests import BaseCase, tagged

from ..tools.field_rules import OFFERED, audience, comparison, concerns, looked_at

NAMES = {"name", "phone", "email"}


@tagged("post_install", "-at_install")
class TestFieldRules(BaseCase):
    def test_values_are_compared_by_kind(self):
        for name, expected in (
            ("phone", "phone"),
            ("email", "email"),
            ("vat", "number"),
            ("website", "website"),
            ("street", "text"),
            ("x_nickname", "text"),
        ):
            with self.subTest(name):
                self.assertEqual(comparison(name), expected)

    def test_each_field_concerns_its_audience(self):
        for name, is_company, expected in (
            ("email", True, True),
            ("email", False, True),
            ("gender", True, False),
            ("gender", False, True),
            ("vat", True, True),
            ("vat", False, False),
            ("x_nickname", True, True),
        ):
            with self.subTest(name, is_company=is_company):
                self.assertEqual(concerns(name, is_company=is_company), expected)

    def test_fields_are_offered_once(self):
        names = [offered.name for offered in OFFERED]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(audience("birthdate"), "persons")

    def test_only_what_a_write_may_change_is_looked_at(self):
        for written, expected in (
            ({"comment", "user_id"}, set()),
            ({"email", "comment"}, {"email"}),
            ({"phone"}, {"phone"}),
            ({"country_id"}, {"phone"}),
            ({"is_customer"}, NAMES),
            ({"parent_id", "email"}, NAMES),
            ({"company_id"}, NAMES),
        ):
            with self.subTest(written):
                self.assertEqual(looked_at(written, NAMES), expected)
