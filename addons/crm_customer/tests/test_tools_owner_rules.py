from odoo.tests import BaseCase, tagged

from ..tools.owner_rules import (
    Condition,
    Facts,
    Rule,
    first_match,
    holds,
    in_turn,
    judge,
    spread,
)

FACEBOOK, ZALO, SHOP = 1, 2, 3


def from_source(*ids, operator="="):
    return Condition("source", operator, frozenset(ids))


def with_source(*ids):
    return Facts(company_id=1, values={"source": frozenset(ids)})


@tagged("post_install", "-at_install")
class TestConditions(BaseCase):
    def test_equal_to_one_of_the_values_or_different_from_all(self):
        cases = (
            # wanted, operator, found, holds
            ((FACEBOOK,), "=", (FACEBOOK,), True),
            ((FACEBOOK,), "=", (ZALO,), False),
            ((FACEBOOK, ZALO), "=", (ZALO,), True),
            ((FACEBOOK,), "=", (), False),
            ((FACEBOOK,), "!=", (FACEBOOK,), False),
            ((FACEBOOK,), "!=", (ZALO,), True),
            ((FACEBOOK, ZALO), "!=", (ZALO,), False),
            ((FACEBOOK,), "!=", (), True),
            # the values of the condition are lost
            ((), "=", (ZALO,), False),
            ((), "!=", (ZALO,), False),
            ((), "!=", (), False),
            # a customer may be in several groups
            ((FACEBOOK,), "=", (FACEBOOK, SHOP), True),
            ((FACEBOOK,), "!=", (FACEBOOK, SHOP), False),
            ((FACEBOOK,), "!=", (ZALO, SHOP), True),
        )
        for wanted, operator, found, expected in cases:
            with self.subTest(wanted=wanted, operator=operator, found=found):
                condition = from_source(*wanted, operator=operator)
                self.assertIs(holds(condition, with_source(*found)), expected)

    def test_unknown_attribute_is_like_an_empty_one(self):
        facts = Facts()
        self.assertFalse(holds(from_source(ZALO), facts))
        self.assertTrue(holds(from_source(ZALO, operator="!="), facts))


@tagged("post_install", "-at_install")
class TestRules(BaseCase):
    def test_all_conditions_must_hold(self):
        both = Rule(1, "created", (from_source(ZALO), from_source(SHOP, operator="!=")))
        self.assertTrue(judge(both, with_source(ZALO), "created").applies)
        verdict = judge(both, with_source(ZALO, SHOP), "created")
        self.assertFalse(verdict.applies)
        self.assertEqual(verdict.holds, (True, False))

    def test_rule_without_conditions_is_for_everybody(self):
        self.assertTrue(judge(Rule(1, "created"), Facts(), "created").applies)

    def test_events(self):
        cases = (
            ("created", "created", True),
            ("created", "updated", False),
            ("updated", "updated", True),
            ("updated", "created", False),
            ("both", "created", True),
            ("both", "updated", True),
            ("updated", None, True),
        )
        for event, happened, expected in cases:
            with self.subTest(event=event, happened=happened):
                verdict = judge(Rule(1, event), Facts(), happened)
                self.assertIs(verdict.applies, expected)

    def test_company(self):
        for company_id, expected in ((None, True), (1, True), (2, False)):
            with self.subTest(company_id=company_id):
                rule = Rule(1, "created", company_id=company_id)
                self.assertIs(judge(rule, Facts(company_id=1)).applies, expected)

    def test_first_match_wins(self):
        rules = [
            Rule(1, "created", (from_source(ZALO),)),
            Rule(2, "created", (from_source(FACEBOOK),)),
            Rule(3, "created"),
        ]
        self.assertEqual(first_match(rules, with_source(ZALO)).id, 1)
        self.assertEqual(first_match(rules, with_source(FACEBOOK)).id, 2)
        self.assertEqual(first_match(rules, with_source(SHOP)).id, 3)
        self.assertIsNone(first_match(rules[:2], with_source(SHOP)))


@tagged("post_install", "-at_install")
class TestTurns(BaseCase):
    def test_next_after_the_last_one(self):
        cases = (
            # who may get them, last one, expected
            ([(1, 2, 3)] * 4, None, [1, 2, 3, 1]),
            ([(1, 2, 3)] * 4, 1, [2, 3, 1, 2]),
            ([(1, 2, 3)] * 2, 3, [1, 2]),
            # the last one has left, or is absent
            ([(1, 3)] * 3, 2, [3, 1, 3]),
            ([(1, 2)] * 2, 9, [1, 2]),
            # somebody joins
            ([(1, 2, 3, 4)] * 2, 3, [4, 1]),
            # nobody is there: it is the same one's turn afterwards
            ([(), (1, 2)], 1, [None, 2]),
            # not everybody may have every customer
            ([(1,), (1, 2, 3), (2,)], 1, [1, 2, 2]),
            ([], 1, []),
        )
        for candidates, last, expected in cases:
            with self.subTest(candidates=candidates, last=last):
                self.assertEqual(in_turn(candidates, last), expected)

    def test_even_spread_over_batches(self):
        people = (5, 6, 7)
        whole = spread(10, people)
        self.assertEqual(spread(4, people) + spread(6, people, 4), whole)
        counts = [whole.count(person) for person in people]
        self.assertLessEqual(max(counts) - min(counts), 1)
