"""The acceptance rows of training, evaluation and explanations on real files.

    python benchmarks/acceptance_training.py DATA [--only WORD ...] [--budget S]
        [--sixty] [--memory]

DATA is a folder with `tabular/`. Prints one line a check; the exit code is the number of checks
that failed. Ten sets are trained once, for `--budget` seconds each (15), and five more with
shuffled targets (20 s each); all in all some 15 minutes on two free cores. `--sixty` adds ten
trainings of 60 s (TRN-05), which want a machine with nothing else to do; `--memory` a run of a
million rows of 200 columns (TRN-17), some ten minutes more. Rows that need no real data (PIP-03,
EXP-04, TRN-06 ...) are tests.
"""

import argparse
import os
import sys
import time
import warnings
from pathlib import Path

# As in the processes that score: threads that wait must not count as work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from acceptance import memory, scores, training
from acceptance.common import bench
from acceptance.models import Trainer

from pipeweave_dagster.adapters.worker import Worker

CHECKS = (*scores.CHECKS, *training.CHECKS)
_PRELOAD = ("pipeweave_dagster.core.training.train_model", "xgboost", "lightgbm", "skops.io")


def main() -> int:
    """Print the table."""
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of checks")
    parser.add_argument("--budget", type=float, default=15)
    parser.add_argument("--sixty", action="store_true")
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    checks = [*CHECKS, *[training.budgets] * options.sixty, *[memory.memory] * options.memory]
    failed = 0
    with bench(options.data) as tools, Worker(preload=_PRELOAD) as worker:
        trainer = Trainer(tools, worker, options.budget)
        for check in checks:
            if options.only and not any(word in check.__name__ for word in options.only):
                continue
            began = time.process_time()
            for line in check(trainer):
                failed += not line.passed
                state = "pass" if line.passed else "FAIL"
                print(f"{line.row:7} {state}  {line.what}: {line.measured}", flush=True)
            spent = time.process_time() - began
            print(f"        {check.__name__}: {spent:.0f} s here", file=sys.stderr, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
