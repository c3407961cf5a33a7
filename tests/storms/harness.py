"""Several processes with Odoo that do things at the same moment: what storms share.

A task is a function of the test's own module, with arguments that can be pickled. A
process carries it out in a transaction that Odoo repeats when it collides, as it would
a request; the function gets ``env``. pytest loads the modules as well and has no Odoo,
so only functions import of it what ``env`` doesn't have.

Odoo is loaded once, by multiprocessing's fork server; all processes are forks of it, so
they start at once. Their side is ``processes``.

Needs a database that may be written to: its name in CRM_TEST_DB, Odoo's configuration
file in CRM_TEST_CONF. Runs in Odoo's Python environment. CRM_STORM_WITHOUT_GUARD lets
storms do without what they are there to prove, and they must fail.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

DATABASE = os.environ.get("CRM_TEST_DB")
CONFIGURATION = os.environ.get("CRM_TEST_CONF")
GUARDED = not os.environ.get("CRM_STORM_WITHOUT_GUARD")
#: Seconds without a word after which a process counts as stuck.
PATIENCE = 300

PAUSED, GO = "paused", "go"

needs_database = pytest.mark.skipif(
    not (DATABASE and CONFIGURATION),
    reason="CRM_TEST_DB and CRM_TEST_CONF name no database for tests",
)

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([f"{__package__}.processes"])


@dataclass(frozen=True)
class Task:
    """One transaction."""

    function: Callable
    arguments: dict[str, Any]
    patient: bool = False
    waits: bool = False
    dies: bool = False


def do(function: Callable, **arguments) -> Task:
    """What somebody does once; Odoo repeats it a few times when it collides."""
    return Task(function, arguments)


def job(function: Callable, **arguments) -> Task:
    """What is repeated until it succeeds: by the queue of jobs, or by a cashier."""
    return Task(function, arguments, patient=True)


def doomed(task: Task) -> Task:
    """Whoever does this is killed before the transaction ends."""
    return replace(task, dies=True)


@dataclass(frozen=True)
class Answer:
    """How a task ended: done, refused, gave up, crashed or killed."""

    end: str
    #: What the function returned; else Odoo's sentence for the user, or the error.
    value: Any = None
    #: How often it was begun anew.
    again: int = 0

    def result(self) -> Any:
        assert self.end == "done", self
        return self.value


class Process:
    """A process that has loaded Odoo; tasks go in, answers come out.

    :param first: what it does before anything else, also when it replaces a killed one.
    """

    def __init__(self, *first: Task):
        self._first = first
        self._start()

    def _start(self) -> None:
        self.connection, theirs = _context.Pipe()
        self._process = _context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        for task in self._first:
            self.begin(task)
            self.answer().result()

    def begin(self, *tasks: Task) -> None:
        """Let it do this, one after the other as far as they succeed."""
        self.connection.send(tasks)

    def answer(self) -> Answer:
        """How the last task ended that was begun."""
        return self._receive()

    def call(self, function: Callable, **arguments) -> Any:
        """What the function returns."""
        self.begin(do(function, **arguments))
        return self.answer().result()

    def wait(self) -> None:
        """Until it has come to its ``pause``."""
        assert (word := self._receive()) == PAUSED, word

    def go(self) -> None:
        """Let it go on."""
        self.connection.send(GO)

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()

    def replace(self) -> None:
        """Somebody else takes the place of one who was killed."""
        self.kill()
        self._start()

    def _receive(self) -> Any:
        assert self.connection.poll(PATIENCE), "a process is stuck"
        try:
            return self.connection.recv()
        except (EOFError, ConnectionResetError):
            return Answer("killed")


@contextlib.contextmanager
def crew(count: int, *first: Task) -> Iterator[list[Process]]:
    """So many processes; they are gone afterwards.

    :param first: what each of them does at first.
    """
    with contextlib.ExitStack() as stack:
        processes = []
        for _number in range(count):
            processes.append(process := Process(*first))
            stack.callback(process.kill)
        yield processes


def at_once(processes: Sequence[Process], tasks: Iterable[Task]) -> list[Answer]:
    """A task for each process, at the same moment: all have begun a transaction."""
    for process, task in zip(processes, tasks, strict=True):
        process.begin(replace(task, waits=True))
    for process in processes:
        process.wait()
    for process in processes:
        process.go()
    return [process.answer() for process in processes]


def share(
    processes: Sequence[Process], errands: Iterable[Task | Sequence[Task]]
) -> list[Answer]:
    """Errands in this order, each by whoever is free; who is killed is replaced.

    An errand is a task or several, of which each needs the one before.
    """
    answers: dict[int, Answer] = {}
    left, busy, free = iter(enumerate(errands)), {}, list(processes)
    while True:
        for process, (number, errand) in zip(list(free), left, strict=False):
            process.begin(*([errand] if isinstance(errand, Task) else errand))
            busy[process.connection] = process, number
            free.remove(process)
        if not busy:
            return [answer for _number, answer in sorted(answers.items())]
        ready = multiprocessing.connection.wait(busy, PATIENCE)
        assert ready, "all processes are stuck"
        for process, number in [busy.pop(connection) for connection in ready]:
            answers[number] = process.answer()
            if answers[number].end == "killed":
                process.replace()
            free.append(process)


def pause() -> None:
    """For functions in a process: say so and wait for ``go``, once in a task."""
    from . import processes

    processes.pause()


def _serve(connection) -> None:
    from . import processes

    processes.serve(connection)
