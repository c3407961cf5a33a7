"""Properties of lots: whatever happens, points add up and returns leave no trace."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_loyalty.tools.books import (
    Books,
    Earn,
    Return,
    Row,
    Spend,
    plan,
    simple,
)
from odoo.addons.crm_loyalty.tools.lots import NEW, Lot, Pardon, Spending, replay

START = datetime(2026, 1, 1, 12)
#: Examples aren't kept: a checkout may be read-only. Machines of tests may be slow.
calm = settings(
    database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def at(day):
    return START + timedelta(days=day)


def day(number):
    return at(number).date()


class Ledger:
    """A ledger in memory that posts as the database's does."""

    def __init__(self, *, forgive=False, always_whole=False):
        self.rows, self.forgive, self.always_whole = [], forgive, always_whole

    def post(self, today, *changes):
        rows = self.rows
        whole = Books.of(rows, datetime.date)
        known, remaining = whole, self.remaining()
        lots = {
            lot.id: Lot(lot.id, lot.at, lot.rank, remaining[lot.id], lot.expires_on)
            for lot in whole.lots.values()
            if remaining[lot.id]
        }
        if not self.always_whole and simple(
            changes,
            lots,
            debt=self.debt(),
            last=max((row.at for row in rows), default=None),
            today=day(today),
            day_of=datetime.date,
        ):
            known = Books(lots, whole=False)
        entries = plan(
            known,
            changes,
            today=day(today),
            now=at(today),
            day_of=datetime.date,
            forgive=self.forgive,
        )
        first = len(rows) + 1
        ids = range(first, first + len(entries))
        lot = next((n for n, e in zip(ids, entries, strict=True) if _is_lot(e)), None)
        for number, entry in zip(ids, entries, strict=True):
            own = entry.event > NEW
            event = entry.event if entry.event < NEW else number if own else first
            rows.append(
                Row(
                    number,
                    entry.kind,
                    entry.points,
                    lot if entry.lot == NEW else entry.lot,
                    event,
                    entry.at,
                    entry.expires_on,
                )
            )
        return first

    def remaining(self):
        left = Counter()
        for row in self.rows:
            if row.lot:
                left[row.lot] += row.points
        return left

    def debt(self):
        return -sum(row.points for row in self.rows if row.lot is None)

    @property
    def balance(self):
        return sum(row.points for row in self.rows)

    def state(self):
        """What counts: the balance and what can be used until when."""
        books = Books.of(self.rows, datetime.date)
        usable = Counter()
        for lot, points in self.remaining().items():
            usable[books.lots[lot].expires_on] += points
        return self.balance, self.debt(), +usable

    def check(self):
        """The invariants that the database holds as constraints."""
        books = Books.of(self.rows, datetime.date)
        for lot, points in self.remaining().items():
            made = next(row.points for row in self.rows if row.id == lot)
            assert 0 <= points <= made, (lot, points, made)
            assert lot in books.lots
        assert self.balance == sum(self.remaining().values()) - self.debt()
        assert self.debt() >= 0
        if self.forgive:
            assert self.balance >= 0


def _is_lot(entry):
    return entry.lot == NEW and entry.kind in ("earn", "adjust")


class Shop:
    """Orders that earn and spend, are changed and cancelled; targets, as orders do."""

    def __init__(self, **options):
        self.ledger, self.orders, self.today = Ledger(**options), {}, 0

    def order(self, key, earned, spent, validity, late=0):
        """:param late: days ago that the order came, which is known only now."""
        then = self.today - late
        expires = None if validity is None else day(then + validity)
        changes = []
        if spent:
            changes.append(Spend(spent, at(then)))
        if earned:
            changes.append(Earn(earned, at(then), expires))
        if changes:
            first = self.ledger.post(self.today, *changes)
            lots = [
                row.id for row in self.ledger.rows[first - 1 :] if row.lot == row.id
            ]
            self.orders[key] = [first, at(then), lots, earned, spent]

    def reduce(self, key, earned, spent):
        """The order now stands at fewer points, as after a return."""
        if key not in self.orders:
            return
        event, moment, lots, had, used = self.orders[key]
        earned, spent = min(earned, had), min(spent, used)
        changes = []
        if used > spent:
            changes.append(Spend(spent - used, moment, event))
        if had > earned:
            changes.append(Return(lots[0], had - earned))
        if changes:
            self.ledger.post(self.today, *changes)
        self.orders[key][3:] = [earned, spent]

    def wait(self, days):
        self.today += days

    def expire(self):
        self.ledger.post(self.today)


points = st.integers(0, 60)
validity = st.one_of(st.none(), st.integers(0, 6))
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("order"), points, points, validity, st.sampled_from([0, 0, 0, 1, 3])
        ),
        st.tuples(st.just("reduce"), st.integers(0, 12), points, points),
        st.tuples(st.just("wait"), st.integers(1, 4)),
        st.tuples(st.just("expire")),
    ),
    max_size=25,
)


def play(shop, story, cover):
    """Let a story happen; ``cover``: nobody spends more than the account has."""
    number = 0
    for name, *values in story:
        if name == "order":
            earned, spent, *more = values
            if cover:
                spent = min(spent, usable(shop))
            shop.order(number, earned, spent, *more)
            number += 1
        else:
            getattr(shop, name)(*values)
        shop.ledger.check()
    shop.expire()
    shop.ledger.check()
    return shop


