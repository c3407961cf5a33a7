"""Issuing 100,000 voucher codes, beside the wizard of stock Odoo in the same run.

Both make rows of `loyalty.card` with unique codes, and a line of history for each.

The codes of stock Odoo are 32 random bits and are drawn once: of 100,000 at once two
are the same more often than not, and the wizard fails. It is therefore called for a
part at a time, and calls that fail aren't counted.
"""

from __future__ import annotations

import argparse
import logging
import time

from . import _odoo, _sql

TARGET_RATIO = 10
#: Codes of one call of the wizard.
PART = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    count = 5_000 if parser.parse_args().small else 100_000
    with _odoo.environment() as env:
        stock, ours = _programs(env)
        _sql.vacuum(env, "loyalty_card")
        by_wizard, failed = _by_wizard(env, stock, count)
        env.invalidate_all()
        batch = env["crm.voucher.batch"].create(
            {"program_id": ours.id, "quantity": count}
        )
        batch.write({"planned_count": count, "state": "running"})
        # What the jobs do, one after the other.
        by_batch = _seconds(env, lambda: _issue(batch.with_context(**NO_DELAY)))
        _check(env, batch, stock, count)
        _odoo.table(
            f"Issue of {count:,} codes",
            [
                ("stock Odoo's wizard", 1000 * by_wizard, "ms"),
                ("ours: codes, cards, log", 1000 * by_batch, "ms"),
            ],
        )
        ratio = by_wizard / by_batch
        verdict = "within" if ratio >= TARGET_RATIO else "below"
        print(f"  calls of the wizard that failed as a code was there: {failed}")
        print(f"  {ratio:.1f} times faster: {verdict} the target of {TARGET_RATIO}")


def _by_wizard(env, program, count) -> tuple[float, int]:
    """Seconds of the calls that succeeded, and how many failed."""
    from psycopg2 import IntegrityError

    logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)
    seconds, failed, left = 0.0, 0, count
    while left:
        wizard = env["loyalty.generate.wizard"].create(
            {
                "program_id": program.id,
                "coupon_qty": min(PART, left),
                "points_granted": 1,
            }
        )
        env.cr.commit()
        try:
            seconds += _seconds(env, wizard.generate_coupons)
            left -= min(PART, left)
        except IntegrityError:
            env.cr.rollback()
            failed += 1
        env.invalidate_all()
    return seconds, failed


NO_DELAY = {"queue_job__no_delay": True}


def _issue(batch) -> None:
    while batch.state == "running":
        batch._job_issue()


def _programs(env):
    vals = {
        "program_type": "coupons",
        "applies_on": "current",
        "trigger": "with_code",
        "rule_ids": [],
        "reward_ids": [(0, 0, {"discount": 10})],
        "communication_plan_ids": [],
        "date_from": "2020-01-01",
        "date_to": "2099-12-31",
        "company_id": env.company.id,
    }
    return (
        env["loyalty.program"].create(vals | {"name": "Bench: stock"}),
        env["loyalty.program"].create(
            vals | {"name": "Bench: ours", "is_promotion": True}
        ),
    )


def _seconds(env, function) -> float:
    env.cr.commit()
    start = time.monotonic()
    function()
    env.flush_all()
    env.cr.commit()
    return time.monotonic() - start


def _check(env, batch, stock, count) -> None:
    cards = env["loyalty.card"]
    for domain in ([("batch_id", "=", batch.id)], [("program_id", "=", stock.id)]):
        if cards.search_count(domain) != count:
            raise AssertionError(f"not {count} cards: {domain}")


if __name__ == "__main__":
    main()
