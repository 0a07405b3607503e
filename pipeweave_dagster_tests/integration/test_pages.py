"""The pages of the documentation are played as their reader would, but for shorter budgets."""

import os
import sys
from pathlib import Path

import pytest

from pipeweave_dagster_tests.commands import SCORES_VARIABLE
from pipeweave_dagster_tests.pages import ROOT, play
from pipeweave_dagster_tests.servers import graphql
from pipeweave_dagster_tests.servers.databases import Database
from pipeweave_dagster_tests.servers.process import answers, free_ports, running, wait_until
from pipeweave_dagster_tests.servers.s3 import S3Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
DOCS = ROOT / "docs"
TITANIC = {
    "titanic.csv|(?<!2)new.csv": "examples/penguins.csv",
    "titanic|churn|sales": "penguins",
}
SHORT = {"--time-budget 20": "--time-budget 1", "time_budget_s: 20": "time_budget_s: 1"}
FOLDER = [
    "../README.md",
    "tutorial.md",
    "how-to/expectations.md",
    "how-to/schema.md",
    "how-to/promotion.md",
    "how-to/users.md",
    "how-to/training.md",
    "how-to/pipelines.md",
    "how-to/own-dagster-project.md",
    "how-to/operate.md",  # it renames and removes the data set, so it is the last one
]
BUCKET = ["tutorials/s3.md", "how-to/s3.md"]
DATABASE = ["tutorials/database.md"]
PROJECT = ["tutorials/dagster-project.md"]
PLAYED = [*FOLDER, *BUCKET, *DATABASE, *PROJECT]
"""Every block of these pages that is not marked is run here."""


def played(
    pages: list[str],
    folder: Path,
    changes: dict[str, str] | None = None,
    env: dict[str, str] | None = None,
) -> dict[str, str]:
    """What the blocks of each page printed, by the name of the page."""
    files = [(DOCS / page).resolve() for page in pages]
    printed = dict.fromkeys((file.name for file in files), "")
    for result in play(files, folder, {**SHORT, **(changes or {})}, env):
        printed[result.fence.page.name] += result.out
    return printed


def test_pages_on_a_folder(tmp_path: Path) -> None:
    env = {"JWT_SECRET_KEY": "k" * 64, SCORES_VARIABLE: "1"}
    printed = played(FOLDER, tmp_path, TITANIC, env)
    assert "Model: " in printed["tutorial.md"]
    assert "PW801" in printed["tutorial.md"]
    assert len((tmp_path / "predictions.csv").read_text().splitlines()) == 345
    assert "CREATE TABLE" in printed["schema.md"]
    assert "families" in printed["pipelines.md"]
    assert "penguins-eu" in printed["operate.md"]


@pytest.mark.soak
def test_pages_on_a_bucket(tmp_path: Path, s3_server: S3Server) -> None:
    env = s3_server.environment()
    printed = played(BUCKET, tmp_path, {"churn": "wine"}, env)
    assert "Model: " in printed["s3.md"]
    assert len((tmp_path / "predictions.csv").read_text().splitlines()) == 179
    bucket, _, prefix = env["PIPEWEAVE_STORAGE"].removeprefix("s3://").partition("/")
    stored = s3_server.client().list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/uploads/")
    names = {entry["Key"].rpartition("/")[2] for entry in stored["Contents"]}
    assert {"wine.csv", "pipeweave.yaml"} <= names


@pytest.mark.soak
def test_pages_on_a_database(tmp_path: Path, postgres_server: Database) -> None:
    printed = played(DATABASE, tmp_path, env={"CELLAR_DB": postgres_server.url})["database.md"]
    assert "Model: " in printed
    assert printed.index("Pulled 148 rows") < printed.index("Pulled 178 rows")


@pytest.mark.soak
def test_pages_on_a_dagster_project(tmp_path: Path) -> None:
    """Of the same claim, `make test` has `test_component.py` and `example_project/`."""
    printed = played(PROJECT, tmp_path)["dagster-project.md"]
    assert "All component YAML validated" in printed
    assert "ml/deliver_penguins" in printed


@pytest.mark.soak
def test_dg_dev_makes_a_model_of_the_projects_table(tmp_path: Path) -> None:
    """After `dg dev`, two assets are materialized, and a sensor does the rest."""
    played(PROJECT, tmp_path)
    shop, dagster_home, log = tmp_path / "shop", tmp_path / "dagster", tmp_path / "log"
    dagster_home.mkdir()
    (dagster_home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    env = {name: value for name, value in os.environ.items() if name != "PIPEWEAVE_HOME"}
    path = os.pathsep.join([str(shop / "src"), str(ROOT), env.get("PYTHONPATH", "")])
    env |= {"PYTHONPATH": path, "DAGSTER_HOME": str(dagster_home), "PIPEWEAVE_TIME_BUDGET_S": "2"}
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).parent / "dg"), "dev", "--port", str(port)]
    ready = answers(f"{url}/server_info")
    with running(command, ready, log, env=env, cwd=shop, seconds=180):
        launched = graphql.ask(url, _LAUNCH, params=_MATERIALIZE)["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched

        def ended() -> bool:
            states = [r["status"] for r in graphql.runs(url) if r["tags"].get("dagster/partition")]
            assert "FAILURE" not in states, log.read_text()[-5000:]
            return "SUCCESS" in states

        wait_until(ended, 240, why=lambda: log.read_text()[-3000:], every=1.0)
    assert list((shop / ".pipeweave").rglob("model.skops"))


_LAUNCH = """mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) { __typename }
}"""
_MATERIALIZE = {
    "selector": {
        "repositoryName": "__repository__",
        "repositoryLocationName": "shop",
        "jobName": "__ASSET_JOB",
        "assetSelection": [{"path": ["penguins"]}, {"path": ["ml", "deliver_penguins"]}],
    },
    "runConfigData": {},
}
