"""The whole main job over HTTP, by the script of the documentation, on real servers.

Left to `make soak`: it takes two more runs of what `test_line.py` has from a dropped file. Of the
same claim, `make test` has `web/api/test_contract.py` (every request that the script sends, and
what it answers) and `web/api/test_schema.py`.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeweave_dagster_tests.servers.workbench import Dev

pytestmark = [
    pytest.mark.soak,
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.xdist_group("dev"),
    pytest.mark.timeout(600),
]
SCRIPT = Path(__file__).parents[3] / "docs" / "examples" / "main_job_over_http.py"


def test_upload_train_and_predict_by_the_script(dev: Dev, examples: Path) -> None:
    command = [sys.executable, str(SCRIPT), str(examples / "wine.csv"), "over-http", "cultivar"]
    env = {**dev.env, "PIPEWEAVE": dev.pages, "BUDGET_S": "1"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{dev.tail()}"
    lines = done.stdout.splitlines()
    assert "model: STEP_START" in lines
    summary = json.loads(lines[-1])
    assert summary["dataset"] == "over-http"
    assert summary["pipeline"] == "cultivar"
    assert (summary["champion"], len(summary["predictions"])) == ("1", 5)
    run, *others = reversed(dev.runs("over-http"))
    assert run["tags"]["pipeweave/upload"] == "uploads/over-http/wine.csv"
    assert not others, "the sensor knows that this upload has its run"

    status, gate = dev.api("POST", "/models/over-http/promote", {"version": "1", "reason": "it"})
    assert (status, gate["data"]["champion"]) == (200, "1"), gate
    status, error = dev.api("POST", "/models/over-http/rollback", {"reason": "test"})
    assert (status, error["code"]) == (404, "NOT_FOUND"), error
    status, found = dev.api("GET", "/scheduler")
    kinds = {part["name"]: part["running"] for part in found["data"]["automation"]}
    assert kinds["uploads"], found
    status, ended = dev.api("POST", f"/training/jobs/{run['runId']}/cancel", {})
    assert (status, ended["data"]["status"]) == (202, "SUCCESS"), ended

    # That one under way is stopped is shown in test_line.py.
    _, job = dev.api("POST", "/training/jobs", {"dataset": "over-http", "time_budget_s": 600})
    path = f"/training/jobs/{job['data']['run_id']}/cancel"
    status, cancelled = dev.api("POST", path, {"reason": "test"})
    assert status == 202, cancelled
    assert cancelled["data"]["status"] in {"CANCELED", "CANCELING"}, cancelled
