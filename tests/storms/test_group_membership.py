"""Customers change, groups are redefined and rebuilt, all at once: members stay true.

Needs `crm_customer` in the database, see ``harness``. Without guard: a rebuild doesn't
claim the customers, and nobody holds the groups' definitions still.
"""

import random
import time
import uuid

import pytest

from .harness import GUARDED, crew, do, job, needs_database, pause, share
from .shop import without_refresh

CUSTOMERS = 12
PROCESSES = 5
ROUNDS = 25  # of each
GENDERS = ("male", "female", "other")
MEANWHILE = 3  # seconds

pytestmark = needs_database


def without_jobs(env):
    """From now on we do what jobs do, so that all have ended when we say so."""
    env.registry["crm.customer.group"]._request_rebuild = lambda *args, **more: None
    without_refresh(env)


def without_claims(env):
    from odoo.tools import SQL

    Group = env.registry["crm.customer.group"]
    Group._revise = lambda groups: SQL("")
    Group._lock_definitions = lambda groups: None


def make_groups(env, name, customers):
    """Male customers; a group of the males among them, and one of the females."""
    made = env["res.partner"].create(
        [{"name": f"{name} {n}", "gender": "male"} for n in range(customers)]
    )
    groups = env["crm.customer.group"].create(
        [
            {
                "name": f"{name} {gender}",
                "domain": str([("id", "in", made.ids)]),
                "condition_ids": [
                    (0, 0, {"attribute": "gender", "operator": "=", "gender": gender})
                ],
            }
            for gender in ("male", "female")
        ]
    )
    return {"customers": made.ids, "groups": groups.ids}


def set_gender(env, customers, gender, seconds=0):
    env["res.partner"].browse(sorted(customers)).write({"gender": gender})
    _end(env, seconds)


def choose(env, group, customers, choice):
    customers = env["res.partner"].browse(customers)
    env["crm.customer.group"].browse(group)._choose(customers, choice)


def redefine(env, group, gender):
    env["crm.customer.group"].browse(group).condition_ids.write({"gender": gender})


def refresh(env, customers, seconds=0, held_up=False):
    env["res.partner"].browse(customers)._job_refresh()
    _end(env, seconds, held_up)


def rebuild(env, group, seconds=0, held_up=False):
    env["crm.customer.group"].browse(group)._job_rebuild()
    _end(env, seconds, held_up)


def _end(env, seconds, held_up=False):
    """Work is done but not committed yet."""
    env.flush_all()
    time.sleep(seconds)
    if held_up:
        pause()


def compare(env, groups):
    """Group -> members as they are, and as they have to be; the groups go away."""
    groups = env["crm.customer.group"].browse(groups)
    found = {g.id: sorted(g.member_ids.partner_id.ids) for g in groups}
    true = {
        g.id: sorted(env["res.partner"].search(g._member_domain()).ids) for g in groups
    }
    groups.unlink()
    return found, true


@pytest.fixture(scope="module")
def clerks():
    guards = () if GUARDED else (do(without_claims),)
    with crew(PROCESSES, do(without_jobs), *guards) as processes:
        yield processes


def make(clerk, customers):
    return clerk.call(make_groups, name=f"Storm {uuid.uuid4()}", customers=customers)


def some_errand(chance, customers, groups):
    """Something that changes members, and the jobs that follow from it."""
    some, group = chance.sample(customers, 2), chance.choice(groups)
    gender = chance.choice(GENDERS)
    slow = {"seconds": chance.choice((0, chance.random() / 50))}
    follow = job(refresh, customers=some, **slow)
    return chance.choices(
        [
            [job(set_gender, customers=some, gender=gender, **slow), follow],
            [
                job(
                    choose,
                    group=group,
                    customers=some,
                    choice=chance.choice(("fixed", "excluded", "rule")),
                ),
                follow,
            ],
            [job(redefine, group=group, gender=gender), job(rebuild, group=group)],
            [job(rebuild, group=group, **slow)],
        ],
        weights=[2, 1, 1, 1],
    )[0]


def test_members_are_true_after_the_storm(clerks):
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    made = make(clerks[0], CUSTOMERS)
    errands = [some_errand(chance, **made) for _number in range(PROCESSES * ROUNDS)]
    answers = share(clerks, errands)
    found, true = clerks[0].call(compare, groups=made["groups"])
    assert {answer.end for answer in answers} == {"done"}
    assert found == true


def meet(slow, slow_task, quick, *quick_tasks):
    """One job is held up before its commit while something else happens."""
    slow.begin(slow_task)
    slow.wait()
    quick.begin(*quick_tasks)
    time.sleep(MEANWHILE)  # the quick one ends, or waits for the slow one
    slow.go()
    assert (slow.answer().end, quick.answer().end) == ("done", "done")


def test_rebuild_that_saw_an_older_customer_does_no_harm(clerks):
    made = make(clerks[0], 1)
    meet(
        clerks[0],
        job(rebuild, group=made["groups"][0], held_up=True),
        clerks[1],
        job(set_gender, customers=made["customers"], gender="female"),
        job(refresh, customers=made["customers"]),
    )
    found, true = clerks[0].call(compare, groups=made["groups"])
    assert found == true


def test_customer_that_saw_an_older_definition_does_no_harm(clerks):
    made = make(clerks[0], 1)
    group = made["groups"][0]
    meet(
        clerks[0],
        job(refresh, customers=made["customers"], held_up=True),
        clerks[1],
        job(redefine, group=group, gender="female"),
        job(rebuild, group=group),
    )
    found, true = clerks[0].call(compare, groups=made["groups"])
    assert found == true
