"""Eight clerks save the same customer at once: one succeeds, seven read why not.

Needs `crm_customer` in the database, see ``harness``.
"""

import re
import uuid
from collections import Counter

import pytest

from .harness import at_once, crew, do, needs_database

CLERKS = 8
CODES_EACH = 25

pytestmark = needs_database


def save(env, customers):
    made = env["res.partner"].create(customers)
    return {"ids": made.ids, "codes": made.mapped("ref")}


def count(env, domain):
    return env["res.partner"].search_count(domain)


def forbid_equal_emails(env):
    """The rule that no two customers have the same e-mail address."""
    rule = env["crm.customer.field.rule"].search(
        [("field_name", "=", "email"), ("company_id", "=", env.company.id)]
    )
    rule.check_duplicate = True


@pytest.fixture(scope="module")
def clerks():
    with crew(CLERKS) as processes:
        yield processes


@pytest.fixture(scope="module")
def email_rule(clerks):
    clerks[0].call(forbid_equal_emails)


def storm(clerks, orders):
    """All clerks create what they are given, at the same moment."""
    return at_once(clerks, [do(save, customers=customers) for customers in orders])


def unused_phone():
    return f"0862{uuid.uuid4().int % 1_000_000:06d}"


def assert_one_winner(answers, *words):
    """One clerk saved; each other was told with these words, nothing else happened."""
    ends = Counter(answer.end for answer in answers)
    assert ends == {"done": 1, "refused": CLERKS - 1}
    for answer in answers:
        for word in words if answer.end == "refused" else ():
            assert word in answer.value


def test_same_phone_at_once_gives_one_customer(clerks):
    phone, name = unused_phone(), f"Storm {uuid.uuid4()}"
    answers = storm(clerks, [[{"name": name, "phone": phone}]] * CLERKS)
    assert_one_winner(answers, phone, name)
    assert clerks[0].call(count, domain=[["phone", "=", phone]]) == 1


def test_notations_of_a_phone_at_once_give_one_customer(clerks):
    phone, name = unused_phone(), f"Storm {uuid.uuid4()}"
    national = phone[1:]
    notations = [
        phone,
        f"+84{national}",
        f"84{national}",
        f"0{national[:3]}.{national[3:]}",
    ]
    answers = storm(
        clerks, [[{"name": name, "phone": typed}] for typed in notations * 2]
    )
    assert_one_winner(answers, name)


def test_same_code_at_once_gives_one_customer(clerks):
    code, name = f"STORM-{uuid.uuid4().hex[:8]}", f"Storm {uuid.uuid4()}"
    answers = storm(clerks, [[{"name": name, "ref": code}]] * CLERKS)
    assert_one_winner(answers, code, name)


def test_codes_given_at_once_are_all_different(clerks):
    order = [{"name": f"Storm {uuid.uuid4()}"} for _number in range(CODES_EACH)]
    answers = storm(clerks, [order] * CLERKS)
    codes = [code for answer in answers for code in answer.result()["codes"]]
    assert len(codes) == len(set(codes)) == CLERKS * CODES_EACH
    assert all(re.fullmatch(r"KH\d+", code) for code in codes)


def test_same_email_at_once_gives_one_customer(clerks, email_rule):
    email, name = f"{uuid.uuid4().hex}@example.com", f"Storm {uuid.uuid4()}"
    notations = [email, email.upper(), f'"Storm" <{email}>', f" {email} "]
    answers = storm(
        clerks, [[{"name": name, "email": typed}] for typed in notations * 2]
    )
    assert_one_winner(answers, name)
    assert clerks[0].call(count, domain=[["email", "ilike", email]]) == 1


def test_values_in_any_order_at_once_are_no_deadlock(clerks, email_rule):
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
    assert_one_winner(storm(clerks, orders), "Storm")
    names = [customer["name"] for customer in customers]
    assert clerks[0].call(count, domain=[["name", "in", names]]) == len(customers)
