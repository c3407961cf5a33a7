"""A bulk adjustment is stopped, gone on with, undone; its batches run twice, or die.

Each account is adjusted exactly once, and undone exactly once. The jobs are done here,
each by two processes, as if the queue had taken one of them for dead.

Needs `crm_loyalty` in the database, see ``harness``. Without guard: jobs look neither
at what became of their rows nor for the key of a line; a stop doesn't wait for batches.
"""

import base64
import random
import time
import uuid
from collections import Counter

import pytest

from . import points_shop
from .harness import GUARDED, crew, do, doomed, job, needs_database, pause, share
from .shop import in_company

PROCESSES = 6
CUSTOMERS = 60
BATCH = 10
STOPS = 3
KILLED = 0.15
SEEDED = 50
MEANWHILE = 2  # seconds
#: First and last row of each batch; the heading is row 1.
BATCHES = [(first, first + BATCH - 1) for first in range(2, CUSTOMERS + 2, BATCH)]

pytestmark = needs_database


def without_jobs(env):
    """From now on we do what jobs do."""

    def enqueue_rows(record, *_jobs):
        record.run_number += 1

    env.registry["crm.loyalty.adjustment"]._enqueue_rows = enqueue_rows


def without_looking(env):
    """From now on a batch is done whatever became of its rows, and of their lines."""

    def take_rows(record, first, last, _states):
        rows = record.row_ids
        return rows.filtered(lambda row: first <= row.number <= last)

    env.registry["crm.loyalty.adjustment"]._take_rows = take_rows
    env.registry["crm.loyalty.adjustment.row"]._key = lambda row: str(uuid.uuid4())


def without_lock(env):
    """From now on nobody who changes the state waits for a batch."""
    env.registry["crm.loyalty.adjustment"]._lock_run = lambda record, _strength: None


def make_adjustment(env, name):
    """Customers with points, and a file that gives to some and takes from others.

    :return: the shop, the adjustment, and what each customer shall have afterwards.
    """
    shop = points_shop.make_shop(env, name, CUSTOMERS)
    env = in_company(env, shop["company"])
    rich = shop | {"partners": shop["partners"][::2]}  # the others have no account yet
    for card in points_shop.provide_accounts(env, rich):
        card._post_points(SEEDED, description="seed")
    partners = env["res.partner"].browse(shop["partners"])
    wanted = {p.id: 20 if n % 4 else -10 for n, p in enumerate(partners)}
    lines = [f"{partner.ref},{wanted[partner.id]},storm" for partner in partners]
    content = "\n".join(["Mã KH,Điểm,Lý do", *lines]).encode()
    record = env["crm.loyalty.adjustment"].create(
        {
            "source": "file",
            "file": base64.b64encode(content),
            "file_name": f"{name}.csv",
        }
    )
    record.action_preview()
    assert record.ready_count == CUSTOMERS
    return shop, record.id, wanted


def press(env, record, button):
    """:return: the number of the run that the jobs belong to."""
    record = env["crm.loyalty.adjustment"].browse(record)
    getattr(record, button)()
    return record.run_number


def work(env, record, method, args=(), run=None, held_up=False):
    """What a job of some run does."""
    from odoo.addons.crm_customer.models.crm_batch_run import RUN

    record = env["crm.loyalty.adjustment"].browse(record)
    if run:
        record = record.with_context(**{RUN: run})
    getattr(record, method)(*args)
    env.flush_all()
    if held_up:
        pause()


def look(env, shop, record):
    """The state, those of the rows, balances, and what the proof of them says."""
    record = env["crm.loyalty.adjustment"].browse(record)
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    return {
        "state": record.state,
        "rows": Counter(record.row_ids.mapped("state")),
        "balances": {card.partner_id.id: card.points for card in cards},
        "wrong": points_shop.unproved(env, cards),
    }


@pytest.fixture
def workers(request):
    guards = () if GUARDED else (do(request.param),)
    with crew(PROCESSES, do(without_jobs), *guards) as processes:
        yield processes


