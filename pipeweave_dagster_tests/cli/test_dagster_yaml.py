"""The instance settings of the checkout and of the installed program do not drift apart."""

import os
from importlib import resources
from pathlib import Path

import pytest
import yaml

from pipeweave_dagster.cli.support import home as cli_home

STORAGE = ("storage", "local_artifact_storage", "compute_logs")


def test_both_instances_have_the_same_settings() -> None:
    checkout = yaml.safe_load((Path(__file__).parents[2] / "dagster.yaml").read_text())
    packaged = yaml.safe_load(
        (resources.files("pipeweave_dagster.cli") / "dagster.yaml").read_text()
    )
    for section in STORAGE:
        assert ".pipeweave/dagster" in str(checkout.pop(section))
    assert checkout == packaged
    assert packaged["telemetry"] == {"enabled": False}


@pytest.mark.parametrize(("processors", "trainings"), [(1, 1), (2, 1), (3, 1), (8, 4)])
def test_a_new_home_trains_one_model_per_two_processors(
    home: Path, monkeypatch: pytest.MonkeyPatch, processors: int, trainings: int
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    cli_home.prepare()
    settings = yaml.safe_load((home / "dagster" / "dagster.yaml").read_text())
    assert settings["concurrency"]["pools"]["default_limit"] == trainings
