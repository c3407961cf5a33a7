"""The verbs of ``./crm``."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Callable

from . import database, machine, odoo_source, postgres, python_env, server
from .console import Stop, say, step
from .layout import CHECKOUT, Layout, layout_of
from .odoo import Odoo, configure

DEFAULT_DATABASE = "crm"
DEFAULT_PORT = 8069


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(words)
    layout = layout_of(CHECKOUT, dict(os.environ))
    try:
        machine.check_python()
        _prepare_machine(layout, options)
        machine.leave_root(layout, words)
        layout.prepare()
        return options.verb(layout, options) or 0
    except Stop as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; call the same command again to go on.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    main_parser = argparse.ArgumentParser(prog="./crm", description="Runs the retail CRM.")
    verbs = main_parser.add_subparsers(title="verbs", required=True, metavar="VERB")

    def verb(function: Callable, summary: str, **defaults) -> argparse.ArgumentParser:
        name = function.__name__.removesuffix("_")
        added = verbs.add_parser(name, help=summary, description=function.__doc__ or summary)
        added.set_defaults(verb=function, browser=False, provides=True, **defaults)
        return added

    run = verb(run_, "install what is missing and serve the shop")
    _database_option(run)
    run.add_argument("--port", type=int, default=DEFAULT_PORT, help="default: %(default)s")
    run.add_argument("--no-demo", action="store_true", help="an empty shop instead of a demo shop")

    stop = verb(stop_, "stop the shop and its database server")
    stop.set_defaults(provides=False)

    shell = verb(shell_, "Python with the shop's environment")
    _database_option(shell)

    install = verb(install_, "install addons in the shop")
    _database_option(install)
    install.add_argument("addons", nargs="*", help="default: all of addons/")
    install.add_argument(
        "--lock", action="store_true", help="print constraints.txt for the newest versions that fit"
    )

    update = verb(update_, "update addons in the shop after their code changed")
    _database_option(update)
    update.add_argument("addons", nargs="*", help="default: all of addons/")

    reset = verb(reset_, "drop the shop's database")
    _database_option(reset)
    reset.add_argument("--all", action="store_true", help="remove the whole state folder")
    reset.add_argument("--yes", action="store_true", help="don't ask")
    return main_parser


def _database_option(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument("--db", default=DEFAULT_DATABASE, help="default: %(default)s")


def _prepare_machine(layout: Layout, options: argparse.Namespace) -> None:
    if not options.provides:
        return
    layout.state.mkdir(parents=True, exist_ok=True)
    wanted = machine.needs(
        own_postgres=not postgres.is_external(dict(os.environ)), browser=options.browser
    )
    machine.provide(wanted, layout.state / "machine.log")


def prepare_odoo(layout: Layout, purpose: str = "shop", *, dev: bool = False, **conf: str) -> Odoo:
    """Odoo, its environment and a database server for ``shop`` or ``test``."""
    environ = dict(os.environ)
    imports = odoo_source.provide(layout, environ)
    python_env.provide(layout, imports, dev=dev)
    database_server = postgres.provide(layout, purpose, environ)
    return configure(layout, imports, database_server, name=purpose, **conf)


def run_(layout: Layout, options: argparse.Namespace) -> None:
    """Install what is missing, create the shop when there is none, and serve it."""
    odoo = prepare_odoo(layout)
    addons = layout.addon_names()
    found = server.running(odoo)
    if found and found[1:] != (options.db, options.port):
        server.stop(odoo)
        found = None
    if not found and not server.port_is_free(options.port):
        raise Stop(
            f"Port {options.port} is used by another program.",
            f"Choose another one: ./crm run --port {options.port + 1}",
        )
    password = _provide_database(odoo, options, addons)
    if not found:
        server.start(odoo, options.db, options.port)
    _greet(odoo, options, password)


def _provide_database(odoo: Odoo, options: argparse.Namespace, addons: list[str]) -> str:
    """Create the database or bring it up to date; returns the admin password if new."""
    demo = not options.no_demo
    if not database.exists(odoo, options.db):
        password = "admin" if demo else secrets.token_urlsafe(12)
        database.create(odoo, options.db, addons, password=password, demo=demo)
        return password
    lacking = database.not_installed(odoo, options.db, addons)
    if lacking:
        server.stop(odoo)
        database.install(odoo, options.db, lacking)
    return ""


def _greet(odoo: Odoo, options: argparse.Namespace, password: str) -> None:
    say()
    say(f"The shop is open:  http://127.0.0.1:{options.port}")
    if password and options.no_demo:
        say(f"Log in as admin with the password {password}  (shown only now; change it inside)")
    else:
        logins = database.demo_logins(odoo, options.db)
        for login, name in logins:
            say(f"  log in as {login:<12} password {login:<12} {name}")
    say(f"Log:   {odoo.layout.logs / (odoo.conf.stem + '.log')}")
    say("Stop:  ./crm stop")


def stop_(layout: Layout, options: argparse.Namespace) -> None:
    """Stop the shop's server and the private database servers."""
    stopped = [server.stop(configured) for configured in _configured(layout)]
    stopped += [postgres.stop(layout, purpose) for purpose in postgres.PORTS]
    if not any(stopped):
        say("Nothing is running.")


