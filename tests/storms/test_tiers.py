"""Several processes raise the same customers at once: one change, one welcome gift.

All processes see the customers before any of them rose. They collide on the customers'
rows and are repeated by Odoo; the repetition finds the tier there.

Needs `crm_loyalty` in the database, see ``harness``. Without guard: the tiers get
there, but by a transaction that none of the processes meets.
"""

import uuid
from collections import Counter
from unittest.mock import patch

from . import points_shop
from .harness import GUARDED, at_once, crew, do, needs_database
from .shop import in_company

PROCESSES = 4
CUSTOMERS = 12

pytestmark = needs_database


def make_shop(env, name):
    """Customers with points for a tier that they don't have yet."""
    shop = points_shop.make_shop(env, name, CUSTOMERS)
    shop["golden"] = shop["partners"][::2]
    env = in_company(env, shop["company"])
    env["res.partner.grade"].create(
        [
            {
                "name": name,
                "is_tier": True,
                "company_id": env.company.id,
                "min_points": points,
                "min_amount": points,
                "welcome_points": gift,
            }
            for name, points, gift in (("Silver", 10, 0), ("Gold", 50, 7))
        ]
    )
    accounts = points_shop.provide_accounts(env, shop)
    with patch.object(type(accounts), "_follow_tier", lambda card: None):
        for account in accounts:
            points = 60 if account.partner_id.id in shop["golden"] else 20
            account._post_points(points, kind="earn", description="storm")
    return shop


def follow_tiers(env, shop, partner):
    program = env["loyalty.program"].browse(shop["program"])
    env["res.partner"].browse(partner)._follow_tiers(program)


def write_elsewhere(env):
    """From now on customers get their tier in a transaction of its own."""

    def write_multi(partners, vals_list):
        with partners.env.registry.cursor() as other:
            for partner, vals in zip(partners, vals_list, strict=True):
                if vals.get("grade_id"):
                    other.execute(
                        "UPDATE res_partner SET grade_id = %s WHERE id = %s",
                        [vals["grade_id"], partner.id],
                    )

    env.registry["res.partner"]._write_multi = write_multi


def look(env, shop):
    """Tiers, their changes and gifts of each customer; what the proof says."""
    partners = env["res.partner"].browse(shop["partners"])
    changes = env["crm.tier.change"].search([("partner_id", "in", partners.ids)])
    keys = {f"welcome:{p.id}:{p.grade_id.id}": p.id for p in partners}
    gifts = env["loyalty.history"].search([("idempotency_key", "in", list(keys))])
    cards = env["loyalty.card"].search([("program_id", "=", shop["program"])])
    return {
        "tiers": [partner.grade_id.name for partner in partners],
        "changes": Counter(change.partner_id.id for change in changes),
        "gifts": Counter(keys[line.idempotency_key] for line in gifts),
        "wrong": points_shop.unproved(env, cards),
    }


def test_customers_rise_once():
    guards = () if GUARDED else (do(write_elsewhere),)
    with crew(PROCESSES, *guards) as processes:
        shop = processes[0].call(make_shop, name=f"Tiers {uuid.uuid4()}")
        answers = [
            answer
            for partner in shop["partners"]
            for answer in at_once(
                processes, [do(follow_tiers, shop=shop, partner=partner)] * PROCESSES
            )
        ]
        found = processes[0].call(look, shop=shop)
    print(found)
    assert {answer.end for answer in answers} == {"done"}
    assert any(answer.again for answer in answers), "nobody met anybody"
    assert found["tiers"] == ["Gold", "Silver"] * (CUSTOMERS // 2)
    assert found["changes"] == dict.fromkeys(shop["partners"], 1)
    assert found["gifts"] == dict.fromkeys(shop["golden"], 1)
    assert found["wrong"] == []
