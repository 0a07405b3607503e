"""The acceptance of reading, schemas and expectations, row by row on real files.

    python benchmarks/acceptance_ingest.py DATA [--only ROW]

DATA is a folder with `tabular/`. Where a row asks for a file that is not there (adult-test, a
bank's customers), rows of that shape are made, and the table says so. Prints one line a check; the
exit code is the number of checks that failed. QUA-03, ING-10 and the stale setting as a check are
shown by the tests of the definitions.
"""

import argparse
import sys
from pathlib import Path

from acceptance import expectations, ingest, schema
from acceptance.common import bench

CHECKS = (*ingest.CHECKS, *schema.CHECKS, *expectations.CHECKS)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default="", help="checks whose function's name holds this")
    options = parser.parse_args()
    failed = 0
    with bench(options.data) as tools:
        for check in CHECKS:
            if options.only not in check.__name__:
                continue
            for line in check(tools):
                failed += not line.passed
                state = "pass" if line.passed else "FAIL"
                print(f"{line.row:7} {state}  {line.what}: {line.measured}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
