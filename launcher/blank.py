"""An empty database to copy, for a role of PostgreSQL that isn't a superuser.

Odoo makes a database from ``template0``, creates the extensions in it and declares
``unaccent`` immutable, as there are indexes on it. A plain role may create extensions,
but their functions are the superuser's: Odoo gives up both with a mere warning, and
then names are found with their accents only. Here the extension has a schema of its
own and ``public.unaccent`` is a function of the role, which Odoo finds and may declare
what it likes.
"""

from __future__ import annotations

import hashlib

from .console import step
from .layout import Layout
from .postgres import Server, rows

TEMPLATE = "template0"
#: Not in SQL: a function of that language around one that isn't immutable is slower.
CONTENT = """
CREATE EXTENSION pg_trgm;
CREATE SCHEMA accents;
CREATE EXTENSION unaccent SCHEMA accents;
CREATE FUNCTION public.unaccent(text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ BEGIN RETURN accents.unaccent('accents.unaccent', $1); END $$;
"""


def provide(layout: Layout, server: Server) -> str:
    """Name of the database that new ones are copied from.

    :raise Stop: when it can't be made.
    """
    if server.is_superuser:
        return TEMPLATE
    content = hashlib.sha256(CONTENT.encode()).hexdigest()[:8]
    name = f"crmblank_{layout.digest}_{content}"
    if not rows(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        with step(f"Preparing {name}, the empty database that others are copied from"):
            _make(server, name)
    return name


def _make(server: Server, name: str) -> None:
    """Make the database; it gets its name when it is complete."""
    new = f"{name}__building"
    options = f"ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE {TEMPLATE}"
    rows(server, f'DROP DATABASE IF EXISTS "{new}"')
    rows(server, f'CREATE DATABASE "{new}" {options}')
    rows(server, CONTENT, new)
    rows(server, f'ALTER DATABASE "{new}" RENAME TO "{name}"')
