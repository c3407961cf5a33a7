"""Four clerks confirm and cancel orders of two customers, and each runs his own jobs.

When all have gone home, the figures are those of a recount, although jobs that began
early end late. Needs `crm_customer` in the database, see ``harness``.
"""

import random
import time
import uuid

import pytest

from .harness import Process, crew, do, job, needs_database, pause, share
from .shop import without_refresh

CLERKS = 4
ROUNDS = 8
CUSTOMERS = 2

pytestmark = needs_database


def make_orders(env, name, customers, each):
    """Customer -> ids of his orders."""
    env = env(context={"tracking_disable": True})
    product = env["product.product"].create({"name": "Áo", "type": "service"})
    partners = env["res.partner"].create(
        [{"name": f"{name} {number}"} for number in range(customers)]
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "order_line": [
                    (0, 0, {"product_id": product.id, "price_unit": 1000 + number})
                ],
            }
            for number in range(each)
            for partner in partners
        ]
    )
    return {p.id: owned.ids for p, owned in orders.grouped("partner_id").items()}


def flip(env, order):
    """Cancel a confirmed order, confirm another."""
    order = env["sale.order"].with_context(tracking_disable=True).browse(order)
    if order.state == "sale":
        order._action_cancel()
    else:
        order.action_draft()
        order.action_confirm()


def refresh(env, customer, after=0):
    """The job; the machine is busy while its transaction begins."""
    env.cr.execute("SELECT 1")
    time.sleep(after)
    env["res.partner"].browse(customer)._job_refresh()


def refresh_late(env, customer):
    """The job; much happens while its transaction begins."""
    env.cr.execute("SELECT 1")
    pause()
    env["res.partner"].browse(customer)._job_refresh()


def count_wrong(env, customers):
    """How many figures a recount would change."""
    wrong = env["crm.customer.stat"]._refresh(customers)
    env.cr.rollback()
    return wrong


@pytest.fixture(scope="module")
def clerks():
    with crew(CLERKS, do(without_refresh)) as processes:
        yield processes


def make(clerk: Process, customers, each):
    name = f"Storm {uuid.uuid4()}"
    return clerk.call(make_orders, name=name, customers=customers, each=each)


def test_job_that_began_earlier_does_not_bring_back_what_was(clerks):
    """A job begins when an order is confirmed, and is held up.

    Meanwhile the order is cancelled, and the job of that finds the figures right. Then
    the first job goes on with what it saw.
    """
    late, clerk = clerks[:2]
    [(customer, [order])] = make(clerk, customers=1, each=1).items()
    clerk.call(flip, order=order)
    late.begin(job(refresh_late, customer=customer))
    late.wait()
    clerk.call(flip, order=order)
    clerk.call(refresh, customer=customer)
    late.go()
    answer = late.answer()
    assert clerk.call(count_wrong, customers=[customer]) == 0
    assert (answer.end, answer.again) == ("done", 1)


def test_figures_are_right_when_jobs_of_a_customer_overtake_each_other(clerks):
    chance = random.Random(seed := random.randrange(10**6))
    print(f"seed {seed}")  # shown when the test fails
    orders = make(clerks[0], customers=CUSTOMERS, each=CLERKS)
    owners = {order: customer for customer, ids in orders.items() for order in ids}
    errands = []
    for order in chance.choices(list(owners), k=CLERKS * ROUNDS):
        after = chance.choice((0, 0, 0.02, 0.1))
        late = job(refresh, customer=owners[order], after=after)
        errands.append([job(flip, order=order), late])
    answers = share(clerks, errands)
    assert clerks[0].call(count_wrong, customers=list(orders)) == 0
    assert {answer.end for answer in answers} == {"done"}
    assert sum(answer.again for answer in answers) > 0, "this was no storm"
