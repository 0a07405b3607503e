"""A home that an earlier release wrote still works: stored documents and models are a contract."""

import json
import os
import sys
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings
from pipeweave_dagster.web import create_app
from pipeweave_dagster_tests.commands import Told, in_one_process
from pipeweave_dagster_tests.integration.stored_home import unpack
from pipeweave_dagster_tests.program import run

with warnings.catch_warnings():  # it still works with httpx, which newer releases deprecate
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("earlier"), pytest.mark.timeout(1200)]
EARLIER = Path(__file__).parent / "earlier_release"
EXAMPLES = Path(__file__).parents[2] / "examples"
CLIPPED = "student_math"
"""Its pipeline has a `clip` step, whose class is stored by the path that its module had."""
NAMES = ["penguins", "student_math", "breast_cancer"]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the home, moved to where it is now."""
    folder = tmp_path_factory.mktemp("earlier")
    unpack(EARLIER / "home.tar.xz", folder)
    return folder


@pytest.fixture(scope="module")
def told(earlier: Path) -> dict[str, Told]:
    """The commands of a user on that home."""
    commands: list[list[str | Path]] = []
    for name in NAMES:
        file = EXAMPLES / f"{name}.csv"
        commands.append(["models", "show", name, "--json"])
        commands.append(["predict", name, file, "--output", f"{name}.csv"])
        commands.append(["models", "replay", name, "--json"])
    commands.append(["pipelines", "export", CLIPPED, "--output", "model", "--table"])
    environment = {**os.environ, "PIPEWEAVE_HOME": str(earlier / "home")}
    found = in_one_process(commands, earlier, environment, seconds=900)
    words = [" ".join(map(str, command[:3])) for command in commands]
    for command, answer in zip(words, found, strict=True):
        assert answer.code == 0, f"{command}: {answer.err}{answer.out}"
    return dict(zip(words, found, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_its_models_are_shown(told: dict[str, Told], name: str) -> None:
    facts = told[f"models show {name}"].facts
    assert facts["link"]["model_version"] == "1"
    assert facts["model"]["recipe"]


@pytest.mark.parametrize("name", NAMES)
def test_its_models_predict_what_they_predicted_then(
    told: dict[str, Told], earlier: Path, name: str
) -> None:
    assert told
    then = pd.read_csv(EARLIER / "predictions" / f"{name}.csv")
    now = pd.read_csv(earlier / f"{name}.csv")[list(then)]  # newer releases add columns
    pd.testing.assert_frame_equal(now, then, check_exact=False, rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_its_models_are_replayed_equally(told: dict[str, Told], name: str) -> None:
    """On another kind of processor libraries may add up in another order, hence a bound."""
    facts = told[f"models replay {name}"].facts
    assert facts["rows"] > 0
    assert facts["equal"] or facts["max_difference"] < 1e-6, facts


def test_a_model_of_it_is_exported_and_predicts_alone(told: dict[str, Told], earlier: Path) -> None:
    assert told
    file = EXAMPLES / f"{CLIPPED}.csv"
    done = run(sys.executable, "-P", "score.py", file, "scores.csv", cwd=earlier / "model")
    assert done.returncode == 0, done.stderr
    then = pd.read_csv(EARLIER / "predictions" / f"{CLIPPED}.csv")
    now = pd.read_csv(earlier / "model" / "scores.csv")
    pd.testing.assert_series_equal(now["prediction"], then["prediction"], rtol=1e-9)


@pytest.fixture(scope="module")
def pages(earlier: Path) -> Iterator[TestClient]:
    """The read-only pages of that home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIPEWEAVE_HOME", str(earlier / "home"))
        settings = Settings()
    with Workbench(settings) as bench:
        yield TestClient(create_app(bench.store, settings), base_url="http://127.0.0.1")


def test_its_pages_show_the_champion_of_each_data_set(pages: TestClient) -> None:
    listed = pages.get("/").text
    for name in NAMES:
        assert f'href="/datasets/{name}"' in listed
        page = pages.get(f"/datasets/{name}")
        assert page.status_code == 200
        assert "version 1" in page.text


def test_a_model_names_the_old_path_of_a_class(earlier: Path) -> None:
    """Else this file would prove less than it seems to."""
    schemas = []
    for file in (earlier / "home" / "storage" / "payloads").rglob("model.skops"):
        with zipfile.ZipFile(file) as archive:
            schemas.append(json.dumps(json.loads(archive.read("schema.json"))))
    assert any('"pipeweave_dagster.core.training.serving"' in schema for schema in schemas)
    assert any('"catboost"' in schema for schema in schemas)
