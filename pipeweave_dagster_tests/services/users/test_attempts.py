"""Five failures, then a wait: per name whoever tries, per address whatever the name."""

import pytest

from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.services.users.attempts import PER_ADDRESS, PER_NAME, WINDOW_S, Attempts


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def refused(attempts, name, address):
    with pytest.raises(PipeWeaveError) as caught:
        attempts.begin(name, address)
    assert caught.value.code is ErrorCode.RATE_LIMITED
    return caught.value.details["retry_after_s"]


def test_a_name_is_locked_for_everybody_until_the_window_is_over(clock):
    attempts = Attempts(clock)
    for number in range(PER_NAME):
        attempts.begin("ada", f"192.0.2.{number}")
        clock.now += 10
    assert refused(attempts, "ada", "192.0.2.99") == WINDOW_S - 50
    attempts.begin("bob", "192.0.2.99")
    clock.now += WINDOW_S - 50
    attempts.begin("ada", "192.0.2.99")
    refused(attempts, "ada", "192.0.2.99")


def test_an_address_that_tries_many_names_is_locked(clock):
    attempts = Attempts(clock)
    for number in range(PER_ADDRESS):
        attempts.begin(f"user{number}", "192.0.2.1")
    refused(attempts, "another", "192.0.2.1")
    attempts.begin("another", "192.0.2.2")


def test_a_success_forgets_the_failures(clock):
    attempts = Attempts(clock)
    for _ in range(3 * PER_ADDRESS):
        attempts.begin("ada", "192.0.2.1")
        attempts.succeeded("ada", "192.0.2.1")


def test_the_memory_of_failures_is_bounded(clock, monkeypatch):
    monkeypatch.setattr("pipeweave_dagster.services.users.attempts._MOST_KEYS", 10)
    attempts = Attempts(clock)
    for number in range(100):
        attempts.begin(f"user{number}", f"192.0.2.{number}")
    assert len(attempts._failed) == 10
