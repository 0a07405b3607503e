"""A fit that exceeds its time limit is abandoned; results and errors of others pass through."""

import subprocess
import sys
import threading

import pytest

from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError, run_with_timeout


def test_a_call_that_does_not_return_is_abandoned():
    release, ended = threading.Event(), threading.Event()

    def hang():
        release.wait(60)
        ended.set()

    with pytest.raises(FitTimeoutError, match=r"not done within 0\.2 s"):
        run_with_timeout(0.2, hang)
    assert not ended.is_set(), "it was waited for"
    release.set()


def test_results_and_errors_pass_through():
    assert run_with_timeout(30, lambda: 7) == 7
    with pytest.raises(KeyError, match="x"):
        run_with_timeout(30, lambda: {}["x"])


SCRIPT = """
import time
from pipeweave_dagster.core.training.search.fit_timeout import FitTimeoutError, run_with_timeout

def slow():
    time.sleep(0.5)
    print("ended", flush=True)

try:
    run_with_timeout(0.1, slow)
except FitTimeoutError:
    print("abandoned", flush=True)
raise SystemExit(7)
"""


def test_a_script_that_ends_waits_for_abandoned_fits():
    """CatBoost's threads crash in an interpreter that has ended, and the exit code is lost."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.split(), done.stderr, done.returncode) == (["abandoned", "ended"], "", 7)
