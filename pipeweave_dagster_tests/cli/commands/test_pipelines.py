"""Versions of a pipeline are listed and compared, and drawn as text."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head, Manifest
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.documents import PipelineSpec
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories import make_pipeline


@pytest.fixture
def versions(home: Path) -> Iterator[list[PipelineSpec]]:
    """Another imputer, and then the first pipeline again."""
    cli_home.settings.cache_clear()  # a command reads its settings once a process
    store = DocumentStore(open_storage(Settings()), Settings().cache_folder)
    table = pd.DataFrame({"a": [1.0, 2.0] * 9, "b": ["u", "v"] * 9, "y": [0, 1] * 9})
    first = make_pipeline(table, "y", "binary")
    mean = {"params": {"impute": "mean", "indicator": True}}
    steps = [s.model_copy(update=mean) if s.use == "numeric" else s for s in first.steps]
    second = first.model_copy(update={"steps": steps, "sensitive": ["b"]})
    made: dict[str, Entry] = {}
    for number, spec in enumerate((first, second, first), start=1):
        address = store.save(spec)
        entry = Entry(document=address, key="k", run_id=f"r{number}", made_at=float(number))
        made.setdefault(address, entry)  # what was made before is reused as it is
        run = {"dataset": "d", "run_id": f"r{number}", "entries": {"pipeline": made[address]}}
        store.save_manifest(Manifest(**run, started_at=float(number)))
        head = Head(**run, moved_at=float(number))
        store.storage.put("datasets/d/HEAD.json", head.model_dump_json().encode())
    yield [first, second]
    cli_home.settings.cache_clear()


def told(*words: str) -> str:
    done = CliRunner().invoke(build_app(), ["pipelines", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def facts(*words: str) -> Any:
    return json.loads(told(*words, "--json"))


def test_each_version_is_listed_once(versions: list[PipelineSpec]) -> None:
    listed = facts("history", "d")["versions"]
    assert [v["version"] for v in listed] == [versions[1].sha256, versions[0].sha256]
    assert [v["run_id"] for v in listed] == ["r2", "r1"]


def test_the_change_to_the_version_in_force_is_told(versions: list[PipelineSpec]) -> None:
    found = facts("diff", "d")
    assert (found["before"], found["after"]) == (versions[1].sha256, versions[0].sha256)
    assert found["changes"] == [
        {"path": "sensitive", "before": ["b"], "after": None},
        {"path": "steps.numbers.params.impute", "before": "mean", "after": "median"},
    ]
    text = told("diff", "d", versions[0].sha256[:8], versions[1].sha256[:8])
    assert "steps.numbers.params.impute: median → mean" in text
    assert "no change" in told("diff", "d", versions[0].sha256, versions[0].sha256)


def test_a_version_that_is_not_there_is_not_found(versions: list[PipelineSpec]) -> None:
    assert len({spec.sha256 for spec in versions}) == 2
    for version, code in (("zzz", "NOT_FOUND"), ("", "VALIDATION_ERROR")):
        done = CliRunner().invoke(build_app(), ["pipelines", "diff", "d", version])
        assert isinstance(done.exception, PipeWeaveError)
        assert done.exception.code == code


def test_the_pipeline_is_told_in_words_and_as_mermaid(versions: list[PipelineSpec]) -> None:
    assert "Predicts y (binary) from 2 columns" in told("show", "d")
    chart = told("show", "d", "--mermaid")
    assert chart.startswith("flowchart LR\n")
    assert chart.count("-->") == sum(len(step.after) for step in versions[0].steps)
    assert facts("show", "d", "--mermaid")["mermaid"] == chart


def test_a_settings_file_is_checked_before_any_run(
    versions: list[PipelineSpec], tmp_path: Path
) -> None:
    assert versions
    own = tmp_path / "pipeweave.yaml"
    own.write_text("pipeline: {split: {folds: 3}}\n")
    assert facts("check", "d", "--settings", str(own)) == {"dataset": "d", "valid": True}
    own.write_text("pipeline: {split: {kind: time, column: whn}, metric: rmse}\n")
    done = CliRunner().invoke(build_app(), ["pipelines", "check", "d", "--settings", str(own)])
    assert isinstance(done.exception, PipeWeaveError)
    problems = done.exception.details["problems"]
    assert [p[:6] for p in problems] == ["PIP106", "PIP109"]
    told("check", "d")


def test_a_pipeline_is_printed_in_fewer_steps_that_can_be_set(
    versions: list[PipelineSpec], tmp_path: Path
) -> None:
    """What is printed is itself a `pipeweave.yaml`, and nothing more can be left out of it."""
    change = {"use": "numeric", "params": {"impute": "median"}}
    steps = [
        s.model_copy(update=change) if s.kind == "preprocess" else s for s in versions[0].steps
    ]
    own = tmp_path / "pipeweave.yaml"
    own.write_text(yaml.safe_dump({"pipeline": {"steps": [s.model_dump() for s in steps]}}))
    text = told("optimise", "d", "--settings", str(own))
    assert text.startswith("# `categories` does the same as `numbers`: merged into it.\n")
    own.write_text(text)
    found = facts("optimise", "d", "--settings", str(own))
    assert (found["changes"], found["steps"]) == ([], found["steps_before"])
    assert told("optimise", "d").startswith("# No step can be removed or merged.\n")
