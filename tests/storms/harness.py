"""Several processes with Odoo that do things at the same moment: what storms share.

A process carries out functions of the test's own module, each in a transaction of its
own that Odoo repeats when it collides, as it would a request. The function gets ``env``
and arguments that fit JSON, and runs in the process, so it must be found by its name.

Needs a database that may be written to: its name in CRM_TEST_DB, Odoo's configuration
file in CRM_TEST_CONF. Runs in Odoo's Python environment.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import pytest

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")

needs_database = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)


class Process:
    """A process that has loaded Odoo; functions go in, answers come out.

    An answer is ``{"value": …}``, ``{"refused": …}`` with Odoo's sentence for the user,
    or ``{"crashed": …}``.
    """

    def __init__(self):
        self._process = subprocess.Popen(
            _command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, function: Callable, **arguments) -> None:
        """Let it open a transaction and wait for the word."""
        self._tell(json.dumps({"function": _name(function), "arguments": arguments}))

    def wait_until_ready(self) -> None:
        assert self._process.stdout.readline() == "ready\n"

    def go(self) -> None:
        self._tell("go")

    def answer(self) -> dict:
        return json.loads(self._process.stdout.readline())

    def call(self, function: Callable, **arguments):
        """What the function returns; alone, with nobody to wait for."""
        self.begin(function, **arguments)
        self.wait_until_ready()
        self.go()
        answer = self.answer()
        assert "value" in answer, answer
        return answer["value"]

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _tell(self, line: str) -> None:
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def crew(count: int) -> Iterator[list[Process]]:
    """So many processes; they are gone afterwards."""
    processes = [Process() for _number in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()


def at_once(
    processes: Sequence[Process], function: Callable, orders: Iterable[dict]
) -> list[dict]:
    """The function in all processes at the same moment, each with its arguments."""
    for process, arguments in zip(processes, orders, strict=True):
        process.begin(function, **arguments)
    for process in processes:
        process.wait_until_ready()
    for process in processes:
        process.go()
    return [process.answer() for process in processes]


def alone(function: str, arguments: dict, text: str = "") -> dict:
    """What a function returns, in a process of its own and without a transaction.

    :param function: ``module:name``; its module may import Odoo, which ours doesn't.
        It gets Odoo's registry and the arguments, and may read ``text`` as input.
    """
    done = subprocess.run(
        [*_command(), function, json.dumps(arguments)],
        input=text,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def fork(processes: int, operations: int, work: Callable) -> tuple[Counter, int]:
    """Let processes share operations; they start at once, as Odoo is loaded already.

    :param work: called with a number of operations and a function that it tells the
        outcome of each, one word. Whoever is killed in mid-operation is replaced.
    :return: how often each word was said, and how many were killed.
    """
    reader, writer = os.pipe()
    done, left, killed = Counter(), {}, 0

    def start(share: int) -> None:
        if pid := os.fork():
            left[pid] = share
            return
        try:
            # A line is one write, shorter than what a pipe takes at once.
            work(
                share, lambda word: os.write(writer, f"{os.getpid()} {word}\n".encode())
            )
        finally:
            os._exit(0)

    def listen(seconds: float) -> None:
        while select.select([reader], [], [], seconds)[0]:
            for line in os.read(reader, 65536).decode().splitlines():
                pid, word = line.split()
                done[word] += 1
                left[int(pid)] -= 1

    for number in range(processes):
        start(operations // processes + (number < operations % processes))
    while left:
        pid, status = os.waitpid(-1, os.WNOHANG)
        listen(0 if pid else 0.05)
        rest = left.pop(pid, 0)
        if pid and os.WIFSIGNALED(status):
            # The killed operation is over; somebody else does what it had left.
            killed += 1
            if rest > 1:
                start(rest - 1)
    return done, killed


def _command() -> list[str]:
    return [sys.executable, "-m", "tests.storms.harness", CONFIGURATION, DATABASE]


def _name(function: Callable) -> str:
    return f"{function.__module__}:{function.__qualname__}"


def _named(text: str) -> Callable:
    module, _colon, name = text.partition(":")
    return getattr(importlib.import_module(module), name)


def _open_registry(conf: str, database: str):
    """Odoo's registry of the database, loaded in this process."""
    import odoo.init  # noqa: F401  (before any other import from odoo)
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", conf, "-d", database, "--log-level=critical"])
    return Registry(database)


def _serve(registry) -> None:
    """The life of a process: a line in, ``ready`` out, a line in, the answer out."""
    for line in sys.stdin:
        order = json.loads(line)
        function = _named(order["function"])
        registry.check_signaling()  # as at the begin of each request
        with registry.cursor() as cr:
            answer = _perform(cr, function, order["arguments"])
        registry.signal_changes()
        print(json.dumps(answer), flush=True)


def _perform(cr, function: Callable, arguments: dict) -> dict:
    from odoo import SUPERUSER_ID, api
    from odoo.exceptions import UserError
    from odoo.service.model import retrying

    env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
    env["res.partner"].search([], limit=1).read(["name"])  # the snapshot is taken
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        return {"value": retrying(lambda: function(env, **arguments), env)}
    except UserError as error:
        cr.rollback()
        return {"refused": str(error)}
    except Exception as error:
        cr.rollback()
        return {"crashed": repr(error)}


def _main(conf: str, database: str, function: str = "", arguments: str = "{}") -> None:
    registry = _open_registry(conf, database)
    if not function:
        _serve(registry)
    else:
        print(json.dumps(_named(function)(registry, **json.loads(arguments))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
