"""Points accounts with ledgers of any size, the same at each run."""

from __future__ import annotations

from . import _customers, _sql

#: Lines of each account: lots of so many points, and what was spent of them.
LOTS, POINTS = 6, 30
SPENT = (30, 30, 30, 15)
LINES = LOTS + len(SPENT)
#: What is open expires within so many days; each day a part of it.
DAYS = 365


def seed(env, program, accounts: int) -> list[int]:
    """Customers, each with an account of ``LINES`` lines: by plain SQL.

    :return: ids of the accounts.
    """
    first = _customers.seed(env, accounts)
    own = _sql.next_id(env, "loyalty_card")
    with _sql.indexes_built_afterwards(env, "loyalty_card"):
        env.cr.execute(
            _sql.sql(
                """
                INSERT INTO loyalty_card
                       (id, program_id, company_id, partner_id, code, points,
                        points_debt, points_counted, is_account, active, ledger_at)
                SELECT %(own)s + n, %(program)s, %(company)s, %(first)s + n,
                       'B' || %(own)s + n, %(points)s, 0, %(earned)s, TRUE, TRUE,
                       now() AT TIME ZONE 'UTC' - interval '1 month'
                  FROM generate_series(0, %(count)s - 1) AS n
                """,
                own=own,
                program=program.id,
                company=program.company_id.id,
                first=first,
                points=LOTS * POINTS - sum(SPENT),
                earned=LOTS * POINTS,
                count=accounts,
            )
        )
        env.cr.execute(
            "SELECT setval('loyalty_card_id_seq', (SELECT MAX(id) FROM loyalty_card))"
        )
    _seed_lines(env, own, accounts)
    return list(range(own, own + accounts))


def _seed_lines(env, own: int, accounts: int) -> None:
    """Lots are half a year to a month old, in the order in which they expire."""
    [[base]] = env.execute_query(_sql.sql("SELECT MAX(id) FROM loyalty_history"))
    with _sql.indexes_built_afterwards(env, "loyalty_history"):
        env.cr.execute(
            _sql.sql(
                """
                INSERT INTO loyalty_history
                       (id, card_id, kind, points, issued, used, remaining, lot_id,
                        event_id, occurred_at, expires_on, description, user_id,
                        create_uid, create_date, write_uid, write_date)
                SELECT id, card, CASE WHEN is_lot THEN 'earn' ELSE 'spend' END,
                       CASE WHEN is_lot THEN %(points)s ELSE -taken END,
                       CASE WHEN is_lot THEN %(points)s ELSE 0 END,
                       CASE WHEN is_lot THEN 0 ELSE taken END,
                       CASE WHEN is_lot THEN %(points)s - COALESCE(taken, 0) ELSE 0 END,
                       lot, id, at,
                       CASE WHEN is_lot THEN CURRENT_DATE + day END,
                       'Bench', 1, 1, at, 1, at
                  FROM (SELECT %(own)s + account AS card,
                               %(base)s + account * %(lines)s + n AS id,
                               n <= %(lots)s AS is_lot,
                               %(base)s + account * %(lines)s
                               + CASE WHEN n <= %(lots)s THEN n ELSE n - %(lots)s END
                                   AS lot,
                               (%(spent)s::int[])[CASE WHEN n <= %(lots)s THEN n
                                                  ELSE n - %(lots)s END] AS taken,
                               date_trunc('second', now() AT TIME ZONE 'UTC')
                               - interval '1 day' * (200 - n * 10) AS at,
                               account %% %(days)s - 1 AS day
                          FROM generate_series(0, %(accounts)s - 1) AS account,
                               generate_series(1, %(lines)s) AS n) AS line
                 ORDER BY id
                """,
                points=POINTS,
                own=own,
                base=base or 0,
                lines=LINES,
                lots=LOTS,
                spent=list(SPENT),
                days=DAYS,
                accounts=accounts,
            )
        )
        env.cr.execute(
            "SELECT setval('loyalty_history_id_seq',"
            " (SELECT MAX(id) FROM loyalty_history))"
        )
