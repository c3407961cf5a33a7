"""Eight processes run "Issue Voucher" on the same customers: each gets one.

Needs `crm_promotion` in the database, see ``harness``. Without guard: without the
unique index.
"""

import uuid
from collections import Counter

from .harness import GUARDED, at_once, crew, do, needs_database
from .promotion_shop import make_program
from .shop import in_company, make_company

PROCESSES = 8
CUSTOMERS = 20
ROUNDS = 3

pytestmark = needs_database


def make_shop(env, name):
    env = make_company(env, name)
    partners = env["res.partner"].create(
        [{"name": f"{name} {number}"} for number in range(CUSTOMERS * ROUNDS)]
    )
    vals = {"program_type": "coupons", "trigger": "with_code"}
    program = make_program(env, name, True, **vals)
    action = env["ir.actions.server"].create(
        {
            "name": name,
            "state": "voucher_issue",
            "model_id": env["ir.model"]._get_id("res.partner"),
            "voucher_program_id": program.id,
        }
    )
    return {
        "company": env.company.id,
        "partners": partners.ids,
        "program": program.id,
        "action": action.id,
    }


def drop_index(env):
    env.cr.execute("DROP INDEX IF EXISTS loyalty_card_voucher_once_uniq")


def issue(env, shop, partners):
    env = in_company(env, shop["company"])
    context = {"active_model": "res.partner", "active_ids": partners}
    env["ir.actions.server"].browse(shop["action"]).with_context(**context).run()


def count_vouchers(env, shop):
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    return Counter(card.partner_id.id for card in cards)


def test_a_customer_gets_one_voucher_of_an_action():
    with crew(PROCESSES) as processes:
        shop = processes[0].call(make_shop, name=f"Cause {uuid.uuid4()}")
        if not GUARDED:
            processes[0].call(drop_index)
        for number in range(ROUNDS):
            fresh = shop["partners"][number * CUSTOMERS :][:CUSTOMERS]
            # They run it on overlapping customers, in any order.
            tasks = [
                do(issue, shop=shop, partners=fresh[place:] + fresh[: place // 2])
                for place in range(PROCESSES)
            ]
            for answer in at_once(processes, tasks):
                answer.result()
        vouchers = processes[0].call(count_vouchers, shop=shop)
    assert vouchers == dict.fromkeys(shop["partners"], 1)
