"""The command line of ``./crm``: its verbs and their options."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from . import account, backup, lock, machine, postgres, verbs
from .console import Stop
from .layout import CHECKOUT, Layout, layout_of

DEFAULT_DATABASE = "crm"
DEFAULT_PORT = 8069
#: Odoo's own rule, short enough for our suffixes.
DATABASE_NAME = re.compile(r"[A-Za-z0-9][\w.-]{1,45}", re.ASCII)


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(words)
    try:
        machine.check_python()
        layout = layout_of(CHECKOUT, dict(os.environ))
        if os.environ.get("CRM_AS_SERVICE"):
            return _as_service(layout, options)
        if options.access:
            options.file = options.file.absolute()
            backup.check_file(options.file, options.access)
        if os.geteuid() == 0:
            return _as_root(layout, options, words)
        return _as_user(layout, options)
    except Stop as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except OSError as problem:  # disk full, no right, a program that isn't there
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; call the same command again to go on.", file=sys.stderr)
        return 130


def _as_user(layout: Layout, options: argparse.Namespace) -> int:
    layout.prepare()
    _prepare_machine(layout, options)
    status = _run_verb(layout, options)
    account.bring_home(layout, CHECKOUT)
    return status


def _as_root(layout: Layout, options: argparse.Namespace, words: list[str]) -> int:
    """Prepare the machine, then run the verb as the service account."""
    os.umask(0o022)  # what we make for the account it must be able to read
    service = account.provide()
    layout = account.place(layout, service)
    _prepare_machine(layout, options)
    if options.access:
        with account.stand_in(
            options.file, options.access, layout.state, service
        ) as file:
            status = account.run_as(service, layout, words, file)
    else:
        status = account.run_as(service, layout, words, None)
    account.bring_home(layout, CHECKOUT)
    return status


def _as_service(layout: Layout, options: argparse.Namespace) -> int:
    """The verb alone: the process that started this one, as root, does the rest."""
    if options.access:
        options.file = Path(os.environ["CRM_FILE"])
    layout.prepare()
    return _run_verb(layout, options)


def _run_verb(layout: Layout, options: argparse.Namespace) -> int:
    if not options.lock:
        return options.verb(layout, options) or 0
    with lock.held(layout, options.lock, f"./crm {options.name}"):
        return options.verb(layout, options) or 0


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    main_parser = argparse.ArgumentParser(
        prog="./crm", description="Runs the retail CRM."
    )
    subparsers = main_parser.add_subparsers(
        title="verbs", required=True, metavar="VERB"
    )

    def verb(
        function: Callable,
        *,
        lock: str = "",
        browser: bool = False,
        machine: bool = True,
        access: str = "",
    ) -> argparse.ArgumentParser:
        """A verb with the name and the help of its function.

        :param lock: no other verb with the same lock runs at the same time.
        :param browser: it needs Chromium.
        :param machine: what the machine lacks is installed first.
        :param access: what it does with the option ``file``: ``read`` or ``write``.
        """
        name = function.__name__
        added = subparsers.add_parser(
            name,
            help=function.__doc__.partition("\n")[0],
            description=function.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(
            verb=function,
            name=name,
            lock=lock,
            browser=browser,
            machine=machine,
            access=access,
        )
        return added

    run = verb(verbs.run, lock="shop")
    _database(run)
    run.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="default: %(default)s"
    )
    run.add_argument(
        "--no-demo", action="store_true", help="an empty shop, not a demo shop"
    )

    verb(verbs.stop, machine=False)

    shell = verb(verbs.shell)
    _database(shell)

    install = verb(verbs.install, lock="shop")
    _database(install)
    _addons(install)
    install.add_argument(
        "--lock", action="store_true", help="renew constraints.txt instead"
    )

    update = verb(verbs.update, lock="shop")
    _database(update)
    _addons(update)

    test = verb(verbs.test, lock="test", browser=True)
    _addons(test)
    test.add_argument(
        "--tags", default="", help="Odoo's --test-tags, e.g. /crm_customer:TestPhone"
    )

    lint = verb(verbs.lint)
    lint.add_argument("--fix", action="store_true", help="repair what can be repaired")

    i18n = verb(verbs.i18n, lock="test")
    _addons(i18n)
    i18n.add_argument("--check", action="store_true", help="fail on untranslated terms")

    bench = verb(verbs.bench, lock="test")
    bench.add_argument(
        "names", nargs="*", metavar="BENCH", help="default: all of bench/"
    )
    bench.add_argument(
        "--small", action="store_true", help="toy sizes: does it run at all?"
    )

    verb(verbs.screenshots, lock="test", browser=True)

    backup = verb(verbs.backup, access="write")
    _database(backup)
    backup.add_argument("file", type=Path, help="the zip to write")

    restore = verb(verbs.restore, lock="shop", access="read")
    _database(restore)
    restore.add_argument("file", type=Path, help="a zip of ./crm backup")
    restore.add_argument(
        "--neutralize",
        action="store_true",
        help="a copy that sends nothing to the outside",
    )
    restore.add_argument("--yes", action="store_true", help="don't ask")

    reset = verb(verbs.reset, lock="shop")
    _database(reset)
    reset.add_argument(
        "--all", action="store_true", help="remove the whole state folder"
    )
    reset.add_argument("--yes", action="store_true", help="don't ask")
    return main_parser


def _database(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument(
        "--db",
        type=_database_name,
        default=DEFAULT_DATABASE,
        metavar="NAME",
        help="default: %(default)s",
    )


def _database_name(text: str) -> str:
    if not DATABASE_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r} can't name a database: letters, digits, dot, dash, underscore"
        )
    return text


def _addons(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument(
        "addons", nargs="*", metavar="ADDON", help="default: all of addons/"
    )


def _prepare_machine(layout: Layout, options: argparse.Namespace) -> None:
    if options.machine:
        own_postgres = not postgres.is_external(dict(os.environ))
        wanted = machine.needs(own_postgres=own_postgres, browser=options.browser)
        with lock.held(layout, "machine", "another ./crm"):
            machine.provide(wanted, layout.state)
