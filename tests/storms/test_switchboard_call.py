"""Eight deliveries of one call arrive at once: it is logged once, all get its id.

Needs `crm_customer` in the database, see ``harness``.
"""

import uuid

import pytest

from .harness import at_once, crew, do, needs_database

DELIVERIES = 8

pytestmark = needs_database


def log_call(env, call):
    """As a request of the API would."""
    admin = env(user=env.ref("base.user_admin"))
    return admin["crm.interaction"].log_call(**call)


@pytest.fixture(scope="module")
def deliver():
    """A function that hands calls to ``log_call``, one per process, all at once."""
    with crew(DELIVERIES) as processes:

        def run(calls):
            answers = at_once(processes, [do(log_call, call=call) for call in calls])
            return [answer.result() for answer in answers]

        yield run


def a_call(**more):
    phone = f"0862{uuid.uuid4().int % 1_000_000:06d}"
    return {"phone": phone, "source": "storm", "duration": 60, **more}


@pytest.mark.parametrize("_round", range(3))
def test_one_call_delivered_eight_times_is_logged_once(deliver, _round):
    answers = deliver([a_call(external_id=str(uuid.uuid4()))] * DELIVERIES)
    assert len({answer["id"] for answer in answers}) == 1
    assert [answer["created"] for answer in answers].count(True) == 1


def test_different_calls_at_once_are_all_logged(deliver):
    answers = deliver(
        [a_call(external_id=str(uuid.uuid4())) for _number in range(DELIVERIES)]
    )
    assert all(answer.get("created") for answer in answers), answers
    assert len({answer["id"] for answer in answers}) == DELIVERIES
