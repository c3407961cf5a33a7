"""Customers change, groups are redefined and rebuilt, all at once: members stay true.

Needs a database with `crm_customer` that may be written to: its name in CRM_TEST_DB,
Odoo's configuration file in CRM_TEST_CONF. Runs in Odoo's Python environment.
"""

import json
import os
import subprocess
import sys
import time
import uuid

import pytest

CUSTOMERS = 12
PROCESSES = 5
ROUNDS = 25
MEANWHILE = 3  # seconds

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

# A process: change something, then do the jobs that follow in transactions of their
# own, as often as they have to be repeated. Jobs are done here, not by a runner, so
# that all of them have ended when the process says so.
PROCESS = """
import json, random, sys, time
from unittest.mock import patch
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_ERRORS_TO_RETRY
from odoo.tools import SQL, config
from odoo.addons.queue_job.exception import RetryableJobError
from psycopg2 import OperationalError

conf, database = sys.argv[1:]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
order = json.loads(sys.stdin.readline())
chance = random.Random(order["seed"])
Group, Partner = registry["crm.customer.group"], registry["res.partner"]
patches = [
    patch.object(Group, "_request_rebuild", lambda self, cause="group": None),
    patch.object(Partner, "_enqueue_touched", lambda self: self.env.cr.precommit.data
                 .pop("crm_customer.touched", None)),
]
for name in order["without"]:
    guard = {"_revise": lambda self: SQL("")}.get(name, lambda self: None)
    patches.append(patch.object(Group, name, guard))
for each in patches:
    each.start()

def again(work):
    while True:
        try:
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
                work(env)
                if chance.random() < 0.5:
                    time.sleep(chance.random() / 50)
            return
        except (RetryableJobError, OperationalError) as error:
            code = getattr(error, "pgcode", None)
            if code and code not in PG_CONCURRENCY_ERRORS_TO_RETRY:
                raise

def genders():
    return chance.choice(["male", "female", "other"])

def change_customers():
    ids = chance.sample(order["customers"], 2)
    gender = genders()
    again(lambda env: env["res.partner"].browse(sorted(ids)).write({"gender": gender}))
    again(lambda env: env["res.partner"].browse(ids)._job_refresh())

def choose():
    ids, group = chance.sample(order["customers"], 2), chance.choice(order["groups"])
    choice = chance.choice(["fixed", "excluded", "rule"])
    again(lambda env: env["crm.customer.group"].browse(group)._choose(
        env["res.partner"].browse(ids), choice))
    again(lambda env: env["res.partner"].browse(ids)._job_refresh())

def redefine():
    group, gender = chance.choice(order["groups"]), genders()
    again(lambda env: env["crm.customer.group"].browse(group).condition_ids.write(
        {"gender": gender}))
    rebuild(group)

def rebuild(group=None):
    group = group or chance.choice(order["groups"])
    again(lambda env: env["crm.customer.group"].browse(group)._job_rebuild())

pauses = ["once"]

def pausing(work):
    def work_and_pause(env):
        work(env)
        env.flush_all()
        if pauses:
            pauses.pop()
            print("paused", flush=True)
            sys.stdin.readline()
    return work_and_pause

customer, group = order["customers"][0], order["groups"][0]

def set_gender(gender):
    again(lambda env: env["res.partner"].browse(customer).write({"gender": gender}))

# One customer, one group of male customers, and two processes in an order of events
# that chance rarely brings.
plays = {
    "rebuild slowly": lambda: again(pausing(
        lambda env: env["crm.customer.group"].browse(group)._job_rebuild())),
    "refresh slowly": lambda: again(pausing(
        lambda env: env["res.partner"].browse(customer)._job_refresh())),
    "make female": lambda: (set_gender("female"), again(
        lambda env: env["res.partner"].browse(customer)._job_refresh())),
    "make a group of females": lambda: (again(
        lambda env: env["crm.customer.group"].browse(group).condition_ids.write(
            {"gender": "female"})), rebuild(group)),
}
print("ready", flush=True)
sys.stdin.readline()
try:
    if order.get("play"):
        plays[order["play"]]()
        print("done", flush=True)
        sys.exit()
    for _round in range(order["rounds"]):
        chance.choice(
            [change_customers, change_customers, choose, rebuild, redefine])()
    print("done", flush=True)
except Exception as error:
    print(repr(error), flush=True)
"""

