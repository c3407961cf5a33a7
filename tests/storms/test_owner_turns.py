"""Eight processes create customers at once: a team's turn is off by one at most.

Also when some of them are refused or give up halfway. Needs a database with
`crm_customer` that may be written to: its name in CRM_TEST_DB, Odoo's configuration
file in CRM_TEST_CONF. Runs in Odoo's Python environment.
"""

import json
import os
import subprocess
import sys
import uuid

import pytest

CLERKS = 8
ROUNDS = 6
EACH = 4
MEMBERS = 3

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

PRELUDE = """
import json, sys, time
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

conf, database = sys.argv[1:3]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
"""

# A team of its own, a rule for its own source; prints their ids.
SETUP = (
    PRELUDE
    + """
name, members = sys.argv[3], int(sys.argv[4])
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {"no_reset_password": True})
    group = env.ref("crm_customer.crm_customer_group_user")
    users = env["res.users"].create([
        {"name": f"{name} {n}", "login": f"{name}-{n}", "group_ids": [(4, group.id)]}
        for n in range(members)
    ])
    team = env["crm.team"].create({"name": name, "user_id": False})
    env["crm.team.member"].create(
        [{"crm_team_id": team.id, "user_id": user.id} for user in users]
    )
    source = env["utm.source"].create({"name": name, "code": name})
    rule = env["crm.owner.rule"].create({
        "name": name, "assign_to": "team", "team_id": team.id, "sequence": -1,
        "condition_ids": [
            (0, 0, {"attribute": "source", "source_ids": [(6, 0, source.ids)]})
        ],
    })
registry.signal_changes()
print(json.dumps({"users": users.ids, "source": source.id, "rule": rule.id}))
"""
)

# Afterwards: how many customers each member has; nobody else's rules are disturbed.
COUNT = (
    PRELUDE
    + """
source, rule = int(sys.argv[3]), int(sys.argv[4])
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {})
    groups = env["res.partner"]._read_group(
        [("source_id", "=", source)], ["user_id"], ["__count"]
    )
    turns = env["crm.owner.log"].search([("rule_id", "=", rule)]).mapped("turn")
    env["crm.owner.rule"].browse(rule).active = False
registry.signal_changes()
print(json.dumps({"counts": {user.id: n for user, n in groups}, "turns": turns}))
"""
)

# A clerk's process: for each order create customers in one transaction, beginning when
# all are ready; then save, or give up.
CLERK = (
    PRELUDE
    + """
for line in sys.stdin:
    order = json.loads(line)

    def create():
        made = env["res.partner"].create(order["customers"])
        env.flush_all()
        time.sleep(order["pause"])
        if order["gives_up"]:
            raise RuntimeError("gives up")
        return made

    registry.check_signaling()  # as at the begin of each request: rules are cached
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        env["res.partner"].search([], limit=1).read(["name"])
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            answer = {"made": len(retrying(create, env))}
        except RuntimeError:
            cr.rollback()
            answer = {"made": 0}
        except Exception as error:
            cr.rollback()
            answer = {"crashed": repr(error)}
    print(json.dumps(answer), flush=True)
"""
)


def run(script, *args):
    command = [sys.executable, "-c", script, CONFIGURATION, DATABASE, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def clerks():
    """Processes that have loaded Odoo; orders go in, answers come out."""
    command = [sys.executable, "-c", CLERK, CONFIGURATION, DATABASE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _clerk in range(CLERKS)]
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def tell(clerk, line):
    clerk.stdin.write(f"{line}\n")
    clerk.stdin.flush()


def storm(clerks, orders):
    """All clerks work on their orders at the same moment."""
    for clerk, order in zip(clerks, orders, strict=True):
        tell(clerk, json.dumps(order))
    assert [clerk.stdout.readline() for clerk in clerks] == ["ready\n"] * CLERKS
    for clerk in clerks:
        tell(clerk, "go")
    return [json.loads(clerk.stdout.readline()) for clerk in clerks]


def customers(count, source):
    return [
        {"name": f"Storm {uuid.uuid4()}", "source_id": source}
        for _number in range(count)
    ]


@pytest.mark.parametrize("giving_up", [0, 3], ids=["all save", "some give up"])
def test_turns_are_off_by_one_at_most(clerks, giving_up):
    shop = run(SETUP, f"storm-{uuid.uuid4().hex[:8]}", MEMBERS)
    made = 0
    for number in range(ROUNDS):
        answers = storm(
            clerks,
            [
                {
                    "customers": customers(1 + (clerk + number) % EACH, shop["source"]),
                    "pause": 0.01 * (clerk % 3),
                    "gives_up": (clerk + number) % CLERKS < giving_up,
                }
                for clerk in range(CLERKS)
            ],
        )
        assert not [answer for answer in answers if "crashed" in answer]
        made += sum(answer["made"] for answer in answers)

    result = run(COUNT, shop["source"], shop["rule"])
    counts = [result["counts"].get(str(user), 0) for user in shop["users"]]
    assert sum(counts) == made > CLERKS
    assert max(counts) - min(counts) <= 1
    assert sorted(result["turns"]) == list(range(1, made + 1))
