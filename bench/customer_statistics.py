"""Statistics of customers, beside the plain SQL that computes the same."""

import argparse
import time

from . import _odoo, _orders


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    small = parser.parse_args().small
    with _odoo.environment() as env:
        start = time.monotonic()
        ids = _orders.seed(env, *((2_000, 10_000) if small else ()))
        print(f"seeded in {time.monotonic() - start:.0f} s")
        print(len(ids))


if __name__ == "__main__":
    main()
