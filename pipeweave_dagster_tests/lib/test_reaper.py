"""Runs whose process has died do not hold their data set for ever."""

import os
import subprocess
import sys

import dagster as dg
import psutil

from pipeweave_dagster.defs.monitoring.sensors import reap
from pipeweave_dagster.lib.partitions import PROCESS_TAG
from pipeweave_dagster.lib.resources import is_alive, pid_of, process_name


@dg.job
def nothing() -> None:
    """A job without steps."""


def started(instance: dg.DagsterInstance, process: str | None) -> dg.DagsterRun:
    tags = {PROCESS_TAG: process} if process else {}
    run = instance.create_run_for_job(nothing, tags=tags)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "nothing"), run.run_id
    )
    return run


def dead_process() -> str:
    child = subprocess.Popen([sys.executable, "-c", "pass"], stdin=subprocess.PIPE)
    start = psutil.Process(child.pid).create_time()
    child.communicate()
    return f"{os.uname().nodename}:{child.pid}:{start:.2f}"


def test_this_process_is_alive_and_a_finished_one_is_not() -> None:
    assert is_alive(process_name())
    assert pid_of(process_name()) == os.getpid()
    assert is_alive(dead_process()) is False


def test_a_later_process_of_the_same_number_is_another() -> None:
    assert is_alive(f"{os.uname().nodename}:{os.getpid()}:1.00") is False


def test_another_machine_cannot_be_told() -> None:
    assert is_alive("elsewhere:1:1.00") is None


def test_only_the_dead_are_reaped() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        alive = started(instance, process_name())
        foreign = started(instance, "elsewhere:1:1.00")
        unknown = started(instance, None)
        dead = started(instance, dead_process())
        assert reap(instance) == [dead.run_id]
        statuses = {
            run.run_id: instance.get_run_by_id(run.run_id).status  # type: ignore[union-attr]
            for run in (alive, foreign, unknown, dead)
        }
        assert statuses.pop(dead.run_id) == dg.DagsterRunStatus.FAILURE
        assert set(statuses.values()) == {dg.DagsterRunStatus.STARTED}
