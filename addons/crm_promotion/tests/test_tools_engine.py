"""The rules of promotions, without a database: cases, then properties of any order."""

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_promotion.tools.engine import plan
from odoo.addons.crm_promotion.tools.facts import Customer, Facts, Line
from odoo.addons.crm_promotion.tools.purse import spread
from odoo.addons.crm_promotion.tools.terms import Benefit, Book, Level, Terms

#: A Thursday.
NOON = datetime(2026, 1, 1, 12)
#: Examples aren't kept: a checkout may be read-only. Machines of tests may be slow.
calm = settings(
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)


def line(amount, product=1, quantity=1, tax=(), key=None):
    marks = frozenset({("product", product), ("category", product % 2)})
    key = product if key is None else key
    return Line(key, product, Fraction(quantity), amount, marks, tax)


def facts(*lines, **more):
    return Facts(**{"moment": NOON, "lines": lines, **more})


def percent(number, value, threshold=0, **more):
    benefit = Benefit(number, "percent", Fraction(value), cap=more.pop("cap", 0))
    return Terms(number, levels=(Level(Fraction(threshold), (benefit,)),), **more)


def amount(number, value, threshold=0, each=False, **more):
    benefit = Benefit(number, "amount", Fraction(value), each=each)
    return Terms(number, levels=(Level(Fraction(threshold), (benefit,)),), **more)


def off(found):
    """Program -> money it takes off."""
    money = {}
    for one in found.given:
        money[one.program] = money.get(one.program, 0) + one.amount
    return money


