"""Eight deliveries of one call arrive at once: it is logged once, all get its id.

Needs a database with `crm_customer` that may be written to: its name in CRM_TEST_DB,
Odoo's configuration file in CRM_TEST_CONF. Runs in Odoo's Python environment.
"""

import json
import os
import subprocess
import sys
import uuid

import pytest

DELIVERIES = 8

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

# A delivery's process: load Odoo, then for each call open a transaction, say so, wait
# for the word, log it as a request of the API would, answer.
DELIVERY = """
import json, sys
import odoo.init
from odoo import api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

conf, database = sys.argv[1:]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
for line in sys.stdin:
    with registry.cursor() as cr:
        root = api.Environment(cr, api.SUPERUSER_ID, {})
        env = root(user=root.ref("base.user_admin"))
        Interaction = env["crm.interaction"]
        Interaction.search([], limit=1).read(["phone"])
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            answer = retrying(lambda: Interaction.log_call(**json.loads(line)), env)
        except Exception as error:
            answer = {"crashed": repr(error)}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture(scope="module")
def deliver():
    """A function that hands calls to ``log_call``, one per process, all at once."""
    command = [sys.executable, "-c", DELIVERY, CONFIGURATION, DATABASE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _number in range(DELIVERIES)]

    def tell(process, line):
        process.stdin.write(f"{line}\n")
        process.stdin.flush()

    def run(calls):
        for process, call in zip(processes, calls, strict=True):
            tell(process, json.dumps(call))
        ready = [process.stdout.readline() for process in processes]
        assert ready == ["ready\n"] * DELIVERIES
        for process in processes:
            tell(process, "go")
        return [json.loads(process.stdout.readline()) for process in processes]

    yield run
    for process in processes:
        process.kill()
        process.communicate()


def a_call(**more):
    phone = f"0862{uuid.uuid4().int % 1_000_000:06d}"
    return {"phone": phone, "source": "storm", "duration": 60, **more}


@pytest.mark.parametrize("_round", range(3))
def test_one_call_delivered_eight_times_is_logged_once(deliver, _round):
    answers = deliver([a_call(external_id=str(uuid.uuid4()))] * DELIVERIES)
    assert not [answer for answer in answers if "crashed" in answer]
    assert len({answer["id"] for answer in answers}) == 1
    assert [answer["created"] for answer in answers].count(True) == 1


def test_different_calls_at_once_are_all_logged(deliver):
    answers = deliver(
        [a_call(external_id=str(uuid.uuid4())) for _number in range(DELIVERIES)]
    )
    assert all(answer.get("created") for answer in answers), answers
    assert len({answer["id"] for answer in answers}) == DELIVERIES