#: Making customers and groups, and comparing, in a process of its own as well.
SHELL = """
import json, sys
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

conf, database = sys.argv[1:3]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
order = json.loads(sys.argv[3])
with Registry(database).cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {"crm_customer_group_saving": True})
    if "make" in order:
        mark = order["make"]
        env.cr.precommit.add(lambda: env.cr.precommit.data.pop("crm_customer.touched"))
        env.cr.precommit.data["crm_customer.touched"] = {}  # no job follows
        customers = env["res.partner"].create(
            [{"name": f"{mark} {number}", "gender": "male"}
             for number in range(order["count"])])
        domain = str([("id", "in", customers.ids)])
        groups = env["crm.customer.group"].create([
            {"name": f"{mark} {gender}", "domain": domain, "condition_ids": [(0, 0,
                {"attribute": "gender", "operator": "=", "gender": gender})]}
            for gender in ("male", "female")])
        print(json.dumps({"customers": customers.ids, "groups": groups.ids}))
    else:
        groups = env["crm.customer.group"].browse(order["groups"])
        found = {g.id: sorted(g.member_ids.partner_id.ids) for g in groups}
        true = {g.id: sorted(env["res.partner"].search(g._member_domain()).ids)
                for g in groups}
        groups.unlink()
        print(json.dumps([found, true]))
"""


def shell(order):
    command = [sys.executable, "-c", SHELL, CONFIGURATION, DATABASE, json.dumps(order)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout.splitlines()[-1])


def storm(without=()):
    """Let all processes loose on the same customers and groups.

    :param without: names of guards to do without.
    :return: members as they are, and as they have to be.
    """
    made = shell({"make": f"Storm {uuid.uuid4()}", "count": CUSTOMERS})
    command = [sys.executable, "-c", PROCESS, CONFIGURATION, DATABASE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _number in range(PROCESSES)]
    try:
        for seed, process in enumerate(processes):
            order = made | {"seed": seed, "rounds": ROUNDS, "without": list(without)}
            process.stdin.write(f"{json.dumps(order)}\n")
            process.stdin.flush()
        assert [p.stdout.readline() for p in processes] == ["ready\n"] * PROCESSES
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [p.stdout.readline() for p in processes] == ["done\n"] * PROCESSES
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    return shell({"groups": made["groups"]})


def meeting(slow, quick, without=()):
    """One job is held up before its commit while something else happens."""
    made = shell({"make": f"Storm {uuid.uuid4()}", "count": 1})
    command = [sys.executable, "-c", PROCESS, CONFIGURATION, DATABASE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _number in range(2)]
    try:
        for process, play in zip(processes, (slow, quick), strict=True):
            order = made | {"seed": 1, "rounds": 0, "without": list(without)}
            tell(process, json.dumps(order | {"play": play}))
            assert process.stdout.readline() == "ready\n"
        tell(processes[0], "go")
        assert processes[0].stdout.readline() == "paused\n"
        tell(processes[1], "go")
        time.sleep(MEANWHILE)  # the quick one ends, or waits for the slow one
        tell(processes[0], "commit")
        assert [p.stdout.readline() for p in processes] == ["done\n"] * 2
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    return shell({"groups": made["groups"]})


def tell(process, line):
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def test_members_are_true_after_the_storm():
    found, true = storm()
    assert found == true


def test_rebuild_that_saw_an_older_customer_does_no_harm():
    found, true = meeting("rebuild slowly", "make female")
    assert found == true


def test_customer_that_saw_an_older_definition_does_no_harm():
    found, true = meeting("refresh slowly", "make a group of females")
    assert found == true