@tagged("post_install", "-at_install")
class TestEngine(BaseCase):
    def test_conditions(self):
        customer = Customer(
            groups=frozenset({1}),
            grade=2,
            source=3,
            tags=frozenset({4}),
            birth_month=1,
            orders=2,
            last_purchase=date(2025, 12, 2),
        )
        order = facts(
            line(100_000, 7, quantity=2), customer=customer, pricelist=5, team=6
        )
        cases = [
            ({}, True),
            ({"groups": frozenset({1, 9})}, True),
            ({"groups": frozenset({9})}, False),
            ({"grades": frozenset({2})}, True),
            ({"grades": frozenset({1})}, False),
            ({"sources": frozenset({3})}, True),
            ({"sources": frozenset({4})}, False),
            ({"customer_tags": frozenset({4})}, True),
            ({"customer_tags": frozenset({3})}, False),
            ({"birth_month": True}, True),
            ({"buyers": "returning"}, True),
            ({"buyers": "first"}, False),
            ({"idle_days": 30}, True),
            ({"idle_days": 31}, False),
            ({"teams": frozenset({6})}, True),
            ({"teams": frozenset({5})}, False),
            ({"pricelists": frozenset({5})}, True),
            ({"pricelists": frozenset({6})}, False),
            ({"goods": frozenset({("product", 7)})}, True),
            ({"goods": frozenset({("category", 1)})}, True),
            ({"goods": frozenset({("product", 8)})}, False),
            ({"minimum": 100_000}, True),
            ({"minimum": 100_001}, False),
            ({"first_day": date(2026, 1, 1), "last_day": date(2026, 1, 1)}, True),
            ({"first_day": date(2026, 1, 2)}, False),
            ({"last_day": date(2025, 12, 31)}, False),
            ({"weekdays": frozenset({3})}, True),
            ({"weekdays": frozenset({0, 6})}, False),
            ({"hours": (720, 721)}, True),
            ({"hours": (660, 720)}, False),
            ({"hours": (1320, 721)}, True),
            ({"hours": (1320, 120)}, False),
            ({"code": True}, False),
            ({"voucher": True}, False),
            ({"currency": 1}, False),
        ]
        for asked, expected in cases:
            with self.subTest(asked):
                terms = percent(1, 10, **asked)
                self.assertEqual(bool(plan(order, [terms]).given), expected)
                self.assertEqual(
                    bool(plan(order, Book([terms])).given), expected, "by the index"
                )

    def test_code_and_voucher_open_their_program(self):
        for name in ("code", "voucher"):
            order = facts(line(100_000), **{f"{name}s": frozenset({1})})
            book = Book([percent(1, 10, **{name: True}), percent(2, 9, **{name: True})])
            self.assertEqual(off(plan(order, book)), {1: 10_000})

    def test_what_the_budget_does_not_suffice_for_is_left_to_others(self):
        order = facts(line(100_000), left={1: 9_999})
        found = plan(order, [percent(1, 10, priority=1), percent(2, 50)], why=True)
        self.assertEqual(off(found), {2: 50_000})
        outcomes = {verdict.program: verdict.outcome for verdict in found.verdicts}
        self.assertEqual(outcomes, {1: "room", 2: "given"})
        order = facts(line(100_000), left={1: 10_000})
        self.assertEqual(off(plan(order, [percent(1, 10, priority=1)])), {1: 10_000})

    def test_highest_level_reached_gives_all_its_benefits(self):
        rows = [(0, 5), (200_000, 10), (500_000, 20)]
        gift = Benefit(9, "gift", Fraction(1), product=3)
        levels = tuple(
            Level(
                Fraction(threshold),
                (Benefit(number, "percent", Fraction(value)), gift),
            )
            for number, (threshold, value) in enumerate(rows)
        )
        terms = Terms(1, levels=levels)
        for bought, expected in (
            (199_999, 10_000),
            (200_000, 20_000),
            (499_999, 50_000),
            (500_000, 100_000),
        ):
            found = plan(facts(line(bought)), [terms])
            self.assertEqual(off(found)[1], expected)
            self.assertEqual([g.kind for g in found.given], ["percent", "gift"])

    def test_discounts_are_taken_off_what_is_left(self):
        order = facts(line(100_000))
        found = plan(order, [percent(2, 10, priority=2), percent(1, 10, priority=1)])
        self.assertEqual(off(found), {1: 10_000, 2: 9_000})
        found = plan(order, [amount(1, 70_000), amount(2, 70_000)])
        self.assertEqual(off(found), {1: 70_000, 2: 30_000})

    def test_who_goes_first(self):
        order = facts(line(100_000))
        cases = [
            # Of an exclusion group: by priority, then the better one.
            ([percent(1, 10, exclusive=1), percent(2, 20, exclusive=1)], {2: 20_000}),
            (
                [
                    percent(1, 10, exclusive=1, priority=1),
                    percent(2, 20, exclusive=1),
                ],
                {1: 10_000},
            ),
            # Not together with others: the first one decides.
            ([percent(1, 10), percent(2, 20, alone=True)], {2: 20_000}),
            ([percent(1, 30), percent(2, 20, alone=True)], {1: 30_000}),
            ([percent(1, 10), percent(2, 10, exclusive=1)], {1: 10_000, 2: 9_000}),
        ]
        for programs, expected in cases:
            self.assertEqual(off(plan(order, programs)), expected)

    def test_what_has_nothing_left_to_give_keeps_nobody_away(self):
        order = facts(line(100_000))
        programs = [
            amount(1, 100_000, priority=1),
            percent(2, 50, exclusive=1, priority=2),
        ]
        found = plan(order, programs, why=True)
        outcomes = {v.program: v.outcome for v in found.verdicts}
        self.assertEqual(outcomes, {1: "given", 2: "nothing"})

    def test_caps_repetition_shipping_points(self):
        order = facts(line(100_000, quantity=5), delivery=(line(30_000, 99, key=99),))
        self.assertEqual(off(plan(order, [percent(1, 50, cap=7)])), {1: 7})
        each = amount(1, 1_000, 2, each=True, basis="quantity")
        self.assertEqual(off(plan(order, [each])), {1: 2_000})
        free = Terms(
            2, levels=(Level(Fraction(0), (Benefit(2, "shipping", cap=20_000),)),)
        )
        self.assertEqual(off(plan(order, [free])), {2: 20_000})
        points = Benefit(3, "points", Fraction(7), each=True)
        giving = Terms(3, basis="quantity", levels=(Level(Fraction(2), (points,)),))
        self.assertEqual([g.quantity for g in plan(order, [giving]).given], [14])

    def test_halves_are_rounded_upwards(self):
        self.assertEqual(off(plan(facts(line(5)), [percent(1, 50)])), {1: 3})

    def test_discounts_by_hand_come_first(self):
        order = facts(line(100_000), off=40_000)
        self.assertEqual(off(plan(order, [percent(1, 50)])), {1: 30_000})
        order = replace(order, off=200_000)
        self.assertEqual(off(plan(order, [percent(1, 50)])), {})

    def test_refused_and_declined_say_so(self):
        order = facts(line(100_000), refused={1: "declined"})
        [verdict] = plan(order, [percent(1, 10)], why=True).verdicts
        self.assertEqual(verdict.outcome, "condition")
        self.assertEqual(verdict.checks[0].actual, "declined")


