"""The command line of ``./crm``: its verbs and their options."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from . import machine, postgres, verbs
from .console import Stop
from .layout import CHECKOUT, Layout, layout_of

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
        status = machine.leave_root(layout, words)
        if status is None:
            layout.prepare()
            status = options.verb(layout, options) or 0
            if not os.environ.get("CRM_AS_SERVICE"):
                machine.bring_home(layout, CHECKOUT)
        return status
    except Stop as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; call the same command again to go on.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    main_parser = argparse.ArgumentParser(
        prog="./crm", description="Runs the retail CRM."
    )
    subparsers = main_parser.add_subparsers(
        title="verbs", required=True, metavar="VERB"
    )

    def verb(
        function: Callable, *, browser: bool = False, machine: bool = True
    ) -> argparse.ArgumentParser:
        """A verb with the name and the help of its function.

        :param browser: it needs Chromium.
        :param machine: what the machine lacks is installed first.
        """
        added = subparsers.add_parser(
            function.__name__.removesuffix("_"),
            help=function.__doc__.partition("\n")[0],
            description=function.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(verb=function, browser=browser, machine=machine)
        return added

    run = verb(verbs.run)
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

    install = verb(verbs.install)
    _database(install)
    _addons(install)
    install.add_argument(
        "--lock", action="store_true", help="renew constraints.txt instead"
    )

    update = verb(verbs.update)
    _database(update)
    _addons(update)

    test = verb(verbs.test, browser=True)
    _addons(test)
    test.add_argument(
        "--tags", default="", help="Odoo's --test-tags, e.g. /crm_customer:TestPhone"
    )

    lint = verb(verbs.lint)
    lint.add_argument("--fix", action="store_true", help="repair what can be repaired")

    i18n = verb(verbs.i18n)
    _addons(i18n)
    i18n.add_argument("--check", action="store_true", help="fail on untranslated terms")

    bench = verb(verbs.bench)
    bench.add_argument(
        "names", nargs="*", metavar="BENCH", help="default: all of bench/"
    )
    bench.add_argument(
        "--small", action="store_true", help="toy sizes: does it run at all?"
    )

    verb(verbs.screenshots, browser=True)

    backup = verb(verbs.backup)
    _database(backup)
    backup.add_argument("file", type=Path, help="the zip to write")

    restore = verb(verbs.restore)
    _database(restore)
    restore.add_argument("file", type=Path, help="a zip of ./crm backup")
    restore.add_argument(
        "--neutralize",
        action="store_true",
        help="a copy that sends nothing to the outside",
    )
    restore.add_argument("--yes", action="store_true", help="don't ask")

    reset = verb(verbs.reset)
    _database(reset)
    reset.add_argument(
        "--all", action="store_true", help="remove the whole state folder"
    )
    reset.add_argument("--yes", action="store_true", help="don't ask")
    return main_parser


def _database(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument(
        "--db", default=DEFAULT_DATABASE, help="default: %(default)s"
    )


def _addons(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument(
        "addons", nargs="*", metavar="ADDON", help="default: all of addons/"
    )


def _prepare_machine(layout: Layout, options: argparse.Namespace) -> None:
    if not options.machine or os.environ.get("CRM_AS_SERVICE"):
        return
    layout.state.mkdir(parents=True, exist_ok=True)
    wanted = machine.needs(
        own_postgres=not postgres.is_external(dict(os.environ)), browser=options.browser
    )
    machine.provide(wanted, layout.state / "machine.log")