def usable(shop):
    books = Books.of(shop.ledger.rows, datetime.date)
    left = shop.ledger.remaining()
    today = day(shop.today)
    return max(
        0,
        sum(
            left[lot.id]
            for lot in books.lots.values()
            if not lot.expires_on or lot.expires_on >= today
        )
        - shop.ledger.debt(),
    )


@tagged("-at_install", "post_install")
class TestLots(BaseCase):
    """Cases that are easy to get wrong, by hand."""

    def assertReplay(self, lots, spendings, remaining, debt=0, pardons=(), today=100):
        done = replay(lots, spendings, pardons, today=day(today))
        left = {lot: points for lot, points in done.remaining.items() if points}
        self.assertEqual((left, done.debt), (remaining, debt))
        return done

    def test_what_expires_first_is_spent_first(self):
        lots = [Lot(1, at(0), 1, 50), Lot(2, at(1), 2, 50, day(200))]
        self.assertReplay(lots, [Spending(3, at(2), day(2), 60)], {1: 40})

    def test_of_equal_lots_the_older_is_spent_first(self):
        lots = [Lot(1, at(0), 1, 50, day(200)), Lot(2, at(1), 2, 50, day(200))]
        self.assertReplay(lots, [Spending(3, at(2), day(2), 20)], {1: 30, 2: 50})

    def test_later_points_are_not_spent_before_they_are_earned(self):
        lots = [Lot(1, at(5), 1, 50)]
        done = self.assertReplay(lots, [Spending(2, at(2), day(2), 20)], {1: 30})
        self.assertEqual(dict(done.taken), {(2, 1): 20})

    def test_last_day_counts_the_day_after_does_not(self):
        lot = Lot(1, at(0), 1, 50, day(3))
        self.assertReplay([lot], [Spending(2, at(3), day(3), 20)], {}, today=4)
        self.assertReplay([lot], [Spending(2, at(4), day(4), 20)], {}, 20, today=4)

    def test_an_order_can_not_spend_what_it_earns(self):
        lots = [Lot(2, at(0), 1, 50)]
        done = self.assertReplay(lots, [Spending(1, at(0), day(0), 20)], {2: 30})
        self.assertEqual(done.balance, 30)

    def test_debt_is_forgiven_once_and_never_more_than_there_is(self):
        spent = [Spending(1, at(1), day(1), 70)]
        self.assertReplay([], spent, {}, 0, [Pardon(9, at(2), 70)])
        self.assertReplay([], spent, {}, 20, [Pardon(9, at(2), 50)])
        done = self.assertReplay([], [], {}, 0, [Pardon(9, at(2), 50)])
        self.assertFalse(done.pardoned)

    def test_expired_points_are_spent_after_all_when_the_others_were_returned(self):
        shop = Shop()
        shop.order("a", 100, 0, 10)
        shop.order("b", 100, 0, 20)
        shop.wait(1)
        shop.order("c", 0, 100, None)
        shop.wait(30)
        shop.expire()
        self.assertEqual(shop.ledger.balance, 0)
        shop.reduce("a", 0, 0)
        self.assertEqual(shop.ledger.balance, 0)
        kinds = Counter(row.kind for row in shop.ledger.rows)
        self.assertEqual(kinds["expire_back"], 1)
        self.assertEqual(kinds["move"], 2)

    def test_given_back_points_of_an_expired_lot_stay_expired(self):
        shop = Shop()
        shop.order("a", 100, 0, 10)
        shop.order("b", 0, 60, None)
        shop.wait(30)
        shop.reduce("b", 0, 0)
        self.assertEqual(shop.ledger.balance, 0)
        self.assertEqual(usable(shop), 0)


@tagged("-at_install", "post_install")
class TestLotProperties(BaseCase):
    @settings(calm, max_examples=300)
    @given(steps, st.booleans(), st.booleans())
    def test_points_add_up_whatever_happens(self, story, forgive, cover):
        play(Shop(forgive=forgive), story, cover)

    @settings(calm, max_examples=300)
    @given(steps, st.booleans())
    def test_the_short_way_is_the_long_way(self, story, forgive):
        short = play(Shop(forgive=forgive), story, True)
        long = play(Shop(forgive=forgive, always_whole=True), story, True)
        self.assertEqual(_posted(short), _posted(long))

    @settings(calm, max_examples=300)
    @given(steps)
    def test_what_was_returned_was_never_bought(self, story):
        real = play(Shop(), story, False)
        number, other = 0, []
        for name, *values in story:
            if name == "order":
                stands = real.orders.get(number, [0, 0, 0, 0, 0])[3:]
                other.append(("order", *stands, *values[2:]))
                number += 1
            elif name == "wait":
                other.append((name, *values))
        self.assertEqual(real.ledger.state(), play(Shop(), other, False).ledger.state())

    @settings(calm, max_examples=200)
    @given(steps)
    def test_posting_again_what_is_posted_posts_nothing(self, story):
        shop = play(Shop(), story, False)
        before = len(shop.ledger.rows)
        shop.ledger.always_whole = True
        shop.expire()
        self.assertEqual(len(shop.ledger.rows), before)


def _posted(shop):
    return Counter(
        (row.kind, row.points, row.at, row.expires_on) for row in shop.ledger.rows
    )
