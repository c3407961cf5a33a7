"""The timeline of a customer with 10,000 entries among a million, beside the chatter.

Time is what the server needs for the first page with its words, for a page of one
channel, and for the numbers per channel; beside it stock Odoo's fetch of the first page
of 10,000 messages of the same customer in the chatter.
"""

from __future__ import annotations

import argparse
import statistics
import time

from . import _odoo

PAGE = 21  # as the screen asks: one more than it shows
TARGET_MS = 100
FIELDS = (
    *("at", "can_correct", "channel", "direction", "document_name", "duration"),
    *("preview", "recording_url", "title"),
)
SPECIFICATION = {name: {} for name in FIELDS} | {
    "user_id": {"fields": {"display_name": {}}},
    "result_id": {"fields": {"display_name": {}, "color": {}}},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    entries, others, rounds = (500, 2_000, 5) if small else (10_000, 990_000, 40)
    with _odoo.environment() as env:
        customer = _seed(env, entries, others)
        _measure(env, customer, entries, rounds)
        _show_plan(env, customer)


def _seed(env, entries: int, others: int):
    """Messages and interactions by plain SQL: half calls, half e-mails."""
    names = [{"name": f"Khách {number}"} for number in range(200)]
    customer, *rest = env["res.partner"].create(names)
    result = env.ref("crm_customer.crm_interaction_result_reached")
    env.flush_all()
    env.cr.execute(
        _sql(
            """
            WITH message AS (
                INSERT INTO mail_message (model, res_id, message_type, subtype_id, date,
                                          body, author_id, create_uid, create_date)
                SELECT 'res.partner', %(customer)s, 'comment', %(subtype)s,
                       now() - n * interval '1 hour',
                       '<p>Chào chị, áo dài mới về số ' || n || '</p>',
                       %(author)s, %(user)s, now()
                  FROM generate_series(1, %(entries)s) AS n
             RETURNING id, date)
            INSERT INTO crm_interaction (partner_id, channel, direction, at, user_id,
                                         result_id, duration, content, message_id,
                                         res_model, res_id)
            SELECT %(customer)s, CASE WHEN id %% 2 = 0 THEN 'email' ELSE 'call' END,
                   'out', date, %(user)s,
                   CASE WHEN id %% 2 = 1 THEN %(result)s END, id %% 300,
                   CASE WHEN id %% 2 = 1 THEN 'Khách hẹn cuối tuần ghé' END,
                   CASE WHEN id %% 2 = 0 THEN id END, 'res.partner', %(customer)s
              FROM message
            """,
            customer=customer.id,
            subtype=env.ref("mail.mt_comment").id,
            author=env.user.partner_id.id,
            user=env.uid,
            result=result.id,
            entries=entries,
        )
    )
    env.cr.execute(
        _sql(
            """
            INSERT INTO crm_interaction (partner_id, channel, direction, at, user_id,
                                         duration, content)
            SELECT (%(rest)s::int[])[1 + n %% %(count)s], 'call', 'in',
                   now() - n * interval '1 minute', %(user)s, n %% 300, 'Hỏi giá'
              FROM generate_series(1, %(others)s) AS n
            """,
            rest=[partner.id for partner in rest],
            count=len(rest),
            user=env.uid,
            others=others,
        )
    )
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE crm_interaction")
    env.cr.execute("VACUUM ANALYZE mail_message")
    env.cr._cnx.autocommit = False
    env.invalidate_all()
    print(f"{entries:,} entries of one customer among {entries + others:,}")
    return customer


def _measure(env, customer, entries: int, rounds: int) -> None:
    from odoo.addons.mail.tools.discuss import Store

    Interaction = env["crm.interaction"]
    mine = [("partner_id", "=", customer.id), ("valid", "=", True)]

    def page(*more):
        Interaction.web_search_read(
            [*mine, *more],
            SPECIFICATION,
            limit=PAGE,
            order="at desc, id desc",
            count_limit=1,
        )

    def chatter():
        domain = [("model", "=", "res.partner"), ("res_id", "=", customer.id)]
        found = env["mail.message"]._message_fetch(domain, thread=customer, limit=30)
        Store().add(found["messages"]).get_result()

    middle = Interaction.search(mine, offset=entries // 2, limit=1).at
    cases = {
        "stock chatter, first page of the messages": chatter,
        "timeline, first page": page,
        "timeline, e-mails only": lambda: page(("channel", "=", "email")),
        "timeline, a page from the middle": lambda: page(("at", "<", middle)),
        "timeline, a channel that it hasn't": lambda: page(("channel", "=", "sms")),
        "timeline, numbers per channel": lambda: Interaction.formatted_read_group(
            mine, ["channel"], ["__count"]
        ),
    }
    rows = []
    for label, function in cases.items():
        times = [_timed(env, function) for _round in range(rounds + 2)][2:]
        rows.append((label, times))
        if function is not chatter and _p95(times) > TARGET_MS:
            print(f"  above the target of {TARGET_MS} ms: {label}")
    for title, figure in (("median", statistics.median), ("95th percentile", _p95)):
        _odoo.table(
            f"Server time, {title}",
            [(label, figure(times), "ms") for label, times in rows],
        )


def _timed(env, function) -> float:
    env.invalidate_all()
    start = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - start)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _show_plan(env, customer) -> None:
    query = env["crm.interaction"]._search(
        [("partner_id", "=", customer.id), ("valid", "=", True)],
        limit=PAGE,
        order="at desc, id desc",
    )
    plan = env.execute_query(_sql("EXPLAIN %s", query.select()))
    used = sorted(
        {word for (line,) in plan for word in line.split() if word.endswith("_idx")}
    )
    print(f"\nIndexes in the plan of the first page: {', '.join(used) or 'none'}")


def _sql(text: str, *args, **kwargs):
    from odoo.tools import SQL

    return SQL(text, *args, **kwargs)


if __name__ == "__main__":
    main()
