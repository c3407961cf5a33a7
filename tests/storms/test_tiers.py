"""Several processes raise the same customers at once: one change, one welcome gift.

All processes see the customers before any of them rose. They collide on the customers'
rows and are repeated by Odoo; the repetition finds the tier there.

Needs a database with `crm_loyalty` that may be written to: its name in CRM_TEST_DB,
Odoo's configuration file in CRM_TEST_CONF. Runs in Odoo's Python environment.
CRM_STORM_WITHOUT_GUARD lets the processes not collide, and the test must fail.
"""

import json
import os
import subprocess
import sys

import pytest

PROCESSES = 4
CUSTOMERS = 12

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

pytestmark = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

STORM = """
import json, os, sys
from unittest.mock import patch
import odoo.init
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config
import odoo.sql_db

conf, database, processes, customers = sys.argv[1:]
processes, customers = int(processes), int(customers)
config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
registry = Registry(database)

def environment(cr, **context):
    return api.Environment(cr, SUPERUSER_ID, {"lang": "en_US", **context})

def make_shop():
    with registry.cursor() as cr:
        env = environment(cr)
        company = env["res.company"].create({
            "name": f"Tiers {os.getpid()}", "currency_id": env.ref("base.VND").id})
        env = environment(cr, allowed_company_ids=company.ids)
        program = env["loyalty.program"]._provide_points_program(company)
        env["res.partner.grade"].create([
            {"name": name, "is_tier": True, "company_id": company.id,
             "min_points": points, "min_amount": points, "welcome_points": gift}
            for name, points, gift in (("Silver", 10, 0), ("Gold", 50, 7))])
        partners = env["res.partner"].create(
            [{"name": f"Tiers {number}"} for number in range(customers)])
        with patch.object(registry["loyalty.card"], "_follow_tier", lambda card: None):
            for number, partner in enumerate(partners):
                card = env["loyalty.card"]._provide_accounts(program, partner)[partner]
                card._post_points(20 if number % 2 else 60, kind="earn",
                                  description="storm")
        cr.commit()
        return program.id, partners.ids

def in_another_transaction(partners, vals_list):
    # The tiers get there, but no row of the transaction's own changes.
    with registry.cursor() as other:
        for partner, vals in zip(partners, vals_list):
            if vals.get("grade_id"):
                other.execute("UPDATE res_partner SET grade_id = %s WHERE id = %s",
                              [vals["grade_id"], partner.id])

def work(program_id, ids, ready, go):
    patch("odoo.service.model.random.uniform", lambda low, high: high / 20).start()
    if os.environ.get("CRM_STORM_WITHOUT_GUARD"):
        patch.object(registry["res.partner"], "_write_multi",
                     in_another_transaction).start()
    times = []
    for id_ in ids:
        with registry.cursor() as cr:
            env = environment(cr)
            def perform():
                times.append(id_)
                program = env["loyalty.program"].browse(program_id)
                if times.count(id_) == 1:
                    cr.execute("SELECT 1 FROM res_partner LIMIT 1")  # the snapshot
                    os.write(ready, b".")
                    os.read(go, 1)
                env["res.partner"].browse(id_)._follow_tiers(program)
            retrying(perform, env)
    return len(times) - len(ids)

program_id, ids = make_shop()
odoo.sql_db.close_all()
ready_r, ready_w = os.pipe()
go_r, go_w = os.pipe()
answer_r, answer_w = os.pipe()
for _child in range(processes):
    if not os.fork():
        again = -1
        try:
            again = work(program_id, ids, ready_w, go_r)
        finally:
            os.write(answer_w, f"{again}\\n".encode())
            os._exit(0)
for _round in ids:
    waiting = 0
    while waiting < processes:
        waiting += len(os.read(ready_r, processes - waiting))
    os.write(go_w, b"." * processes)
for _child in range(processes):
    os.wait()
again = [int(word) for word in os.read(answer_r, 4096).split()]

with registry.cursor() as cr:
    env = environment(cr)
    changes, gifts, tiers = {}, {}, []
    for partner in env["res.partner"].browse(ids):
        found = env["crm.tier.change"].search_count([("partner_id", "=", partner.id)])
        changes[found] = changes.get(found, 0) + 1
        key = f"welcome:{partner.id}:{partner.grade_id.id}"
        given = env["loyalty.history"].search_count([("idempotency_key", "=", key)])
        gifts[given] = gifts.get(given, 0) + 1
        tiers.append(partner.grade_id.name)
    wrong = [row for row in env["loyalty.card"]._verify_points()
             if env["loyalty.card"].browse(row[0]).program_id.id == program_id]
print(json.dumps({"changes": changes, "gifts": gifts, "tiers": tiers, "wrong": wrong,
                  "again": again}))
"""


def test_customers_rise_once():
    words = (CONFIGURATION, DATABASE, PROCESSES, CUSTOMERS)
    answer = subprocess.run(
        [sys.executable, "-c", STORM, *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    storm = json.loads(answer.stdout.splitlines()[-1])
    print(storm)
    assert -1 not in storm["again"]
    assert sum(storm["again"]) > 0, "nobody met anybody, so nothing was tried"
    assert storm["tiers"] == ["Gold", "Silver"] * (CUSTOMERS // 2)
    assert storm["changes"] == {"1": CUSTOMERS}
    assert storm["gifts"] == {"1": CUSTOMERS // 2, "0": CUSTOMERS // 2}
    assert storm["wrong"] == []
