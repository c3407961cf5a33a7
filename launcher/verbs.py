"""What each verb of ``./crm`` does. A function's docstring is its help."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import (
    blank,
    database,
    lock,
    odoo_source,
    odoo_tests,
    postgres,
    python_env,
    server,
    static_checks,
    suites,
    templates,
    translations,
)
from .backup import restore_backup, write_backup
from .console import Stop, say, step
from .layout import Layout
from .odoo import Odoo, configure


def prepare(layout: Layout, purpose: str = "shop", *, dev: bool = False) -> Odoo:
    """Odoo, its environment and a database server for ``shop`` or ``test``."""
    with lock.held(layout.state, "setup", "another ./crm"):
        imports = _prepare_python(layout, dev=dev)
        database_server = postgres.provide(layout, purpose, dict(os.environ))
        template = blank.provide(layout, database_server)
    return configure(
        layout, imports, database_server, name=purpose, db_template=template
    )


def _prepare_shop(layout: Layout, options: argparse.Namespace) -> Odoo:
    """For verbs that hold the shop's lock: what an interrupted one left is settled."""
    odoo = prepare(layout)
    database.settle(odoo, options.db)
    return odoo


def _prepare_python(layout: Layout, *, dev: bool) -> Path:
    imports = odoo_source.provide(layout, dict(os.environ))
    python_env.provide(layout, imports, dev=dev)
    return imports


def run(layout: Layout, options: argparse.Namespace) -> None:
    """Install what is missing, create the shop when there is none, and serve it."""
    odoo = _prepare_shop(layout, options)
    found = server.running(odoo)
    if found and found[1:] != (options.db, options.port):
        server.stop(odoo)
        found = None
    if not found and not server.port_is_free(options.port):
        raise Stop(
            f"Port {options.port} is used by another program.",
            f"Choose another one: ./crm run --port {options.port + 1}",
        )
    _provide_shop(odoo, options)
    if not server.running(odoo):
        server.start(odoo, options.db, options.port)
    _greet(odoo, options)


def _provide_shop(odoo: Odoo, options: argparse.Namespace) -> None:
    """Create the database, or add missing addons."""
    addons = odoo.layout.shop_addons()
    if not database.exists(odoo, options.db):
        demo = not options.no_demo
        password = "admin" if demo else _new_password(odoo, options)
        database.create(odoo, options.db, addons, password=password, demo=demo)
    elif lacking := database.not_installed(odoo, options.db, addons):
        server.stop(odoo)
        database.install(odoo, options.db, lacking)


def _password_file(odoo: Odoo, options: argparse.Namespace) -> Path:
    """Keeps the password of a new shop until it has been shown."""
    return odoo.layout.state / f"{options.db}.password"


def _new_password(odoo: Odoo, options: argparse.Namespace) -> str:
    file, password = _password_file(odoo, options), secrets.token_urlsafe(12)
    file.touch(mode=0o600)
    file.write_text(password, "utf-8")
    return password


def _greet(odoo: Odoo, options: argparse.Namespace) -> None:
    say(f"\nThe shop is open:  http://127.0.0.1:{options.port}")
    logins = database.demo_logins(odoo, options.db, odoo.layout.addon_names())
    for login, name in logins:
        say(f"  log in as {login:<10} password {login:<10} {name}")
    file = _password_file(odoo, options)
    if file.exists():
        say(f"  log in as admin with the password {file.read_text('utf-8')}")
        say("  It is shown only now; change it inside.")
        file.unlink()
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


def shell(layout: Layout, options: argparse.Namespace) -> None:
    """Python with `env` of the shop; a script may come on standard input."""
    odoo = prepare(layout)
    _check_exists(odoo, options)
    command = odoo.command("shell", "-c", str(odoo.conf), "-d", options.db, "--no-http")
    os.chdir(layout.root)
    os.execve(command[0], command, odoo.environment())  # Ctrl-C is the shell's


def install(layout: Layout, options: argparse.Namespace) -> None:
    """Install addons in the shop's database."""
    if options.renew:
        _lock(layout, options)
    else:
        _change_addons(layout, options, update=False)


def update(layout: Layout, options: argparse.Namespace) -> None:
    """Update addons in the shop's database: new code, views, translations."""
    _change_addons(layout, options, update=True)


def _change_addons(
    layout: Layout, options: argparse.Namespace, *, update: bool
) -> None:
    addons = _chosen(layout, options)
    odoo = _prepare_shop(layout, options)
    _check_exists(odoo, options)
    with _server_stopped(odoo):
        database.install(odoo, options.db, addons, update=update)


