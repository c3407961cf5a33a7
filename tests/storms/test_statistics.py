"""Four clerks confirm and cancel orders of two customers, and each runs his own jobs.

When all have gone home, the figures are those of a recount, although jobs that began
early end late. Needs a database with `crm_customer` that may be written to: its name in
CRM_TEST_DB, Odoo's configuration file in CRM_TEST_CONF.
"""

import json
import os
import subprocess
import sys
import uuid

import pytest

CLERKS = 4
ROUNDS = 8
CUSTOMERS = 2

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

START = """
import json, random, sys, time
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

conf, database, job = sys.argv[1:]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
job = json.loads(job)
QUIET = {"tracking_disable": True, "mail_notrack": True}
"""

# What a clerk does: flip one of his orders, commit, then do what the job does. The
# pause after the beginning of the transaction stands for a busy machine. The shop's own
# job runner stays out of it: it would repair what a clerk's job spoils.
CLERK = (
    START
    + """
from odoo.addons.queue_job.exception import RetryableJobError
registry["res.partner"]._enqueue_touched = lambda self: None
chance = random.Random(job["seed"])
collisions = 0
print("ready", flush=True)
sys.stdin.readline()
for round in range(job["rounds"]):
    order_id = chance.choice(job["orders"])
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, QUIET)
        order = env["sale.order"].browse(order_id)
        def flip():
            if order.state == "sale":
                order._action_cancel()
            else:
                order.action_draft()
                order.action_confirm()
        retrying(flip, env)
        customer_id = order.partner_id.id
    while True:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT 1")
            time.sleep(chance.choice((0, 0, 0.02, 0.1)))
            try:
                env["res.partner"].browse(customer_id)._job_refresh()
                cr.commit()
                break
            except RetryableJobError:
                cr.rollback()
                collisions += 1
print(json.dumps({"collisions": collisions}), flush=True)
"""
)

PREPARE = (
    START
    + """
registry["res.partner"]._enqueue_touched = lambda self: None
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, QUIET)
    names = [{"name": f"{job['name']} {n}"} for n in range(job["customers"])]
    customers = env["res.partner"].create(names)
    product = env["product.product"].create({"name": "Áo", "type": "service"})
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "price_unit": 1000 + n})
                ],
            }
            for n in range(job["clerks"])
            for customer in customers
        ]
    )
    each = len(customers)
    shares = [orders.ids[n * each : (n + 1) * each] for n in range(job["clerks"])]
print(json.dumps({"customers": customers.ids, "orders": shares}))
"""
)

RECOUNT = (
    START
    + """
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {})
    print(json.dumps({"wrong": env["crm.customer.stat"]._refresh(job["customers"])}))
    cr.rollback()
"""
)


# A job begins when an order is confirmed, and is held up. Meanwhile the order is
# cancelled, and the job of that finds the figures right. Then the first job goes on
# with what it saw.
LATE = (
    START
    + """
from odoo.addons.queue_job.exception import RetryableJobError
registry["res.partner"]._enqueue_touched = lambda self: None

def change(method):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, QUIET)
        getattr(env["sale.order"].browse(job["order"]), method)()

def refresh(cr):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.partner"].browse(job["customer"])._job_refresh()

change("action_confirm")
collided = False
with registry.cursor() as late:
    late.execute("SELECT 1")
    change("_action_cancel")
    with registry.cursor() as cr:
        refresh(cr)
    try:
        refresh(late)
    except RetryableJobError:
        late.rollback()
        collided = True
        refresh(late)
print(json.dumps({"collided": collided}))
"""
)


def command(code, job):
    return [sys.executable, "-c", code, CONFIGURATION, DATABASE, json.dumps(job)]


def answer(code, job):
    done = subprocess.run(
        command(code, job), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_job_that_began_earlier_does_not_bring_back_what_was():
    name = f"Storm {uuid.uuid4()}"
    made = answer(PREPARE, {"name": name, "customers": 1, "clerks": 1})
    [customer], [[order]] = made["customers"], made["orders"]
    late = answer(LATE, {"customer": customer, "order": order})
    assert answer(RECOUNT, {"customers": [customer]}) == {"wrong": 0}
    assert late == {"collided": True}


def test_figures_are_right_when_jobs_of_a_customer_overtake_each_other():
    name = f"Storm {uuid.uuid4()}"
    made = answer(PREPARE, {"name": name, "customers": CUSTOMERS, "clerks": CLERKS})
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    clerks = [
        subprocess.Popen(
            command(CLERK, {"seed": seed, "rounds": ROUNDS, "orders": orders}), **pipes
        )
        for seed, orders in enumerate(made["orders"])
    ]
    assert [clerk.stdout.readline() for clerk in clerks] == ["ready\n"] * CLERKS
    for clerk in clerks:
        clerk.stdin.write("go\n")
        clerk.stdin.flush()
    answers = [json.loads(clerk.communicate()[0]) for clerk in clerks]
    assert answer(RECOUNT, {"customers": made["customers"]}) == {"wrong": 0}
    # Otherwise this was no storm.
    assert sum(clerk["collisions"] for clerk in answers) > 0
