import os
import signal
import sys

# Before anything is imported that an old one can't read.
if sys.version_info < (3, 11):  # noqa: UP036
    raise SystemExit("Python 3.11 to 3.13 is needed: set CRM_PYTHON to such a one.")

from .cli import main

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the same as Ctrl-C
    # What we call is as we are: it takes nothing of the user's Python settings.
    for name in [name for name in os.environ if name.startswith("PYTHON")]:
        del os.environ[name]
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    raise SystemExit(main())
