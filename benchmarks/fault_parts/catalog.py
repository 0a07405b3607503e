"""All faults, in the order in which they are tried."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.fault_parts import power, processes, services
from benchmarks.fault_parts.installation import Installation

Act = Callable[[Installation], None]


@dataclass(frozen=True)
class Fault:
    """A fault: where it happens, what happens, and how many data sets per trained model."""

    name: str
    where: str
    act: Act
    models: int = 6


def _away(name: str, server: str, fault: str, seconds: float, models: int = 6) -> Fault:
    return Fault(name, "servers", partial(services.away, server, fault, seconds), models)


FAULTS = [
    Fault("none", "folder", processes.nothing),
    Fault("worker processes killed", "folder", processes.kill_worker),
    Fault("process of a run killed", "folder", processes.kill_run),
    Fault("daemon killed", "folder", partial(processes.kill_service, "_daemon")),
    Fault("code server killed", "folder", partial(processes.kill_service, "grpc")),
    Fault("code server killed with its runs", "folder", processes.kill_group),
    Fault("web server killed", "folder", partial(processes.kill_service, "dagster_ui")),
    Fault("a poison file among the others", "folder", processes.poison),
    Fault("two daemons", "folder", processes.second_daemon),
    _away("S3 away for 60 s", "s3", "refuse", 60),
    _away("Postgres refuses for 30 s", "postgres", "refuse", 30),
    _away("MLflow away for 90 s", "mlflow", "refuse", 90, models=2),
    Fault("answers of S3 lost", "servers", partial(services.some, "s3", "deaf", 10)),
    Fault("S3 cut in mid-transfer", "servers", partial(services.some, "s3", "cut", 30)),
    _away("S3 answers 503 for 60 s", "s3", "busy", 60),
    _away("S3 silent for 60 s", "s3", "silent", 60),
    _away("S3 slow for 60 s", "s3", "slow", 60),
    _away("Postgres restarted", "postgres", "reset", 1),
    Fault("disk full for 40 s", "small disk", processes.fill_disk),
    Fault("clock an hour back, then two days ahead", "settable clock", processes.move_clock),
    Fault("power failure", "power", power.unplugged),
]
