"""Conditions of groups as case tables: no database."""

from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools import group_conditions as rules
from ..tools.group_conditions import ATTRIBUTES, INPUTS, Values

TODAY = date(2026, 3, 31)
ORDERS, BOUGHT = "customer_order_count", "customer_amount_total"
LAST, SINCE = "customer_last_order_date", "member_since"
#: (attribute, operator, values, domain)
CASES = (
    ("order_count", ">=", {"number": 3}, [(ORDERS, ">=", 3)]),
    ("order_count", "<=", {"number": 3}, [(ORDERS, "<=", 3)]),
    ("order_count", "=", {}, [(ORDERS, "=", 0)]),
    ("order_count", "!=", {"number": 1}, [(ORDERS, "!=", 1)]),
    (
        "order_count",
        "between",
        {"number": 2, "number_to": 5},
        [(ORDERS, ">=", 2), (ORDERS, "<=", 5)],
    ),
    ("amount_total", ">=", {"amount": 5e6, "number": 9}, [(BOUGHT, ">=", 5e6)]),
    (
        "amount_total",
        "between",
        {"amount": 1e6, "amount_to": 2e6},
        [(BOUGHT, ">=", 1e6), (BOUGHT, "<=", 2e6)],
    ),
    ("debt", ">=", {"amount": -5}, [("customer_debt", ">=", -5)]),
    ("days_since_purchase", ">=", {"number": 31}, [(LAST, "<=", date(2026, 2, 28))]),
    ("days_since_purchase", "<=", {"number": 0}, [(LAST, ">=", TODAY)]),
    (
        "days_since_purchase",
        "between",
        {"number": 1, "number_to": 31},
        [(LAST, "<=", date(2026, 3, 30)), (LAST, ">=", date(2026, 2, 28))],
    ),
    ("days_since_purchase", "never", {}, [(LAST, "=", False)]),
    ("birth_month", "in", {"months": (1, 12)}, [("birth_month", "in", [1, 12])]),
    ("birth_month", "this_month", {}, [("birth_month", "in", [3])]),
    ("birth_month", "next_month", {}, [("birth_month", "in", [4])]),
    ("birth_month", "unset", {}, [("birth_month", "in", [False, 0])]),
    ("age", "<=", {"number": 18}, [("age", "<=", 18)]),
    ("gender", "=", {"gender": "male"}, [("gender", "=", "male")]),
    ("gender", "!=", {"gender": "male"}, [("gender", "!=", "male")]),
    ("gender", "unset", {}, [("gender", "=", False)]),
    ("source", "in", {"ids": (4, 5)}, [("source_id", "in", [4, 5])]),
    ("tag", "not_in", {"ids": (4,)}, [("category_id", "not in", [4])]),
    ("province", "set", {}, [("state_id", "!=", False)]),
    ("owner", "unset", {}, [("user_id", "=", False)]),
    (
        "member_since",
        "between",
        {"date_from": date(2026, 1, 1), "date_to": TODAY},
        [(SINCE, ">=", date(2026, 1, 1)), (SINCE, "<=", TODAY)],
    ),
    ("member_since", "since", {"date_from": TODAY}, [(SINCE, ">=", TODAY)]),
    ("member_since", "until", {"date_to": TODAY}, [(SINCE, "<=", TODAY)]),
    (
        "member_since",
        "last_days",
        {"number": 30},
        [(SINCE, ">=", date(2026, 3, 1)), (SINCE, "<=", TODAY)],
    ),
    (
        "member_since",
        "this_month",
        {},
        [(SINCE, ">=", date(2026, 3, 1)), (SINCE, "<=", TODAY)],
    ),
    ("member_since", "unset", {}, [(SINCE, "=", False)]),
)
#: (kind, operator, values, problem)
PROBLEMS = (
    ("number", ">=", {}, None),
    ("number", ">=", {"number": -1}, "negative"),
    ("number", "between", {"number": 3, "number_to": 2}, "order"),
    ("number", "between", {"number": 2, "number_to": 2}, None),
    ("number", "in", {}, "operator"),
    ("money", "<=", {"amount": -1000}, None),
    ("money", "between", {"amount": 3, "amount_to": 2}, "order"),
    ("days", "never", {}, None),
    ("days", "between", {"number": 9, "number_to": 1}, "order"),
    ("month", "in", {}, "missing"),
    ("month", "this_month", {}, None),
    ("gender", "=", {}, "missing"),
    ("gender", "unset", {}, None),
    ("tag", "in", {}, "missing"),
    ("tag", "not_in", {}, "missing"),
    ("tag", "set", {}, None),
    ("period", "between", {"date_from": TODAY}, "missing"),
    (
        "period",
        "between",
        {"date_from": TODAY, "date_to": date(2026, 1, 1)},
        "order",
    ),
    ("period", "last_days", {"number": -1}, "negative"),
)
MONTHS = (
    (None, ()),
    ("", ()),
    ("1", (1,)),
    (" 12, 1 ,1,", (1, 12)),
)


@tagged("post_install", "-at_install")
class TestGroupConditions(BaseCase):
    def test_each_condition_is_a_domain(self):
        for attribute, operator, values, expected in CASES:
            with self.subTest(attribute=attribute, operator=operator):
                found = rules.domain(
                    ATTRIBUTES[attribute], operator, Values(**values), TODAY
                )
                self.assertEqual(found, expected)

    def test_the_table_has_every_attribute_and_every_operator_of_its_kind(self):
        told = {
            (ATTRIBUTES[attribute].kind, operator) for attribute, operator, *_ in CASES
        }
        records = ("source", "tag", "province", "owner")
        for attribute in ATTRIBUTES.values():
            for operator in INPUTS[attribute.kind]:
                kinds = records if attribute.kind in records else (attribute.kind,)
                if attribute.kind == "money":
                    kinds = ("number", "money")
                with self.subTest(attribute=attribute, operator=operator):
                    self.assertTrue(any((kind, operator) in told for kind in kinds))
        self.assertEqual({case[0] for case in CASES}, set(ATTRIBUTES))

    def test_december_is_followed_by_january_and_shows_all_its_days(self):
        today = date(2026, 12, 5)
        month, since = ATTRIBUTES["birth_month"], ATTRIBUTES["member_since"]
        self.assertEqual(
            rules.domain(month, "next_month", Values(), today),
            [("birth_month", "in", [1])],
        )
        self.assertEqual(
            rules.domain(since, "this_month", Values(), today),
            [(SINCE, ">=", date(2026, 12, 1)), (SINCE, "<=", date(2026, 12, 31))],
        )

    def test_absurd_periods_are_no_error(self):
        days = ATTRIBUTES["days_since_purchase"]
        for number in (10**6, 2**31 - 1):
            rules.domain(days, ">=", Values(number=number), TODAY)

    def test_problems(self):
        for kind, operator, values, expected in PROBLEMS:
            with self.subTest(kind=kind, operator=operator, values=values):
                self.assertEqual(
                    rules.problem(kind, operator, Values(**values)), expected
                )

    def test_months_are_read(self):
        for text, expected in MONTHS:
            with self.subTest(text):
                self.assertEqual(rules.parse_months(text), expected)
        for text in ("0", "13", "x", "1;2"):
            with self.subTest(text), self.assertRaises(ValueError):
                rules.parse_months(text)
