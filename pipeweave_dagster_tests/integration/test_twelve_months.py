"""A model for twelve months on a real `pipeweave dev`: what the tutorial's page says is played."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeweave_dagster.core.documents import BatchHistory
from pipeweave_dagster.services.alias_history import AliasMove, moves_of
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster_tests.servers.landing import LandingZone
from pipeweave_dagster_tests.servers.mailbox import Mailbox, http_mailbox
from pipeweave_dagster_tests.servers.tutorial import ROOT, play, settings_of
from pipeweave_dagster_tests.servers.workbench import pipeweave_dev

pytestmark = [
    pytest.mark.soak,
    pytest.mark.server,
    pytest.mark.timeout(1500),
]
PAGE = ROOT / "docs" / "tutorials" / "twelve-months.md"
NAME, AUGUST = "flights", "August: a broken upload"
REASON = "pipeweave/reason"
MONTHS = [f"2013-{month:02d}.csv" for month in range(2, 13)]
_PATIENCE_S = 400


class Year(NamedTuple):
    """What is left of the year: runs (the oldest first), moves, batches, alerts, and texts."""

    runs: list[dict[str, Any]]
    moves: list[AliasMove]
    history: BatchHistory
    alerts: list[dict[str, str]]
    files: set[str]
    printed: dict[str, str]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """The tutorial, played from its first to its last command."""
    folder, desk = tmp_path_factory.mktemp("months"), tmp_path_factory.mktemp("desk")
    with http_mailbox() as box:
        env = {**settings_of(PAGE), "PIPEWEAVE_ALERT_OPS": box.url}
        with pipeweave_dev(env, folder) as dev:
            zone = LandingZone(dev)
            printed = play(PAGE, zone, NAME, desk, seconds=_PATIENCE_S)
            yield _left(zone, box, printed)


def _left(zone: LandingZone, box: Mailbox, printed: dict[str, str]) -> Year:
    stored = zone.store.storage.list(f"predictions/{NAME}/")
    return Year(
        runs=zone.dev.runs(NAME)[::-1],
        moves=[move for move in moves_of(zone.store, NAME) if move.alias == "champion"],
        history=history_of(zone.store, NAME),
        alerts=list(box.received),
        files={entry.key for entry in stored},
        printed=printed,
    )


def test_every_batch_has_predictions_and_every_month_a_measured_performance(year: Year) -> None:
    batches = {batch.batch: batch for batch in year.history.batches if batch.role == "champion"}
    assert [f"{name.removesuffix('-csv')}.csv" for name in sorted(batches)] == MONTHS
    assert not year.history.refused
    for name, batch in batches.items():
        assert (batch.rows, batch.labelled) == (300, 300)
        measured = batch.measured[str(batch.metric)].value
        assert measured is not None
        assert measured > 0.7
        written = {Path(k).suffix for k in year.files if f"/{name}/{batch.model_version}" in k}
        assert written >= {".csv", ".parquet"}


def test_runs_succeed_and_no_file_has_two(year: Year) -> None:
    assert {run["status"] for run in year.runs} == {"SUCCESS"}
    versions = Counter(run["tags"].get("pipeweave/upload_version") for run in year.runs)
    retrained = versions.pop(None)
    assert retrained == 3
    assert set(versions.values()) == {1}


def test_the_schedule_retrains_because_of_drift_and_of_new_labels(year: Year) -> None:
    drift, *labels = [text for run in year.runs if (text := run["tags"].get(REASON))]
    assert drift == "a batch has drifted from its training rows"
    assert labels == ["900 rows got labels since the last training"] * 2


def test_a_due_model_waits_for_something_new_and_says_so(year: Year) -> None:
    text = " ".join(year.printed["May: the data changes"].split())
    assert "due: a batch has drifted from its training rows; skipped, nothing is new" in text


def test_the_gate_promotes_and_the_first_batch_of_the_broken_model_rolls_back(year: Year) -> None:
    assert [(move.before, move.after, move.cause.how) for move in year.moves] == [
        (None, "1", "run"),
        ("1", "2", "run"),
        ("2", "3", "run"),
        ("3", "2", "rollback"),
        ("2", "4", "run"),
    ]
    assert "dep_delay" in year.moves[3].cause.reason
    assert "rollback  Its training rows differ from this batch" in year.printed[AUGUST]
    by = {batch.batch[5:7]: batch.model_version for batch in year.history.batches}
    assert [by[month] for month in ("02", "05", "06", "08", "12")] == ["1", "1", "2", "2", "4"]
    assert not [key for key in year.files if key.rpartition("/")[2].startswith("3.")]


def test_drift_and_the_rollback_give_one_alert_each(year: Year) -> None:
    bodies = [" ".join(alert["body"].split()) for alert in year.alerts]
    (drift,) = [body for body in bodies if "columns_are_stable" in body]
    assert "origin" in drift
    (rolled_back,) = [body for body in bodies if "first_batch" in body]
    assert "Version 2 is the champion again and scored the batch." in rolled_back
    assert not [body for body in bodies if "run failed" in body]
    assert "first_batch check failed" in year.printed["December: the end of the year"]
