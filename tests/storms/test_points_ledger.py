"""16 processes earn, spend, cancel, return, expire and adjust on 50 accounts at once.

They are repeated by Odoo when they collide, and some end in mid-transaction. At the end
no point is lost or doubled: each order has exactly what follows from its state, each
adjustment is there once, balances are the sums of their ledgers and none is below zero.

Needs `crm_loyalty` in the database, see ``harness``. CRM_STORM_OPERATIONS says how many
operations (10,000 is the full size), CRM_STORM_SECONDS after how long no more begin.
Without guard: postings don't collide.
"""

import os
import random
import time
import uuid
from collections import Counter

from . import points_storm
from .harness import GUARDED, crew, do, doomed, needs_database, share
from .shop import without_refresh

OPERATIONS = int(os.environ.get("CRM_STORM_OPERATIONS", "96"))
SECONDS = int(os.environ.get("CRM_STORM_SECONDS", "0")) or float("inf")
PROCESSES = 16
ACCOUNTS = 50
#: Of all operations, those that end in mid-transaction. Who takes the place of a killed
#: one begins with empty caches, so each costs as much as ten others.
KILLED = 0.02
#: How often which operation is done.
OFTEN = {
    "earn": 5,
    "spend": 6,
    "cancel": 3,
    "again": 2,
    "edit": 2,
    "give_back": 3,
    "expire": 2,
    "adjust": 4,
}
#: What may happen: the operation; a sentence for the user; five repetitions were not
#: enough, and nothing happened; the process was killed.
ENDS = {"done", "refused", "gave up", "killed"}

pytestmark = needs_database


def some_operations(chance, shop):
    end = time.monotonic() + SECONDS
    for _number in range(OPERATIONS):
        if time.monotonic() > end:
            return
        [name] = chance.choices(list(OFTEN), OFTEN.values())
        operation = do(points_storm.act, shop=shop, name=name, seed=chance.random())
        yield doomed(operation) if chance.random() < KILLED else operation


def test_no_point_is_lost_or_doubled():
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    guards = () if GUARDED else (do(points_storm.post_without_collision),)
    with crew(PROCESSES, do(without_refresh), *guards) as processes:
        name = f"Points {uuid.uuid4()}"
        shop = processes[0].call(points_storm.make_shop, name=name, accounts=ACCOUNTS)
        begin = time.monotonic()
        answers = share(processes, some_operations(chance, shop))
        seconds = time.monotonic() - begin
        adjusted = Counter()
        for answer in answers:
            if answer.end == "done" and answer.value:
                card, points = answer.value
                adjusted[card] += points
        wrong, lines = processes[0].call(
            points_storm.judge, shop=shop, adjusted=adjusted
        )
    ends = Counter(answer.end for answer in answers)
    again = sum(answer.again for answer in answers)
    print(f"{len(answers)} operations in {seconds:.0f} s: {dict(ends)}, {again} again")
    print(f"{lines} lines of the ledger; wrong: {wrong}")
    assert wrong == []
    assert set(ends) <= ENDS, [a for a in answers if a.end not in ENDS]
