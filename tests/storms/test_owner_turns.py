"""Eight processes create customers at once: a team's turn is off by one at most.

Also when some of them are refused or give up halfway. Needs `crm_customer` in the
database, see ``harness``.
"""

import time
import uuid

import pytest

from .harness import at_once, crew, do, needs_database

CLERKS = 8
ROUNDS = 6
EACH = 4
MEMBERS = 3

pytestmark = needs_database


class GivesUp(Exception):
    """A clerk leaves without saving."""


def make_team(env, name, members):
    """A team of its own with a rule for its own source; their ids."""
    env = env(context={"no_reset_password": True})
    group = env.ref("crm_customer.crm_customer_group_user")
    users = env["res.users"].create(
        [
            {
                "name": f"{name} {n}",
                "login": f"{name}-{n}",
                "group_ids": [(4, group.id)],
            }
            for n in range(members)
        ]
    )
    team = env["crm.team"].create({"name": name, "user_id": False})
    env["crm.team.member"].create(
        [{"crm_team_id": team.id, "user_id": user.id} for user in users]
    )
    source = env["utm.source"].create({"name": name, "code": name})
    condition = {"attribute": "source", "source_ids": [(6, 0, source.ids)]}
    rule = env["crm.owner.rule"].create(
        {
            "name": name,
            "assign_to": "team",
            "team_id": team.id,
            "sequence": -1,
            "condition_ids": [(0, 0, condition)],
        }
    )
    return {"users": users.ids, "source": source.id, "rule": rule.id}


def count_turns(env, source, rule):
    """How many customers each member has; nobody else's rules are disturbed."""
    groups = env["res.partner"]._read_group(
        [("source_id", "=", source)], ["user_id"], ["__count"]
    )
    turns = env["crm.owner.log"].search([("rule_id", "=", rule)]).mapped("turn")
    env["crm.owner.rule"].browse(rule).active = False
    return {"counts": {user.id: n for user, n in groups}, "turns": turns}


def create(env, customers, pause, gives_up):
    """Create customers in one transaction; then save, or give up."""
    made = env(context={"tracking_disable": True})["res.partner"].create(customers)
    env.flush_all()
    time.sleep(pause)
    if gives_up:
        raise GivesUp
    return len(made)


@pytest.fixture(scope="module")
def clerks():
    with crew(CLERKS) as processes:
        yield processes


def customers(count, source):
    return [
        {"name": f"Storm {uuid.uuid4()}", "source_id": source}
        for _number in range(count)
    ]


@pytest.mark.parametrize("giving_up", [0, 3], ids=["all save", "some give up"])
def test_turns_are_off_by_one_at_most(clerks, giving_up):
    name = f"storm-{uuid.uuid4().hex[:8]}"
    shop = clerks[0].call(make_team, name=name, members=MEMBERS)
    made = 0
    for number in range(ROUNDS):
        answers = at_once(
            clerks,
            [
                do(
                    create,
                    customers=customers(1 + (clerk + number) % EACH, shop["source"]),
                    pause=0.01 * (clerk % 3),
                    gives_up=(clerk + number) % CLERKS < giving_up,
                )
                for clerk in range(CLERKS)
            ],
        )
        gave_up = [answer for answer in answers if answer.value == "GivesUp()"]
        assert len(gave_up) == giving_up
        made += sum(answer.result() for answer in answers if answer not in gave_up)

    result = clerks[0].call(count_turns, source=shop["source"], rule=shop["rule"])
    counts = [result["counts"].get(user, 0) for user in shop["users"]]
    assert sum(counts) == made > CLERKS
    assert max(counts) - min(counts) <= 1
    assert sorted(result["turns"]) == list(range(1, made + 1))
