"""What the night does to all points accounts, beside the plain SQL for the same rows.

Points expire on a usual day, and on the day after the year's last when each account has
points that do. Then tiers are reviewed and all balances are proved.
"""

from __future__ import annotations

import argparse
import statistics
import time

from . import _odoo, _points, _sql

TARGET_S, TARGET_RATIO = 20, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    accounts, times = (2_000, 1) if small else (200_000, 3)
    with _odoo.environment() as env:
        program = env["loyalty.program"]._provide_points_program(env.company)
        program.validity = "months"
        start = time.monotonic()
        cards = _points.seed(env, program, accounts)
        print(
            f"{accounts:,} accounts, {accounts * _points.LINES:,} lines seeded "
            f"in {time.monotonic() - start:.0f} s"
        )
        _expiry(env, "a usual day", times)
        _let_expire(env, cards)
        seconds, plain = _expiry(env, "the year's end", times)
        tiers, plain_tiers = _tiers(env, times)
        seconds, plain = seconds + tiers, plain + plain_tiers
        _judge("the hardest night", seconds, TARGET_S, "s")
        _judge(
            "the hardest night", seconds / plain, TARGET_RATIO, "times the plain SQL"
        )
        _proof(env, times)


def _let_expire(env, cards: list[int]) -> None:
    """The first open lot of each account has had its last day."""
    first = _points.LOTS - 2
    env.cr.execute(
        _sql.sql(
            """
            UPDATE loyalty_history SET expires_on = CURRENT_DATE - 1
             WHERE expires_on >= CURRENT_DATE AND card_id = ANY(%s)
               AND kind = 'earn' AND id = lot_id
               AND (id - (SELECT MIN(id) FROM loyalty_history WHERE card_id = %s))
                   %% %s = %s
            """,
            cards,
            cards[0],
            _points.LINES,
            first - 1,
        )
    )
    _sql.vacuum(env, "loyalty_history")


def _expiry(env, title: str, times: int) -> tuple[float, float]:
    """Both in turn, so that whatever else the machine does meets both.

    :return: seconds, ours and those of plain SQL.
    """
    night = env["loyalty.card"].with_context(queue_job__no_delay=True)
    program = env["loyalty.program"]._get_points_program(env.company)
    due = [("remaining", ">", 0), ("expires_on", "<", program._local_day())]
    count = env["loyalty.history"].search_count(due)
    plain, ours = [], []
    for _time in range(times):
        plain.append(_undone(env, lambda: _plain(env, program)))
        ours.append(_undone(env, night._cron_expire_points))
    medians = statistics.median(ours), statistics.median(plain)
    _odoo.table(
        f"Expiry, {title}: {count:,} lots, median of {times}",
        [
            ("plain SQL, three statements", 1000 * medians[1], "ms"),
            ("ours, all jobs of the night", 1000 * medians[0], "ms"),
        ],
    )
    return medians


def _plain(env, program) -> None:
    """Balances, lines and lots: what somebody writes who knows of nothing else."""
    today = program._local_day()
    env.cr.execute(
        """
        UPDATE loyalty_card c SET points = c.points - due.points
          FROM (SELECT card_id, SUM(remaining) AS points FROM loyalty_history
                 WHERE remaining > 0 AND expires_on < %s GROUP BY card_id) AS due
         WHERE c.id = due.card_id
        """,
        [today],
    )
    env.cr.execute(
        """
        INSERT INTO loyalty_history (card_id, kind, points, issued, used, remaining,
               lot_id, event_id, occurred_at, description, create_uid, create_date)
        SELECT card_id, 'expire', -remaining, 0, remaining, 0, id, event_id,
               expires_on + 1, 'Expired', 1, now()
          FROM loyalty_history WHERE remaining > 0 AND expires_on < %s
        """,
        [today],
    )
    env.cr.execute(
        "UPDATE loyalty_history SET remaining = 0"
        " WHERE remaining > 0 AND expires_on < %s",
        [today],
    )


def _tiers(env, times: int) -> tuple[float, float]:
    """The review of all tiers beside the sums that it can't do without."""
    grades = env["res.partner.grade"]
    if not hasattr(grades, "_review_tiers"):
        return 0, 0
    plain, ours = [], []
    for _time in range(times):
        plain.append(_undone(env, lambda: _plain_sums(env)))
        ours.append(_undone(env, lambda: grades._review_tiers(env.company)))
    medians = statistics.median(ours), statistics.median(plain)
    _odoo.table(
        f"Review of tiers, median of {times}",
        [
            ("plain SQL, sums per account", 1000 * medians[1], "ms"),
            ("ours", 1000 * medians[0], "ms"),
        ],
    )
    return medians


def _plain_sums(env) -> None:
    env.cr.execute(
        """
        CREATE TEMPORARY TABLE plain_sums ON COMMIT DROP AS
        SELECT c.partner_id, SUM(h.points) AS points
          FROM loyalty_history h JOIN loyalty_card c ON c.id = h.card_id
         WHERE h.kind IN ('earn', 'earn_back')
           AND h.occurred_at > now() - interval '12 months'
         GROUP BY c.partner_id
        """
    )


def _proof(env, times: int) -> None:
    seconds = []
    for _time in range(times):
        start = time.perf_counter()
        wrong = env["loyalty.card"]._verify_points()
        seconds.append(time.perf_counter() - start)
        if wrong:
            raise RuntimeError(f"{len(wrong)} balances are wrong, e.g. {wrong[0]}")
    plain = []
    for _time in range(times):
        start = time.perf_counter()
        env.cr.execute(
            "SELECT COUNT(*) FROM (SELECT card_id, SUM(points) FROM loyalty_history"
            " GROUP BY card_id) AS sums"
        )
        plain.append(time.perf_counter() - start)
    _odoo.table(
        f"Proof of all balances and lots, median of {times}",
        [
            ("plain SQL, a sum per account", 1000 * statistics.median(plain), "ms"),
            ("ours", 1000 * statistics.median(seconds), "ms"),
        ],
    )


def _undone(env, function) -> float:
    """Seconds that it takes; afterwards everything is as before."""
    env.flush_all()
    start = time.perf_counter()
    function()
    env.flush_all()
    seconds = time.perf_counter() - start
    env.cr.rollback()
    env.invalidate_all(flush=False)
    for table in ("loyalty_history", "loyalty_card"):
        _sql.vacuum(env, table)
    return seconds


def _judge(what: str, value: float, target: float, unit: str) -> None:
    verdict = "within" if value <= target else "above"
    print(f"  {what}: {value:.2f} {unit}, {verdict} the target of {target}")


if __name__ == "__main__":
    main()
