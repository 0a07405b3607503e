"""Refuses every connection that leaves this machine, and writes it down; hurries disk and imports.

The tests' `conftest.py` installs it in the test process. Child processes install it themselves:
this folder is put on their `PYTHONPATH`, and Python imports `sitecustomize` at its start.
It is an audit hook, so it sees every socket that Python opens, whichever library asks; libraries
that open sockets in C (gRPC, Arrow) are out of its sight.

SQLite is told not to wait for the disk: one run waits some thousand times, and what it writes
would survive a loss of power, which no test is about. Processes that are killed lose nothing by it.
Nor does anything else wait: a run writes some eighty objects into a folder storage, and waits twice
for each. That the storage asks for it, and in which order, is seen in its own tests.

Dagster makes an engine for each connection to SQLite, thousands in one run, each of which compiles
every statement anew: a fifth to a third of the processor time of a run's process.

Python looks for garbage less often: imports leave none, and looking takes an eighth of their time.

Where a test asks for it, evaluations end with the scores: what explains them takes longer than all
the rest of a small run, and is looked at in the runs that leave it in.
"""

import contextlib
import gc
import ipaddress
import os
import socket
import sys
from functools import lru_cache

# A process in whose environment this stands waits for the disk, as outside of the tests.
SYNC_VARIABLE = "PIPEWEAVE_TESTS_SYNC"
# A process in whose environment this stands has no leak canary, and nothing that explains scores.
SCORES_VARIABLE = "PIPEWEAVE_TESTS_SCORES_ALONE"
LOG_VARIABLE = "PIPEWEAVE_NETWORK_GUARD_LOG"
# Names that the hosts file of a process's own mount namespace maps to this machine.
NAMES_VARIABLE = "PIPEWEAVE_TESTS_LOCAL_NAMES"
_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname"}
_EVALUATION = "pipeweave_dagster.services.evaluation"
_STORAGE = "dagster._core.storage.sql"
# These have copies of its names.
_STORAGES = (
    "dagster._core.storage.event_log.sqlite.sqlite_event_log",
    "dagster._core.storage.runs.sqlite.sqlite_run_storage",
    "dagster._core.storage.schedules.sqlite.sqlite_schedule_storage",
)
_asked: list[str] = []
_OPTIONS = {"poolclass", "connect_args"}


class OutboundConnectionError(OSError):
    """A test, or a program that it started, tried to reach another machine."""


def is_local(host: object) -> bool:
    """Whether a host is this machine; names are not looked up, that would be a connection too."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    if host in os.environ.get(NAMES_VARIABLE, "").split():
        return True
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(str(host).partition("%")[0])
        return address.is_loopback or address.is_unspecified
    return False


def _hook(event: str, args: tuple[object, ...]) -> None:
    # Python clears a module's names at its end, and still reports events after that.
    if _EVENTS is None:
        return  # type: ignore[unreachable]
    if event == "import":
        if args[0] == "sqlite3":
            _hurry_sqlite()
        elif args[0] == _STORAGE:
            _keep_engines()
        elif args[0] == _EVALUATION:
            _leave_out_explanations()
        return
    if event in _EVENTS:
        target = args[1]
        host = target[0] if isinstance(target, tuple) else None
    elif event in _LOOKUPS:
        host = args[0]
    else:
        return
    if not is_local(host):
        _refuse(f"{event} to {host!r} by process {os.getpid()}: {' '.join(sys.argv)[:200]}")


def _hurry_sqlite() -> None:
    """Open every database of this process without waiting for the disk."""
    if SYNC_VARIABLE in os.environ:
        return
    import _sqlite3

    plain = _sqlite3.connect

    def connect(*args: object, **options: object) -> object:
        connection = plain(*args, **options)
        # A file that is damaged or locked is the business of whoever opens it.
        with contextlib.suppress(Exception):
            connection.execute("PRAGMA synchronous=OFF").close()
        return connection

    # The names in `sqlite3` are copies of these; they are made after this, or stand there by now.
    for name in ("_sqlite3", "sqlite3", "sqlite3.dbapi2"):
        if name in sys.modules:
            sys.modules[name].connect = connect


def _keep_engines() -> None:
    """Have Dagster go on with one engine for each SQLite file, and the statements it compiled."""
    import sqlalchemy
    from sqlalchemy.pool import NullPool

    plain = sqlalchemy.create_engine

    @lru_cache(maxsize=32)
    def kept(url: str, timeout: object) -> object:
        limits = {} if timeout is None else {"timeout": timeout}
        return plain(url, poolclass=NullPool, connect_args=limits)

    def create_engine(url: object, **options: object) -> object:
        limits = options.get("connect_args") or {}
        # Only what Dagster asks for: such an engine opens a connection each time, in any thread.
        known = options.get("poolclass") is NullPool and options.keys() <= _OPTIONS
        if known and isinstance(limits, dict) and limits.keys() <= {"timeout"}:
            return kept(str(url), limits.get("timeout"))
        return plain(url, **options)

    sqlalchemy.create_engine = create_engine
    for name in (_STORAGE, *_STORAGES):
        if name in sys.modules:
            sys.modules[name].create_engine = create_engine  # type: ignore[attr-defined]


def _leave_out_explanations() -> None:
    """Give what explains scores, and the leak canary, no time in this process."""
    if SCORES_VARIABLE not in os.environ or _asked:
        return
    _asked.append(SCORES_VARIABLE)  # the import below is reported as well
    from pipeweave_dagster.services import evaluation

    evaluation.slice_s, evaluation.CANARY_S = lambda _: 0.0, 0.0  # type: ignore[assignment]


def _refuse(what: str) -> None:
    # Telemetry swallows its errors, so an exception alone would go unseen.
    if log := os.environ.get(LOG_VARIABLE):
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123  (pathlib is slow to import)
            file.write(what + "\n")
    raise OutboundConnectionError(what)


gc.set_threshold(50_000, 20, 10)
if SYNC_VARIABLE not in os.environ:
    os.fsync = lambda fd: None
sys.addaudithook(_hook)
if "sqlite3" in sys.modules:
    _hurry_sqlite()
if _STORAGE in sys.modules:
    _keep_engines()
