"""Programs of the tests that run many commands keep one process for each kind of worker."""

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys
sys.path.append(sys.argv[1])
from pipeweave_dagster.adapters.child_process import preloads
from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster_tests.kept_workers import end_workers, keep_workers
keep_workers()
preloads.TRAINING = ("json",)
pids = []
for options in ({}, {}, {"access": "mlflow"}, {"preload": ["json"]}, {"preload": ["json"]}, {}):
    with Worker(**options) as worker:
        worker.start()
        pids.append(worker.pid)
end_workers()
with Worker() as worker:
    worker.start()
    pids.append(worker.pid)
print([pids.index(pid) for pid in pids])
"""


def test_a_process_is_kept_unless_it_lacks_what_a_training_imports_before_it() -> None:
    command = [sys.executable, "-c", _PROGRAM, str(Path(__file__).parents[1])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[0, 0, 2, 3, 3, 3, 6]"
