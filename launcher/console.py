"""What the launcher says: steps with their time, and errors with a way out.

Results go to standard output; how the work goes on is told on standard error.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class Stop(Exception):
    """The launcher can't go on.

    :param problem: what is wrong, one sentence.
    :param advice: what the user can do about it; may have several lines.
    """

    def __init__(self, problem: str, advice: str = ""):
        super().__init__(problem)
        self.problem = problem
        self.advice = advice

    def __str__(self) -> str:
        lines = [self.problem, *(f"  {line}" for line in self.advice.splitlines())]
        return "\n".join(lines)


def say(text: str = "") -> None:
    print(text, flush=True)


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print what is being done, and how long it took when it is done."""
    note(f"* {title} ...")
    start = time.monotonic()
    try:
        yield
    except BaseException:
        note(f"  {title}: failed after {time.monotonic() - start:.1f} s")
        raise
    note(f"  done in {time.monotonic() - start:.1f} s")


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    what: str = "",
    advice: str = "",
    patient: bool = False,
) -> None:
    """Run a command with its output in a file; on failure stop with the file's end.

    :param log: the output is appended to this file.
    :param what: name of the action in the error message.
    :param patient: when we are interrupted the command goes on to its end, first.
    :raise Stop: when the command fails; ``advice`` says what to do then.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("a", encoding="utf-8", errors="replace") as output:
        print(f"\n$ {' '.join(words)}", file=output, flush=True)
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            text=True,
        )
        try:
            process.communicate(stdin)
        except BaseException:
            _end(process, patient=patient)
            raise
    if process.returncode:
        note("\n".join(log.read_text("utf-8", "replace").splitlines()[-15:]))
        raise Stop(
            f"{what or words[0]} failed (exit status {process.returncode}).",
            f"{advice}\nThe whole output is in {log}".strip(),
        )


def _end(process: subprocess.Popen, *, patient: bool) -> None:
    """Wait for the end of a command; one that we needn't be patient with is asked."""
    if not patient:
        process.terminate()
    try:
        process.wait(timeout=None if patient else 15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
