"""A fit that exceeds its time limit is abandoned; results and errors of others pass through."""

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
