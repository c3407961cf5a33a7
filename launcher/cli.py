"""The command line of ``./crm``: its verbs and their options."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from . import account, backup, lock, machine, postgres, templates, verbs
from .console import Stop, note, say
from .findings import Outcome
from .layout import CHECKOUT, Layout, layout_of
from .python_env import CONSTRAINTS

DEFAULT_DATABASE = "crm"
DEFAULT_PORT = 8069
#: Odoo's own rule, short enough for our suffixes.
DATABASE_NAME = re.compile(r"[A-Za-z0-9][\w.-]{1,45}", re.ASCII)
#: What a verb may write in the checkout: patterns of paths. Never what root runs.
CATALOGUES = r"addons/\w+/i18n/\w+\.pot?"
PICTURES = r"docs/images/[\w-]+\.png"
SOURCES = r"(addons|bench|tests)/[\w./-]+\.(py|xml|js|scss|md|html|csv|pot?)"


def main(arguments: list[str] | None = None) -> int:
    """Run a verb; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    options = parser().parse_args(words)
    try:
        return _main(options, words)
    except KeyboardInterrupt:
        note("\nInterrupted; call the same command again to go on.")
        return 130
    # Disk full, no right, a program that isn't there; a parcel that was cut off.
    except (Stop, OSError, tarfile.TarError) as problem:
        note(f"\n{problem}")
        if options.name == "test":  # it always ends with this line
            say(Outcome(0, (str(problem),)).summary())
        return 1


def _main(options: argparse.Namespace, words: list[str]) -> int:
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


def _as_user(layout: Layout, options: argparse.Namespace) -> int:
    layout.prepare()
    _prepare_machine(layout.state, options)
    with _stream(options) as options.stream:
        return _run_verb(layout, options)


def _as_root(layout: Layout, options: argparse.Namespace, words: list[str]) -> int:
    """Prepare the machine, then run the verb as the service account."""
    os.umask(0o022)  # what we make for the account it must be able to read
    folder = account.own_folder()
    layout, service = account.place(layout)
    _prepare_machine(folder, options)
    with _stream(options) as stream:
        return account.run_as(service, layout, words, stream)


def _as_service(layout: Layout, options: argparse.Namespace) -> int:
    """The verb alone: the process that started this one, as root, does the rest."""
    layout.prepare()
    if number := os.environ.pop("CRM_STREAM", ""):
        mode = "rb" if options.access == "read" else "wb"
        with open(int(number), mode) as options.stream:
            return _run_verb(layout, options)
    return _run_verb(layout, options)


@contextlib.contextmanager
def _stream(options: argparse.Namespace) -> Iterator[BinaryIO | None]:
    """The open file that the verb reads or writes; opened by the user, not by Odoo's.

    It is the option ``file``, or a parcel of what the verb makes for the checkout.
    """
    if options.access == "read":
        with options.file.open("rb") as file:
            yield file
    elif options.access == "write":
        with backup.replacing(options.file) as file:
            yield file
    elif allowed := _brings(options):
        with tempfile.TemporaryFile() as parcel:
            yield parcel
            account.unpack(parcel, allowed, CHECKOUT)
    else:
        yield None


def _brings(options: argparse.Namespace) -> str:
    """Pattern of the files that the verb makes for the checkout; empty: none."""
    asked = not options.brings_if or getattr(options, options.brings_if)
    return options.brings if asked else ""


def _run_verb(layout: Layout, options: argparse.Namespace) -> int:
    with contextlib.ExitStack() as stack:
        if options.lock:
            holder = f"./crm {options.name}"
            stack.enter_context(lock.held(layout.state, options.lock, holder))
        if not _brings(options):
            return options.verb(layout, options) or 0
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=layout.tmp))
        options.out = Path(folder)
        status = options.verb(layout, options) or 0
        account.pack(options.out, options.stream)
        return status


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
        database: bool = True,
        browser: bool = False,
        machine: bool = True,
        access: str = "",
        brings: str = "",
        brings_if: str = "",
    ) -> argparse.ArgumentParser:
        """A verb with the name and the help of its function.

        :param lock: no other verb with the same lock runs at the same time.
        :param database: it needs PostgreSQL.
        :param browser: it needs Chromium.
        :param machine: what the machine lacks is installed first.
        :param access: what it does with the option ``file``: ``read`` or ``write``.
        :param brings: pattern of the files that it makes for the checkout.
        :param brings_if: name of the option with which alone it makes them.
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
            database=database,
            browser=browser,
            machine=machine,
            access=access,
            brings=brings,
            brings_if=brings_if,
        )
        return added

    run = verb(verbs.run, lock="shop")
    _database(run)
    run.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="default: %(default)s"
    )
    run.add_argument(
        "--no-demo", action="store_true", help="an empty shop, not a demo shop"
    )

    verb(verbs.stop, machine=False)

    shell = verb(verbs.shell)
    _database(shell)

    install = verb(
        verbs.install, lock="shop", brings=re.escape(CONSTRAINTS), brings_if="renew"
    )
    _database(install)
    _addons(install)
    install.add_argument(
        "--lock",
        dest="renew",
        action="store_true",
        help="renew constraints.txt instead",
    )

    update = verb(verbs.update, lock="shop")
    _database(update)
    _addons(update)

    test = verb(verbs.test, lock="test", browser=True)
    _addons(test)
    test.add_argument(
        "--tags", default="", help="Odoo's --test-tags, e.g. /crm_customer:TestPhone"
    )

    lint = verb(
        verbs.lint, lock="lint", database=False, brings=SOURCES, brings_if="fix"
    )
    lint.add_argument("--fix", action="store_true", help="repair what can be repaired")

    i18n = verb(verbs.i18n, lock="test", brings=CATALOGUES)
    _addons(i18n)
    i18n.add_argument("--check", action="store_true", help="fail on untranslated terms")

    bench = verb(verbs.bench, lock="test")
    bench.add_argument(
        "names", nargs="*", metavar="BENCH", help="default: all of bench/"
    )
    bench.add_argument(
        "--small", action="store_true", help="toy sizes: does it run at all?"
    )

    compare = verb(verbs.compare, lock="test", browser=True)
    _addons(compare)
    compare.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="MODULE",
        help="a further module of Odoo to install and test, e.g. pos_loyalty",
    )

    verb(verbs.screenshots, lock="test", browser=True, brings=PICTURES)

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
            f"{text!r} can't name a database: 2 to 46 letters, digits, .-_"
        )
    if text.startswith(templates.PREFIX):
        raise argparse.ArgumentTypeError(
            f"{templates.PREFIX}… names databases of tests"
        )
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 1 to 65535")
    return int(text)


def _addons(subparser: argparse.ArgumentParser) -> None:
    subparser.add_argument(
        "addons", nargs="*", metavar="ADDON", help="default: all of addons/"
    )


def _prepare_machine(folder: Path, options: argparse.Namespace) -> None:
    """Install what the verb needs.

    :param folder: for the log and the lock; nobody else's.
    """
    if options.machine and not getattr(options, "all", False):
        wanted = machine.needs(
            database=options.database,
            own_postgres=not postgres.is_external(dict(os.environ)),
            browser=options.browser,
        )
        with lock.held(folder, "machine", "another ./crm"):
            machine.provide(wanted, folder)
