"""16 processes earn, spend, cancel, return, expire and adjust on 50 accounts at once.

They are repeated by Odoo when they collide, and some end in mid-transaction. At the end
no point is lost or doubled: each order has exactly what follows from its state, each
adjustment is there once, balances are the sums of their ledgers and none is below zero.

Needs `crm_loyalty` in the database, see ``harness``. CRM_STORM_OPERATIONS says how many
operations (10,000 is the full size); CRM_STORM_WITHOUT_GUARD lets the postings not
collide, and the test must fail.
"""

import os

from .harness import alone, needs_database

OPERATIONS = int(os.environ.get("CRM_STORM_OPERATIONS", "96"))
PROCESSES = 16
ACCOUNTS = 50
GUARDED = not os.environ.get("CRM_STORM_WITHOUT_GUARD")

ACTS = {"earn", "spend", "cancel", "again", "edit", "give_back", "expire", "adjust"}
#: What may happen instead: a sentence for the user; or five repetitions were not
#: enough, and nothing happened.
ENDS = {"refused", "SerializationFailure", "DeadlockDetected"}

pytestmark = needs_database


def test_no_point_is_lost_or_doubled():
    storm = alone(
        "tests.storms.points_storm:storm",
        {
            "operations": OPERATIONS,
            "processes": PROCESSES,
            "accounts": ACCOUNTS,
            "guarded": GUARDED,
        },
    )
    print(storm)
    assert storm["wrong"] == []
    done = storm["done"]
    assert sum(done.values()) + storm["killed"] == OPERATIONS
    assert set(done) <= ACTS | ENDS
