"""What was acknowledged stays so in later runs, unless it blocks, or compares two versions."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Head
from pipeweave_dagster.adapters.storage.folder import FolderStorage
from pipeweave_dagster.core.documents import Finding, Findings
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.services import audit
from pipeweave_dagster.services.acknowledgements import acknowledgements
from pipeweave_dagster.services.checked_runs import CheckedRun, checked_run
from pipeweave_dagster.services.finding_answers import Answer, answer_findings
from pipeweave_dagster.services.given_answers import find_answer, given_answers
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.services.saved_answers import saved_answers
from pipeweave_dagster.services.taken_back_answers import undo_answer
from pipeweave_dagster_tests.factories.checked_dataset import finding, put_checked, small_parts

SMALL = finding("PW801", "alerted", "x", group="size")
SHIFTED = finding("PW701", "alerted", "x", group="drift")


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(FolderStorage(tmp_path / "storage"), tmp_path / "cache")


def checked(store: DocumentStore, *findings) -> CheckedRun:
    put_checked(store, "d", "succeeded", small_parts(*findings))
    return checked_run(store, "d")


def found(*findings: Finding) -> Findings:
    return Findings(findings=[*findings])


def acknowledge(store: DocumentStore, run: CheckedRun, code: str, column: str | None = None):
    answer = Answer("acknowledge", code, column, "seen")
    return answer_findings(store, "d", run.findings, [answer])


def waiting(store: DocumentStore, run: CheckedRun) -> list[str]:
    return [f.code for f in given_answers(store, "d", run).waiting]


def test_it_changes_no_settings_and_is_taken_back(store):
    run = checked(store, SMALL, SHIFTED)
    assert acknowledge(store, run, "PW801", "x") == ({}, None)
    assert not store.storage.stat("uploads/d/pipeweave.yaml")
    assert waiting(store, run) == ["PW701"]
    assert saved_answers(store, "d").saved == 0, "the next run takes nothing up"
    assert undo_answer(store, "d", find_answer(store, "d", run, "PW801", "x")) is None
    assert waiting(store, run) == ["PW801", "PW701"]
    assert acknowledgements(store, "d") == []
    told = [(e.action, e.reason, (e.version or "")[:7]) for e in audit.entries(store)]
    assert told == [("acknowledge", "seen", "PW801 x"), ("undo_answer", "", "PW801 x")]


def test_given_twice_it_is_taken_back_once(store):
    run = checked(store, SMALL)
    for _ in range(2):
        acknowledge(store, run, "PW801")
    undo_answer(store, "d", find_answer(store, "d", run, "PW801", None))
    assert waiting(store, run) == ["PW801"]


def test_a_later_run_finds_it_acknowledged_and_asks_about_the_next_difference(store):
    run = checked(store, SMALL, SHIFTED)
    acknowledge(store, run, "PW801")
    acknowledge(store, run, "PW701")
    assert waiting(store, run) == []
    other = finding("PW801", "alerted", "z", group="size")
    later = replace(run, findings=found(SMALL, SHIFTED, other), made_at=time.time() + 1)
    assert waiting(store, later) == ["PW701", "PW801"], "the drift is new, and so is column z"


def test_what_blocks_is_not_acknowledged(store):
    run = checked(store, SMALL)
    acknowledge(store, run, "PW801")
    worse = replace(run, findings=found(SMALL.model_copy(update={"state": "blocked"})))
    assert waiting(store, worse) == ["PW801"]
    with pytest.raises(PipeWeaveError, match="stops runs"):
        acknowledge(store, worse, "PW801")
    with pytest.raises(PipeWeaveError, match="by their code"):
        acknowledge(store, worse, "all")


def test_with_a_mistake_beside_it_nothing_is_acknowledged(store):
    run = checked(store, SMALL)
    answers = [Answer("acknowledge", "PW801"), Answer("accept", "PW801")]
    with pytest.raises(PipeWeaveError, match="no proposal"):
        answer_findings(store, "d", run.findings, answers)
    assert waiting(store, run) == ["PW801"]


def test_the_overview_counts_what_nobody_has_acknowledged(store):
    run = checked(store, SMALL, SHIFTED)
    manifest = store.manifest("d", "r1")
    assert manifest is not None
    head = Head(dataset="d", run_id="r1", moved_at=1.0, entries=manifest.entries)
    store.storage.put("datasets/d/HEAD.json", head.model_dump_json().encode())
    assert alerts(store) == 2
    acknowledge(store, run, "PW801")
    assert alerts(store) == 1, "also from the index, whose row is out of date"


def alerts(store: DocumentStore) -> int:
    return {row.dataset: row.alerts for row in overview_of(store).datasets}["d"]