def guarded_by(guard):
    """The test fails without it."""
    return pytest.mark.parametrize("workers", [guard], indirect=True, ids=[""])


class Adjustment:
    """An adjustment, and what its customers had before."""

    def __init__(self, clerk):
        self._clerk = clerk
        self.shop, self.id, self.wanted = clerk.call(
            make_adjustment, name=f"Adjustment {uuid.uuid4()}"
        )
        self.before = self.look()["balances"]

    def press(self, button):
        return self._clerk.call(press, record=self.id, button=button)

    def pressing(self, button):
        return job(press, record=self.id, button=button)

    def working(self, method, *args, **more):
        return job(work, record=self.id, method=method, args=args, **more)

    def batches(self, method, run=None):
        return [self.working(method, *batch, run=run) for batch in BATCHES]

    def look(self):
        return self._clerk.call(look, shop=self.shop, record=self.id)


def run_with_interruptions(workers, chance, adjustment, method, run, *interruption):
    """All batches twice in each of several runs; between them it is interrupted.

    Some workers are killed. What is left is done at the end.
    """
    errands = []
    for number in range(STOPS + 1):
        batches = adjustment.batches(method, run + number) * 2
        chance.shuffle(batches)
        batches = [
            doomed(task) if chance.random() < KILLED else task for task in batches
        ]
        if number < STOPS:
            batches.insert(chance.randrange(len(BATCHES)), interruption)
        errands += batches
    answers = share(workers, errands)
    print(Counter(answer.end for answer in answers))
    assert {answer.end for answer in answers} <= {"done", "refused", "killed"}
    for answer in share(workers, adjustment.batches(method)):
        answer.result()


@guarded_by(without_looking)
def test_each_account_is_adjusted_once_and_undone_once(workers):
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    adjustment = Adjustment(workers[0])
    before, wanted = adjustment.before, adjustment.wanted

    stop = adjustment.pressing("action_cancel"), adjustment.pressing("action_resume")
    run = adjustment.press("action_start")
    run_with_interruptions(workers, chance, adjustment, "_job_apply", run, *stop)
    workers[0].call(work, record=adjustment.id, method="_job_finish")
    found = adjustment.look()
    assert found == {
        "state": "done",
        "rows": {"posted": CUSTOMERS},
        "balances": {p: before.get(p, 0) + points for p, points in wanted.items()},
        "wrong": [],
    }

    failure = adjustment.working("_job_failed"), adjustment.pressing("action_undo")
    run = adjustment.press("action_undo")
    run_with_interruptions(workers, chance, adjustment, "_job_undo", run, *failure)
    workers[0].call(work, record=adjustment.id, method="_job_undone")
    assert adjustment.look() == {
        "state": "undone",
        "rows": {"undone": CUSTOMERS},
        "balances": {partner: before.get(partner, 0) for partner in wanted},
        "wrong": [],
    }


@guarded_by(without_lock)
def test_undo_takes_back_what_a_batch_was_posting_at_the_stop(workers):
    slow, clerk = workers[:2]
    adjustment = Adjustment(clerk)
    adjustment.press("action_start")
    slow.begin(adjustment.working("_job_apply", *BATCHES[0], held_up=True))
    slow.wait()
    clerk.begin(
        adjustment.pressing("action_cancel"),
        adjustment.pressing("action_undo"),
        *adjustment.batches("_job_undo"),
        adjustment.working("_job_undone"),
    )
    time.sleep(MEANWHILE)
    slow.go()
    assert (slow.answer().end, clerk.answer().end) == ("done", "done")
    found = adjustment.look()
    assert found["state"] == "undone"
    assert found["rows"] == {"undone": BATCH, "ready": CUSTOMERS - BATCH}
    assert {p: n for p, n in found["balances"].items() if n} == {
        p: n for p, n in adjustment.before.items() if n
    }
