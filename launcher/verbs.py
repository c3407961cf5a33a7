"""What each verb of ``./crm`` does. A function's docstring is its help."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import (
    database,
    lock,
    odoo_source,
    postgres,
    python_env,
    server,
    static_checks,
    suites,
    translations,
)
from .backup import restore_backup, write_backup
from .console import Stop, say, step
from .layout import Layout
from .odoo import Odoo, configure


def prepare(layout: Layout, purpose: str = "shop", *, dev: bool = False) -> Odoo:
    """Odoo, its environment and a database server for ``shop`` or ``test``."""
    with lock.held(layout, "setup", "another ./crm"):
        imports = _prepare_python(layout, dev=dev)
        database_server = postgres.provide(layout, purpose, dict(os.environ))
    return configure(layout, imports, database_server, name=purpose)


def _prepare_python(layout: Layout, *, dev: bool) -> Path:
    imports = odoo_source.provide(layout, dict(os.environ))
    python_env.provide(layout, imports, dev=dev)
    return imports


def run(layout: Layout, options: argparse.Namespace) -> None:
    """Install what is missing, create the shop when there is none, and serve it."""
    odoo = prepare(layout)
    found = server.running(odoo)
    if found and found[1:] != (options.db, options.port):
        server.stop(odoo)
        found = None
    if not found and not server.port_is_free(options.port):
        raise Stop(
            f"Port {options.port} is used by another program.",
            f"Choose another one: ./crm run --port {options.port + 1}",
        )
    password = _provide_shop(odoo, options)
    if not server.running(odoo):
        server.start(odoo, options.db, options.port)
    _greet(odoo, options, password)


def _provide_shop(odoo: Odoo, options: argparse.Namespace) -> str:
    """Create the database or add missing addons; returns the admin password if new."""
    addons = odoo.layout.addon_names()
    if not database.exists(odoo, options.db):
        demo = not options.no_demo
        password = "admin" if demo else secrets.token_urlsafe(12)
        database.create(odoo, options.db, addons, password=password, demo=demo)
        return password
    lacking = database.not_installed(odoo, options.db, addons)
    if lacking:
        server.stop(odoo)
        database.install(odoo, options.db, lacking)
    return ""


def _greet(odoo: Odoo, options: argparse.Namespace, password: str) -> None:
    say(f"\nThe shop is open:  http://127.0.0.1:{options.port}")
    logins = database.demo_logins(odoo, options.db, odoo.layout.addon_names())
    for login, name in logins:
        say(f"  log in as {login:<10} password {login:<10} {name}")
    if password and not logins:
        say(f"  log in as admin with the password {password}")
        say("  It is shown only now; change it inside.")
    say(f"Log:   {odoo.layout.logs / (odoo.conf.stem + '.log')}")
    say("Stop:  ./crm stop")


def stop(layout: Layout, options: argparse.Namespace) -> None:
    """Stop the shop's server and the private database servers."""
    nowhere = postgres.Server("", "", "")
    configured = [
        Odoo(layout, layout.odoo, nowhere, layout.state / f"{purpose}.conf")
        for purpose in postgres.PORTS
    ]
    stopped = [server.stop(odoo) for odoo in configured]
    stopped += [postgres.stop(layout, purpose) for purpose in postgres.PORTS]
    if not any(stopped):
        say("Nothing is running.")


def shell(layout: Layout, options: argparse.Namespace) -> int:
    """Python with `env` of the shop; a script may come on standard input."""
    odoo = prepare(layout)
    command = odoo.command("shell", "-c", str(odoo.conf), "-d", options.db, "--no-http")
    return subprocess.call(command, env=odoo.environment(), cwd=layout.root)


def install(layout: Layout, options: argparse.Namespace) -> None:
    """Install addons in the shop's database."""
    if options.lock:
        _lock(layout)
    else:
        _change_addons(layout, options, update=False)


def update(layout: Layout, options: argparse.Namespace) -> None:
    """Update addons in the shop's database: new code, views, translations."""
    _change_addons(layout, options, update=True)


def _change_addons(
    layout: Layout, options: argparse.Namespace, *, update: bool
) -> None:
    odoo = prepare(layout)
    if not database.exists(odoo, options.db):
        raise Stop(f"There is no database {options.db}.", "Create it with ./crm run")
    with _server_stopped(odoo):
        database.install(odoo, options.db, _chosen(layout, options), update=update)


@contextmanager
def _server_stopped(odoo: Odoo) -> Iterator[None]:
    """The shop is closed inside, and opened again afterwards if it was open."""
    found = server.running(odoo)
    server.stop(odoo)
    try:
        yield
    finally:
        if found:
            server.start(odoo, found[1], found[2])