MARKS = st.frozensets(
    st.sampled_from([("product", n) for n in range(1, 6)] + [("category", 0)])
)
LINES = st.lists(
    st.tuples(
        st.integers(1, 400_000),
        st.integers(1, 6),
        st.integers(1, 5),
        st.sampled_from([(), (8,), (10,)]),
    ),
    min_size=1,
    max_size=6,
)
BENEFITS = st.builds(
    Benefit,
    id=st.integers(1, 99),
    kind=st.sampled_from(["percent", "amount", "gift", "points", "shipping"]),
    value=st.integers(1, 100).map(Fraction),
    cap=st.sampled_from([0, 1, 5_000]),
    everything=st.booleans(),
    each=st.booleans(),
    product=st.just(3),
)
LEVELS = st.dictionaries(
    st.integers(0, 500_000), st.lists(BENEFITS, min_size=1, max_size=2), min_size=1
).map(
    lambda rows: tuple(
        Level(Fraction(threshold), tuple(rows[threshold])) for threshold in sorted(rows)
    )
)
PROGRAMS = st.lists(
    st.builds(
        Terms,
        id=st.integers(1, 50),
        priority=st.integers(1, 3),
        goods=MARKS,
        alone=st.booleans(),
        exclusive=st.sampled_from([None, 1, 2]),
        buyers=st.sampled_from(["all", "all", "first", "returning"]),
        levels=LEVELS,
    ),
    max_size=8,
    unique_by=lambda terms: terms.id,
)


@st.composite
def orders(draw):
    rows = draw(LINES)
    goods = [
        line(worth, product, quantity, tax, key=number)
        for number, (worth, product, quantity, tax) in enumerate(rows)
    ]
    delivery = (line(draw(st.integers(1, 50_000)), 98, key=98),)
    return facts(
        *goods,
        delivery=delivery,
        off=draw(st.sampled_from([0, 0, 1, 99_999])),
        prices={3: 10_000},
    )


@tagged("post_install", "-at_install")
class TestEngineProperties(BaseCase):
    @calm
    @given(orders(), PROGRAMS)
    def test_never_more_than_there_is(self, order, programs):
        given_ = plan(order, programs).given
        worth = sum(one.amount for one in order.lines)
        shipping = sum(one.amount for one in given_ if one.kind == "shipping")
        goods = sum(one.amount for one in given_) - shipping
        self.assertLessEqual(goods, max(0, worth - order.off))
        self.assertLessEqual(shipping, sum(one.amount for one in order.delivery))
        for one in given_:
            self.assertEqual(one.amount, sum(part for _tax, part in one.by_tax))
            self.assertTrue(one.amount > 0 or one.quantity > 0)
        for tax in {one.tax for one in order.lines}:
            of_tax = sum(one.amount for one in order.lines if one.tax == tax)
            taken = sum(
                part
                for one in given_
                if one.kind != "shipping"
                for by, part in one.by_tax
                if by == tax
            )
            self.assertLessEqual(taken, of_tax)

    @calm
    @given(orders(), PROGRAMS, st.randoms())
    def test_order_of_lines_and_programs_does_not_matter(self, order, programs, chance):
        found = plan(order, programs)
        lines, others = list(order.lines), list(programs)
        chance.shuffle(lines)
        chance.shuffle(others)
        renumbered = tuple(replace(one, key=key) for key, one in enumerate(lines))
        self.assertEqual(plan(replace(order, lines=renumbered), others), found)

    @calm
    @given(orders(), PROGRAMS)
    def test_index_and_reasons_change_nothing(self, order, programs):
        found = plan(order, programs)
        self.assertEqual(plan(order, Book(programs)), found)
        self.assertEqual(plan(order, programs, why=True).given, found.given)

    @calm
    @given(orders(), PROGRAMS)
    def test_a_program_that_is_gone_leaves_no_trace(self, order, programs):
        without = plan(order, programs)
        guest = amount(99, 1_000)
        plan(order, [*programs, guest])
        self.assertEqual(plan(order, programs), without)
        # Nor does one that doesn't fit.
        stranger = amount(99, 1_000, goods=frozenset({("product", 77)}))
        self.assertEqual(plan(order, [*programs, stranger]), without)

    @calm
    @given(orders(), PROGRAMS)
    def test_one_of_a_group_and_alone_is_alone(self, order, programs):
        by_id = {terms.id: terms for terms in programs}
        given_ = [by_id[number] for number in plan(order, programs).programs]
        groups = [terms.exclusive for terms in given_ if terms.exclusive]
        self.assertEqual(len(groups), len(set(groups)))
        if any(terms.alone for terms in given_):
            self.assertEqual(len(given_), 1)

    @calm
    @given(
        st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.integers(0, 10_000)
    )
    def test_shares_add_up(self, weights, total):
        total = min(total, sum(weights))
        shares = spread(total, weights)
        self.assertEqual(sum(shares), total)
        for share, weight in zip(shares, weights, strict=True):
            self.assertTrue(0 <= share <= weight)
            exact = Fraction(total * weight, sum(weights) or 1)
            self.assertLess(abs(share - exact), 1)
