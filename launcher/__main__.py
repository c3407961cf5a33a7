import signal
import sys

# Before anything is imported that an old one can't read.
if sys.version_info < (3, 10):  # noqa: UP036
    raise SystemExit("Python 3.10 to 3.13 is needed: set CRM_PYTHON to such a one.")

from .cli import main

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the same as Ctrl-C
    raise SystemExit(main())