def _configured(layout: Layout) -> list[Odoo]:
    """The configurations that exist, without preparing anything."""
    nowhere = postgres.Server("", "", "")
    return [
        Odoo(layout, layout.odoo, nowhere, layout.state / f"{purpose}.conf")
        for purpose in postgres.PORTS
    ]


def shell_(layout: Layout, options: argparse.Namespace) -> int:
    """Python with `env` of the shop. A script may come on standard input."""
    odoo = prepare_odoo(layout)
    command = odoo.command("shell", "-c", str(odoo.conf), "-d", options.db, "--no-http")
    return subprocess.call(command, env=odoo.environment(), cwd=layout.root)


def install_(layout: Layout, options: argparse.Namespace) -> None:
    """Install addons in the shop's database."""
    if options.lock:
        _lock(layout)
        return
    _with_server_stopped(layout, options, update=False)


def update_(layout: Layout, options: argparse.Namespace) -> None:
    """Update addons in the shop's database: new code, views, translations."""
    _with_server_stopped(layout, options, update=True)


def _with_server_stopped(layout: Layout, options: argparse.Namespace, *, update: bool) -> None:
    odoo = prepare_odoo(layout)
    if not database.exists(odoo, options.db):
        raise Stop(f"There is no database {options.db}.", "Create it with ./crm run")
    found = server.running(odoo)
    server.stop(odoo)
    database.install(odoo, options.db, options.addons or layout.addon_names(), update=update)
    if found:
        server.start(odoo, found[1], found[2])


def _lock(layout: Layout) -> None:
    with contextlib.redirect_stdout(sys.stderr):  # `./crm install --lock > constraints.txt`
        odoo = odoo_source.provide(layout, dict(os.environ))
        python_env.provide(layout, odoo, dev=True)
    sys.stdout.write(python_env.lock(layout))


def reset_(layout: Layout, options: argparse.Namespace) -> None:
    """Drop the shop's database, or with --all everything that the launcher made."""
    what = str(layout.state) if options.all else f"the database {options.db}"
    if not options.yes and input(f"Remove {what} and all that is in it? [y/N] ") != "y":
        say("Nothing was removed.")
        return
    if options.all:
        stop_(layout, options)
        with step(f"Removing {layout.state}"):
            subprocess.run(["find", layout.state, "-mindepth", "1", "-delete"], check=True)
        return
    odoo = prepare_odoo(layout)
    server.stop(odoo)
    with step(f"Dropping {options.db}"):
        database.drop(odoo, options.db)
