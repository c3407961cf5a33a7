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
TIMEOUT = 120

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

# What each clerk's process does: load Odoo, say so, wait for the word, act, answer.
CLERK = """
import json, logging, sys
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

conf, database, vals_list = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)
with registry.cursor() as cr:
    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    env["res.partner"].search([], limit=1).read(["name", "ref", "phone_key"])
    cr.rollback()
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        made = retrying(lambda: env["res.partner"].create(vals_list), env)
        answer = {"ids": made.ids, "codes": made.mapped("ref")}
    except ValidationError as error:
        answer = {"refused": str(error)}
    except Exception as error:
        answer = {"crashed": repr(error)}
print(json.dumps(answer), flush=True)
"""


def storm(*orders):
    """Let one clerk per order create its contacts, all at the same moment.

    :param orders: what each passes to ``create``.
    :return: their answers: ``{"ids", "codes"}``, ``{"refused"}`` or ``{"crashed"}``.
    """
    clerks = [
        subprocess.Popen(
            [sys.executable, "-c", CLERK, CONFIGURATION, DATABASE, json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for order in orders
    ]
    try:
        for clerk in clerks:
            assert clerk.stdout.readline() == "ready\n"
        for clerk in clerks:
            clerk.stdin.write("go\n")
            clerk.stdin.flush()
        answers = [clerk.communicate(timeout=TIMEOUT)[0] for clerk in clerks]
    finally:
        for clerk in clerks:
            clerk.kill()
    return [json.loads(answer.splitlines()[-1]) for answer in answers]


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


def test_same_phone_at_once_gives_one_customer():
    phone, name = unused_phone(), f"Storm {uuid.uuid4()}"
    answers = storm(*[[{"name": name, "phone": phone}]] * CLERKS)
    assert_one_winner(answers, phone, name)


def test_notations_of_a_phone_at_once_give_one_customer():
    phone, name = unused_phone(), f"Storm {uuid.uuid4()}"
    national = phone[1:]
    notations = [phone, f"+84{national}", f"84{national}", f"0{national[:3]}.{national[3:]}"]
    answers = storm(*[[{"name": name, "phone": typed}] for typed in notations * 2])
    assert_one_winner(answers, name)


def test_same_code_at_once_gives_one_customer():
    code, name = f"STORM-{uuid.uuid4().hex[:8]}", f"Storm {uuid.uuid4()}"
    answers = storm(*[[{"name": name, "ref": code}]] * CLERKS)
    assert_one_winner(answers, code, name)


def test_codes_given_at_once_are_all_different():
    order = [{"name": f"Storm {uuid.uuid4()}"} for _number in range(CODES_EACH)]
    answers = storm(*[order] * CLERKS)
    codes = [code for answer in answers for code in answer["codes"]]
    assert len(codes) == len(set(codes)) == CLERKS * CODES_EACH
    assert all(re.fullmatch(r"KH\d+", code) for code in codes)