def _chosen(layout: Layout, options: argparse.Namespace) -> list[str]:
    known = layout.addon_names()
    unknown = [addon for addon in options.addons if addon not in known]
    if unknown:
        raise Stop(
            f"There is no addon {', '.join(unknown)}.", f"There are: {', '.join(known)}"
        )
    return options.addons or known


def _lock(layout: Layout) -> None:
    """Newest versions that fit the requirements, as the new constraints."""
    imports = odoo_source.provide(layout, dict(os.environ))
    text = python_env.lock(layout, imports)
    layout.out.mkdir(exist_ok=True)
    (layout.out / python_env.CONSTRAINTS).write_text(text, "utf-8")


def test(layout: Layout, options: argparse.Namespace) -> int:
    """Run everything that CI runs, or the Odoo tests of some addons only.

    Ends with one line `N passed, N failed`.
    """
    odoo = prepare(layout, "test", dev=True)
    if options.addons or options.tags:
        addons = _chosen(layout, options)
        outcome = suites.attempt(
            "odoo", lambda: suites.odoo_tests(odoo, addons, options.tags)
        )
    else:
        static_checks.provide_formatter(layout)
        outcome = suites.run_all(layout, odoo)
        server.stop(odoo)
        postgres.stop(layout, "test")
    for failure in outcome.failures:
        say(f"FAILED {failure}")
    say(outcome.summary())
    return 1 if outcome.failed else 0


def lint(layout: Layout, options: argparse.Namespace) -> int:
    """Check the form of every file."""
    with lock.held(layout, "setup", "another ./crm"):
        _prepare_python(layout, dev=True)
        static_checks.provide_formatter(layout)
    check = static_checks.repair if options.fix else static_checks.check
    return 0 if check(layout) else 1


def i18n(layout: Layout, options: argparse.Namespace) -> int:
    """Refresh the .pot and vi.po files of addons from their terms."""
    odoo = prepare(layout, "test", dev=True)
    addons, name = layout.addon_names(), "i18n"
    database.copy(odoo, suites.template(odoo), name)
    database.install(odoo, name, addons)
    untranslated = translations.refresh(
        odoo, name, _chosen(layout, options), layout.out
    )
    database.drop(odoo, name)
    for addon, terms in untranslated.items():
        say(f"{addon}: {len(terms)} terms have no Vietnamese")
        for term in terms:
            say(f"  {term!r}")
    return 1 if options.check and any(untranslated.values()) else 0


def bench(layout: Layout, options: argparse.Namespace) -> int:
    """Measure, each figure beside stock Odoo's or plain SQL's in the same run."""
    odoo = prepare(layout, "test", dev=True)
    outcome = suites.benches(layout, odoo, options.names, small=options.small)
    return 1 if outcome.failed else 0


def screenshots(layout: Layout, options: argparse.Namespace) -> int:
    """Take the README's pictures anew from a demo shop."""
    odoo = prepare(layout, "test", dev=True)
    return suites.screenshots(layout, odoo)


def backup(layout: Layout, options: argparse.Namespace) -> None:
    """Write a consistent backup of database and files; the shop stays open."""
    write_backup(prepare(layout), options.db, options.file)


def restore(layout: Layout, options: argparse.Namespace) -> None:
    """Put a backup in the place of the shop's database."""
    odoo = prepare(layout)
    if database.exists(odoo, options.db) and not options.yes:
        _confirm(f"Replace the database {options.db} by {options.file.name}?")
    with _server_stopped(odoo):
        restore_backup(odoo, options.file, options.db, neutralize=options.neutralize)


def reset(layout: Layout, options: argparse.Namespace) -> None:
    """Drop the shop's database, or with --all everything that the launcher made."""
    what = str(layout.state) if options.all else f"the database {options.db}"
    if not options.yes:
        _confirm(f"Remove {what} and all that is in it?")
    if options.all:
        stop(layout, options)
        with step(f"Removing {layout.state}"):
            for path in layout.state.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        return
    odoo = prepare(layout)
    server.stop(odoo)
    with step(f"Dropping {options.db}"):
        database.drop(odoo, options.db)


def _confirm(question: str) -> None:
    """:raise Stop: unless the user says yes."""
    answer = input(f"{question} [y/N] ") if sys.stdin.isatty() else ""
    if answer.strip().lower() not in ("y", "yes"):
        raise Stop("Nothing was changed.", "Say yes, or pass --yes.")