def _check_exists(odoo: Odoo, options: argparse.Namespace) -> None:
    if not database.exists(odoo, options.db):
        raise Stop(f"There is no database {options.db}.", "Create it with ./crm run")


@contextmanager
def _server_stopped(odoo: Odoo) -> Iterator[None]:
    """The shop is closed inside, and opened again afterwards if it was open."""
    found = server.running(odoo)
    server.stop(odoo)
    try:
        yield
    finally:
        if found and database.exists(odoo, found[1]):
            server.start(odoo, found[1], found[2])


def _chosen(layout: Layout, options: argparse.Namespace) -> list[str]:
    known = layout.addon_names()
    unknown = [addon for addon in options.addons if addon not in known]
    if unknown:
        raise Stop(
            f"There is no addon {', '.join(unknown)}.", f"There are: {', '.join(known)}"
        )
    return options.addons or known


def _lock(layout: Layout, options: argparse.Namespace) -> None:
    """Newest versions that fit the requirements, as the new constraints."""
    imports = odoo_source.provide(layout, dict(os.environ))
    text = python_env.lock(layout, imports)
    (options.out / python_env.CONSTRAINTS).write_text(text, "utf-8")


def test(layout: Layout, options: argparse.Namespace) -> int:
    """Run everything that CI runs, or the Odoo tests of some addons only.

    Ends with one line `N passed, N failed`.
    """
    addons = _chosen(layout, options)
    odoo = prepare(layout, "test", dev=True)
    if options.addons or options.tags:
        outcome = suites.attempt(
            "odoo", lambda: odoo_tests.run(odoo, addons, options.tags)
        )
    else:
        outcome = suites.run_all(layout, odoo)
        server.stop(odoo)
        postgres.stop(layout, "test")
    for skipped in outcome.skipped:
        say(f"SKIPPED {skipped}")
    for failure in outcome.failures:
        say(f"FAILED {failure}")
    say(outcome.summary())
    return 1 if outcome.failed else 0


def lint(layout: Layout, options: argparse.Namespace) -> int:
    """Check the form of every file."""
    with lock.held(layout.state, "setup", "another ./crm"):
        _prepare_python(layout, dev=True)
    static_checks.provide_formatter(layout)
    if options.fix:
        return 0 if static_checks.repair(layout, options.out) else 1
    return 0 if static_checks.check(layout) else 1


def i18n(layout: Layout, options: argparse.Namespace) -> int:
    """Refresh the .pot and vi.po files of addons from their terms."""
    chosen = _chosen(layout, options)
    odoo = prepare(layout, "test", dev=True)
    name = templates.database_name(layout, "i18n")
    database.copy(odoo, templates.modules(odoo), name)
    database.install(odoo, name, layout.addon_names())
    untranslated = translations.refresh(odoo, name, chosen, options.out)
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


def compare(layout: Layout, options: argparse.Namespace) -> int:
    """Odoo's own tests with and without our addons; fails on what differs."""
    odoo = prepare(layout, "test", dev=True)
    addons = _chosen(layout, options)
    outcome = suites.stock(layout, odoo, addons, options.also)
    return 1 if outcome.failed else 0


def screenshots(layout: Layout, options: argparse.Namespace) -> int:
    """Take the README's pictures anew from a demo shop."""
    odoo = prepare(layout, "test", dev=True)
    return suites.screenshots(layout, odoo, options.out)


def backup(layout: Layout, options: argparse.Namespace) -> None:
    """Write a consistent backup of database and files; the shop stays open."""
    write_backup(prepare(layout), options.db, options.stream)


def restore(layout: Layout, options: argparse.Namespace) -> None:
    """Put a backup in the place of the shop's database."""
    odoo = _prepare_shop(layout, options)
    if database.exists(odoo, options.db) and not options.yes:
        _confirm(f"Replace the database {options.db} by {options.file.name}?")
    with _server_stopped(odoo):
        restore_backup(odoo, options.stream, options.db, neutralize=options.neutralize)
    _password_file(odoo, options).unlink(missing_ok=True)


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
    odoo = _prepare_shop(layout, options)
    server.stop(odoo)
    with step(f"Dropping {options.db}"):
        for name in (database.building(options.db), options.db):
            database.drop(odoo, name)
    _password_file(odoo, options).unlink(missing_ok=True)


def _confirm(question: str) -> None:
    """:raise Stop: unless the user says yes."""
    answer = input(f"{question} [y/N] ") if sys.stdin.isatty() else ""
    if answer.strip().lower() not in ("y", "yes"):
        raise Stop("Nothing was changed.", "Say yes, or pass --yes.")
