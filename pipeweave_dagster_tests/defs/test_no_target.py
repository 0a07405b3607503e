"""A data set without a target ends its run green, with a question instead of a model."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.core.asset_catalog import NEED_TARGET, assets_of
from pipeweave_dagster.services.overview import entry_of
from pipeweave_dagster_tests.commands import Told, in_one_process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def table(header: str) -> str:
    rows = (f"{i * 7 % 97}.5,{i * 11 % 89}.25\n" for i in range(120))
    return f"{header}\n" + "".join(rows)


def recorded(run_id: str) -> tuple[dg.DagsterRunStatus, set[str], list[Any]]:
    """How Dagster has recorded a run: status, materialized assets, observations."""
    with cli_home.instance() as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        made = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
        seen = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_OBSERVATION)
        events = [entry.get_dagster_event() for entry in seen]
        return (
            run.status,
            {str(e.get_dagster_event().asset_key.path[-1]) for e in made},  # type: ignore[union-attr]
            [e.asset_observation_data.asset_observation for e in events],
        )


def test_it_waits_for_a_target(tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text(table("north,south"))
    (waiting,) = in_one_process([["run", tmp_path / "readings.csv", "--json"]], tmp_path)
    is_waiting(waiting)


def is_waiting(waiting: Told) -> None:
    facts = waiting.facts
    assert (waiting.code, facts["error"], facts["published"]) == (0, None, True)
    assert facts["no_model"].startswith("Data set ready, waiting for a target.")
    assert "Candidates: south, north." in facts["no_model"]
    assert [f["state"] for f in facts["findings"] if f["code"] == "PW101"] == ["alerted"]
    status, made, notes = recorded(facts["run_id"])
    assert status == dg.DagsterRunStatus.SUCCESS
    assert made == {*assets_of("process_dataset")} - {*NEED_TARGET}
    assert "south" in notes[0].metadata["candidates"].value


@pytest.mark.soak
def test_it_waits_for_a_target_until_one_is_set_or_none_is_wanted(tmp_path: Path) -> None:
    """Left to `make soak`, since two more runs take thrice as long as the first.

    Of the same claim, `make test` has `core/schema/test_no_target.py` (what is said and why),
    `services/test_model_aliases.py` and `web/test_pages.py` (what is shown meanwhile).
    """
    tables = {
        "readings": table("north,south"),
        "renamed": table("east,west"),
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    run = ("run", tmp_path / "readings.csv")
    later = ("run", tmp_path / "renamed.csv", "--name", "readings")
    waiting, trained, without = in_one_process(
        [
            [*run, "--json"],
            [*run, "--target", "south", "--time-budget", "1", "--json"],
            [*later, "--target", "none"],
        ],
        tmp_path,
        scores_alone=True,
    )
    is_waiting(waiting)
    assert (trained.code, trained.facts["no_model"]) == (0, None)
    assert trained.facts["model"] is not None

    # A version without a target leaves the model of the version before in place, as stale.
    assert without.code == 0
    assert "No target is wanted (target: none)" in without.out
    assert "PW101" not in without.out
    with cli_home.workbench() as bench:
        entry, head = entry_of(bench.store, "readings"), bench.store.head("readings")
    assert entry.last_attempt.startswith("succeeded")
    assert "No target is wanted" in entry.no_model
    assert head is not None
    assert "pipeline" in head.stale()
