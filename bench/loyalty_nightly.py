"""What the night does to all points accounts, beside the plain SQL for the same rows.

Points expire on a usual day, and on the day after the year's last when each account has
points that do. Then tiers are reviewed, by points in total and by points of a year,
and all balances are proved.
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
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    accounts, times = (2_000, 1) if given.small else (given.accounts, given.times)
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
        _make_ladder(env, program)
        reviews = [
            _tiers(env, program, basis, times) for basis in ("points", "points_year")
        ]
        tiers, plain_tiers = max(reviews)
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


def _make_ladder(env, program) -> None:
    """All are in the tier that they deserve, but for one in fifty, who rises.

    Another one in fifty earned nothing for more than a year: it stays by points in
    total and falls by points of a year, without days of grace.
    """
    silver, _gold = env["res.partner.grade"].create(
        [
            {"name": name, "is_tier": True, "min_points": points}
            for name, points in (("Bạc", 100), ("Vàng", 1_000))
        ]
    )
    program.write({"tiers_automatic": True, "tier_grace_days": 0})
    env.flush_all()
    env.cr.execute(
        """
        UPDATE res_partner SET grade_id = %s
         WHERE id %% 50 > 0 AND id IN
               (SELECT partner_id FROM loyalty_card WHERE program_id = %s)
        """,
        [silver.id, program.id],
    )
    env.cr.execute(
        """
        UPDATE loyalty_history SET occurred_at = occurred_at - interval '1 year'
         WHERE card_id IN (SELECT id FROM loyalty_card
                            WHERE program_id = %s AND partner_id %% 50 = 1)
        """,
        [program.id],
    )
    for table in ("res_partner", "loyalty_history"):
        _sql.vacuum(env, table)
    env.invalidate_all(flush=False)


def _tiers(env, program, basis: str, times: int) -> tuple[float, float]:
    """The review of all tiers beside the sums that it can't do without.

    Those who move are found; jobs of their own move them.
    """
    program.write({"tier_basis": basis, "tier_reviewed_on": False})
    env.cr.commit()
    grades = env["res.partner.grade"]
    plain, ours = [], []
    for _time in range(times):
        plain.append(_undone(env, lambda: _plain_sums(env, program, basis)))
        ours.append(_undone(env, lambda: grades._review_tiers(env.company)))
    medians = statistics.median(ours), statistics.median(plain)
    _odoo.table(
        f"Review of tiers, {basis}, median of {times}",
        [
            ("plain SQL, sums per account and who differs", 1000 * medians[1], "ms"),
            ("ours, who rises and falls", 1000 * medians[0], "ms"),
        ],
    )
    _moves(env, program)
    return medians


def _plain_sums(env, program, basis: str) -> None:
    env.cr.execute(
        _sql.sql(
            """
            CREATE TEMPORARY TABLE plain_sums ON COMMIT DROP AS
            SELECT p.id, p.grade_id, sums.points
              FROM (SELECT c.partner_id, SUM(h.points) AS points
                      FROM loyalty_history h JOIN loyalty_card c ON c.id = h.card_id
                     WHERE h.kind IN ('earn', 'earn_back') AND %s
                     GROUP BY c.partner_id) AS sums
              JOIN res_partner p ON p.id = sums.partner_id
              LEFT JOIN res_partner_grade g ON g.id = p.grade_id
             WHERE sums.points < g.min_points OR g.id IS NULL
            """,
            _sql.sql("h.occurred_at > now() - interval '12 months'")
            if basis == "points_year"
            else _sql.sql("TRUE"),
        )
    )


def _moves(env, program) -> None:
    """Who was found is moved, with all that follows: the price of one customer."""
    today = program._local_day()
    standings = program._tier_standings(today)
    moving = sorted(standings)[:2_000]
    marks = [(id_, None, today) for id_ in moving]
    silver = program._tiers()[0]

    def plainly():
        env.cr.execute(
            """
            INSERT INTO crm_tier_change
                   (partner_id, from_grade_id, to_grade_id, cause, direction, at)
            SELECT id, grade_id, NULL, 'down', 'down', now() AT TIME ZONE 'UTC'
              FROM res_partner WHERE id = ANY(%s)
            """,
            [moving],
        )
        env.cr.execute(
            "UPDATE res_partner SET grade_id = %s WHERE id = ANY(%s)",
            [silver.id, moving],
        )

    def ours():
        env["res.partner.grade"]._mark_customers(marks)
        for start in range(0, len(moving), 500):
            customers = env["res.partner"].browse(moving[start : start + 500])
            customers._job_follow_tiers(program.id)

    seconds = [_undone(env, plainly), _undone(env, ours)]
    _odoo.table(
        f"Moving {len(moving):,} of {len(standings):,} customers",
        [
            ("plain SQL, the tier and a line of history", 1000 * seconds[0], "ms"),
            ("ours: benefits, history, automation", 1000 * seconds[1], "ms"),
        ],
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
    for table in ("loyalty_history", "loyalty_card", "res_partner"):
        _sql.vacuum(env, table)
    return seconds


def _judge(what: str, value: float, target: float, unit: str) -> None:
    verdict = "within" if value <= target else "above"
    print(f"  {what}: {value:.2f} {unit}, {verdict} the target of {target}")


if __name__ == "__main__":
    main()
