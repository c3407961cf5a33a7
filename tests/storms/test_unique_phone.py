"""Eight clerks save the same customer at once: one succeeds, seven read why not.

Needs a database with `crm_customer` that may be written to: its name in CRM_TEST_DB,
Odoo's configuration file in CRM_TEST_CONF. Runs in Odoo's Python environment.
"""

import json
import os
import re
import subprocess
import sys
import uuid

import pytest

CLERKS = 8
CODES_EACH = 25

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

# A clerk's process: load Odoo, then for each order open a transaction, say so, wait
# for the word, save or count, answer.
CLERK = """
import json, sys
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

conf, database = sys.argv[1:]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
for order in sys.stdin:
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        env["res.partner"].search([], limit=1).read(["name", "ref", "phone"])
        print("ready", flush=True)
        sys.stdin.readline()
        order = json.loads(order)
        try:
            if isinstance(order, dict):
                answer = {"count": env["res.partner"].search_count(order["count"])}
                print(json.dumps(answer), flush=True)
                continue
            made = retrying(lambda: env["res.partner"].create(order), env)
            answer = {"ids": made.ids, "codes": made.mapped("ref")}
        except ValidationError as error:
            answer = {"refused": str(error)}
            cr.rollback()
        except Exception as error:
            answer = {"crashed": repr(error)}
            cr.rollback()
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture(scope="module")
def storm():
    """A function that lets the clerks create contacts, all at the same moment.

    It takes what each clerk passes to ``create`` and returns their answers: ``{"ids",
    "codes"}``, ``{"refused"}`` or ``{"crashed"}``. Its ``count(domain)`` tells how many
    contacts there are.
    """
    command = [sys.executable, "-c", CLERK, CONFIGURATION, DATABASE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    clerks = [subprocess.Popen(command, **pipes) for _clerk in range(CLERKS)]

    def tell(clerk, line):
        clerk.stdin.write(f"{line}\n")
        clerk.stdin.flush()

    def run(orders):
        assert len(orders) == CLERKS
        for clerk, order in zip(clerks, orders, strict=True):
            tell(clerk, json.dumps(order))
        assert [clerk.stdout.readline() for clerk in clerks] == ["ready\n"] * CLERKS
        for clerk in clerks:
            tell(clerk, "go")
        return [json.loads(clerk.stdout.readline()) for clerk in clerks]

    def count(domain):
        [clerk, *_others] = clerks
        tell(clerk, json.dumps({"count": domain}))
        assert clerk.stdout.readline() == "ready\n"
        tell(clerk, "go")
        return json.loads(clerk.stdout.readline())["count"]

    run.count = count
    yield run
    for clerk in clerks:
        clerk.kill()
        clerk.communicate()


@pytest.fixture(scope="module")
def email_rule(storm):
    """The rule that no two customers have the same e-mail address."""
    switch = """
import sys
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

conf, database = sys.argv[1:]
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
with Registry(database).cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env["crm.customer.field.rule"].search(
        [("field_name", "=", "email"), ("company_id", "=", env.company.id)]
    )
    rule.check_duplicate = True
"""
    subprocess.run([sys.executable, "-c", switch, CONFIGURATION, DATABASE], check=True)


def unused_phone():
    return f"0862{uuid.uuid4().int % 1_000_000:06d}"


def assert_one_winner(answers, *words):
    """One clerk saved; each other was told with these words, nothing else happened."""
    crashed = [answer for answer in answers if "crashed" in answer]
    refused = [answer["refused"] for answer in answers if "refused" in answer]
    assert not crashed
    assert len(refused) == CLERKS - 1
    for sentence in refused:
        for word in words:
            assert word in sentence


def test_same_phone_at_once_gives_one_customer(storm):
    phone, name = unused_phone(), f"Storm {uuid.uuid4()}"
    answers = storm([[{"name": name, "phone": phone}]] * CLERKS)
    assert_one_winner(answers, phone, name)
    assert storm.count([["phone", "=", phone]]) == 1


def test_notations_of_a_phone_at_once_give_one_customer(storm):
    phone, name = unused_phone(), f"Storm {uuid.uuid4()}"
    national = phone[1:]
    notations = [
        phone,
        f"+84{national}",
        f"84{national}",
        f"0{national[:3]}.{national[3:]}",
    ]
    answers = storm([[{"name": name, "phone": typed}] for typed in notations * 2])
    assert_one_winner(answers, name)


def test_same_code_at_once_gives_one_customer(storm):
    code, name = f"STORM-{uuid.uuid4().hex[:8]}", f"Storm {uuid.uuid4()}"
    answers = storm([[{"name": name, "ref": code}]] * CLERKS)
    assert_one_winner(answers, code, name)


def test_codes_given_at_once_are_all_different(storm):
    order = [{"name": f"Storm {uuid.uuid4()}"} for _number in range(CODES_EACH)]
    answers = storm([order] * CLERKS)
    codes = [code for answer in answers for code in answer["codes"]]
    assert len(codes) == len(set(codes)) == CLERKS * CODES_EACH
    assert all(re.fullmatch(r"KH\d+", code) for code in codes)


def test_same_email_at_once_gives_one_customer(storm, email_rule):
    email, name = f"{uuid.uuid4().hex}@example.com", f"Storm {uuid.uuid4()}"
    notations = [email, email.upper(), f'"Storm" <{email}>', f" {email} "]
    answers = storm([[{"name": name, "email": typed}] for typed in notations * 2])
    assert_one_winner(answers, name)
    assert storm.count([["email", "ilike", email]]) == 1


def test_values_in_any_order_at_once_are_no_deadlock(storm, email_rule):
    """Clerks save the same customers, each in another order."""
    customers = [
        {
            "name": f"Storm {uuid.uuid4()}",
            "phone": unused_phone(),
            "email": f"{uuid.uuid4().hex}@example.com",
        }
        for _number in range(CLERKS)
    ]
    orders = [customers[n:] + customers[:n] for n in range(CLERKS)]
    assert_one_winner(storm(orders), "Storm")
    names = [customer["name"] for customer in customers]
    assert storm.count([["name", "in", names]]) == len(customers)
