"""Parallel runs never lock the history, and one setting moves all of it to Postgres."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeweave_dagster_tests.deploy.postgres import Postgres

pytestmark = pytest.mark.slow
RUNS, LINES = 6, 40
# Forked after the imports, since those of as many processes would cost more than what is measured.
_CHATTER = f"""
import os, sys
import dagster as dg
from pipeweave_dagster.cli.support import home

@dg.op
def talk(context):
    for number in range({LINES}):
        context.log.info(f"line {{number}}")

@dg.job
def chatter():
    talk()

def one():
    with home.instance() as instance:
        return chatter.execute_in_process(instance=instance).success

children = []
for _ in range({RUNS}):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if one() else 1
        finally:
            os._exit(code)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
with home.instance() as instance:
    runs = instance.get_runs()
    stored = [
        sum(entry.user_message.startswith("line ") for entry in instance.all_logs(run.run_id))
        for run in runs
    ]
    print(sorted(codes), sorted(run.status.value for run in runs), stored)
"""


def test_parallel_runs_never_find_the_database_locked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _CHATTER],
        check=False, capture_output=True, text=True, timeout=280,
        env={
            **os.environ,
            "LOG_LEVEL": "ERROR",
            "PIPEWEAVE_TESTS_SYNC": "1",
            "PIPEWEAVE_HOME": str(tmp_path / "home"),
        },
    )  # fmt: skip
    assert "database is locked" not in done.stderr
    expected = f"{[0] * RUNS} {['SUCCESS'] * RUNS} {[LINES] * RUNS}"
    assert done.stdout.strip().splitlines()[-1:] == [expected], done.stderr[-3000:]


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty database."""
    password = "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0u"
    facts = {"POSTGRES_USER": "me", "POSTGRES_PASSWORD": password, "POSTGRES_DB": "pipeweave"}
    address = f"127.78.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
    with tempfile.TemporaryDirectory(prefix="pipeweave-pg-") as folder:
        cluster = Postgres(Path(folder), address, facts, [])
        server = cluster.start(Path(folder) / "log")
        try:
            yield f"postgresql+psycopg2://me:{password}@{address}:5432/pipeweave"
        finally:
            server.kill()
            server.wait()


# The stack of test_proof.py is on Postgres too, and `make test` has that.
@pytest.mark.soak
@pytest.mark.server
def test_one_setting_moves_dagster_and_mlflow_to_postgres(
    home: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy as sa

    monkeypatch.setenv("DATABASE_URL", postgres)
    command = [sys.executable, "-m", "pipeweave_dagster.cli", "doctor", "--json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    told = {check["check"]: check for check in json.loads(done.stdout)["checks"]}
    assert told["database"]["message"] == "Postgres, 0 runs"
    assert told["mlflow"]["state"] == "ok"
    engine = sa.create_engine(postgres)
    try:
        tables = {schema: set(sa.inspect(engine).get_table_names(schema)) for schema in _SCHEMAS}
    finally:
        engine.dispose()
    # Both have a table `runs`, which is why they must not share a schema.
    assert {"runs", "event_logs"} <= tables["public"]
    assert {"runs", "registered_models"} <= tables["mlflow"]
    assert not list(home.rglob("*.db"))


_SCHEMAS = ("public", "mlflow")
