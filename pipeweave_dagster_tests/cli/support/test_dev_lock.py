"""A home has one `pipeweave dev` at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeweave_dagster.cli.support.dev_lock import alone, with_its_addresses
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from pipeweave_dagster.cli.support.dev_lock import alone
with alone(Path(sys.argv[1]), {"address": "http://127.0.0.1:3000"}):
    service = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
    print(service.pid, flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_and_told_where_the_first_is(tmp_path: Path) -> None:
    """Two daemons on one instance had started every file twice."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    service = int(holder.stdout.readline())
    try:
        with pytest.raises(PipeWeaveError) as caught, alone(tmp_path, {}):
            pass
        assert caught.value.details == {
            "pid": str(holder.pid),
            "address": "http://127.0.0.1:3000",
        }
        assert f"pid {holder.pid}, address http://127.0.0.1:3000" in caught.value.text
        assert "PIPEWEAVE_HOME" in caught.value.fix
    finally:
        holder.kill()
        holder.communicate()
    with alone(tmp_path, {}):  # freed by the kernel, although a service of it is alive
        os.kill(service, signal.SIGKILL)


def test_one_that_is_just_starting_is_respected(tmp_path: Path) -> None:
    with alone(tmp_path, {}):
        (tmp_path / "dev.json").write_text("")
        with pytest.raises(PipeWeaveError, match="just starting"), alone(tmp_path, {}):
            pass
    with alone(tmp_path, {}):
        pass


def test_links_lead_to_the_one_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With other ports, `pipeweave run` had printed links to where nothing listens."""
    monkeypatch.setenv("PIPEWEAVE_HOME", str(tmp_path))
    monkeypatch.setenv("PIPEWEAVE_MLFLOW_URL", "https://mlflow.example")
    before = Settings()
    facts = {"address": "http://127.0.0.1:3720", "pages": "http://127.0.0.1:8720", "mlflow": "no"}
    with alone(tmp_path, facts):
        found = with_its_addresses(Settings())
        written = (tmp_path / "dev.json").read_text()
    assert (found.dagster_url, found.web_url) == (facts["address"], facts["pages"])
    assert found.mlflow_url == "https://mlflow.example"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for owner in ("", "[]", written.replace(str(os.getpid()), str(ended.pid))):  # it was killed
        (tmp_path / "dev.json").write_text(owner)
        assert with_its_addresses(Settings()) == before
