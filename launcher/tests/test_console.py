"""What becomes of a command when we are interrupted."""

import signal
import sys

from launcher import console
from launcher.console import Stop
from launcher.tests.common import FolderCase

SLOW = "import pathlib, sys, time; time.sleep(1); pathlib.Path(sys.argv[1]).touch()"


class TestRun(FolderCase):
    def run_interrupted(self, *, patient: bool) -> bool:
        """Whether the command came to its own end."""
        before = signal.signal(signal.SIGALRM, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        done = self.folder / "done"
        command = [sys.executable, "-c", SLOW, done]
        signal.setitimer(signal.ITIMER_REAL, 0.4)
        with self.assertRaises(KeyboardInterrupt):
            console.run(command, log=self.folder / "log", patient=patient)
        return done.exists()

    def test_an_installer_is_waited_for(self):
        self.assertTrue(self.run_interrupted(patient=True))

    def test_other_commands_are_ended(self):
        self.assertFalse(self.run_interrupted(patient=False))

    def test_failure_shows_the_end_of_the_log_and_what_to_do(self):
        log = self.folder / "log"
        code = "print('no space'); raise SystemExit(3)"
        with self.assertRaisesRegex(Stop, "(?s)Copying failed.*status 3.*Buy a disk"):
            console.run(
                [sys.executable, "-c", code],
                log=log,
                what="Copying",
                advice="Buy a disk.",
            )
        self.assertIn("no space", self.printed.getvalue())

    def test_steps_leave_standard_output_to_results(self):
        errors = self.patch(console.sys, "stderr")
        with console.step("Working"):
            pass
        self.assertEqual(self.printed.getvalue(), "")
        errors.write.assert_called()
