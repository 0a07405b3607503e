"""The instance settings of the checkout and of the installed program do not drift apart."""

from importlib import resources
from pathlib import Path

import yaml

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
