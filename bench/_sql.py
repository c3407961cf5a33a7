"""Seeding by plain SQL: millions of rows in seconds, into Odoo's own tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def sql(text: str, *args, **kwargs):
    from odoo.tools import SQL

    return SQL(text, *args, **kwargs)


def columns(names: Sequence[str], table: str = ""):
    """Names of columns with commas between, each with its table's name if given."""
    from odoo.tools import SQL

    prefix = (table,) if table else ()
    return SQL(", ").join(SQL.identifier(*prefix, name) for name in names)


def required(env, table: str, *, given: Sequence[str]) -> list[str]:
    """Columns that must have a value and aren't given one: copied from a model row."""
    env.flush_all()
    rows = env.execute_query(
        sql(
            """
            SELECT column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'
               AND column_name <> ALL (%s)
            """,
            table,
            list(given),
        )
    )
    return [name for (name,) in rows]


def next_id(env, table: str) -> int:
    [[number]] = env.execute_query(sql("SELECT nextval(%s)", f"{table}_id_seq"))
    return number + 1


@contextmanager
def indexes_built_afterwards(env, table: str) -> Iterator[None]:
    """Drop a table's indexes for the time of filling it; then commit and analyze."""
    env.flush_all()
    indexes = env.execute_query(
        sql(
            """
            SELECT indexname, indexdef FROM pg_indexes
             WHERE schemaname = 'public' AND tablename = %s
               AND indexdef NOT LIKE 'CREATE UNIQUE%%'
            """,
            table,
        )
    )
    for name, _definition in indexes:
        env.cr.execute(sql("DROP INDEX %s", columns([name])))
    yield
    for _name, definition in indexes:
        env.cr.execute(definition)
    env.cr.commit()
    vacuum(env, table)
    env.invalidate_all()


def vacuum(env, table: str) -> None:
    """As autovacuum does in time."""
    env.cr.commit()
    env.cr._cnx.autocommit = True
    env.cr.execute(sql("VACUUM ANALYZE %s", columns([table])))
    env.cr._cnx.autocommit = False
