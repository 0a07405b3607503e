"""Findings are answered on the command line, and the answer goes all the way to the card."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head, Manifest
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.support import home as cli_home
from pipeweave_dagster.cli.support.finding_text import finding_line
from pipeweave_dagster.cli.support.run_text import _findings_text
from pipeweave_dagster.core.documents import DatasetSettings, Finding, Findings, PipelineSpec
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.pipelines.plan import plan
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.quality.user_decisions import accept_findings
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.run_facts import summarise
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories import DatasetFiles, make_dataset

N = 300
COLUMNS = {
    "bar_passed": [i % 3 == 0 for i in range(N)],
    "id": [f"row-{i}" for i in range(N)],
    "lsat": [30 + i % 11 for i in range(N)],
    "rank": [str(30 + i % 11) for i in range(N)],
    "pass_bar": [i % 3 == 0 for i in range(N)],
}


@pytest.fixture
def store(home: Path) -> Iterator[DocumentStore]:
    settings = Settings()
    cli_home.settings.cache_clear()  # a command reads its settings once a process
    yield DocumentStore(open_storage(settings), settings.cache_folder)
    cli_home.settings.cache_clear()


@pytest.fixture
def case(store: DocumentStore, tmp_path: Path) -> DatasetFiles:
    """A data set whose last complete run is one with a blocked finding."""
    case = make_dataset(tmp_path, COLUMNS, "pass_bar", roles={"id": "identifier"})
    found = inspect(case.snapshot, case.schema, case.data, DatasetSettings())
    assert [f.columns for f in found.blocked] == [["bar_passed"]]
    parts = {"dataset": case.snapshot, "schema_deduction": case.schema, "findings": found}
    entries = {
        name: Entry(document=store.save(part), key="k", run_id="r1", made_at=time.time())
        for name, part in parts.items()
    }
    head = Head(dataset="bar", run_id="r1", moved_at=1.0, entries=entries)
    store.storage.put("datasets/bar/HEAD.json", head.model_dump_json().encode())
    return case


def answer(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(build_app(), ["findings", "bar", *words, "--json"])
    assert done.exit_code == 0, done.output
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def spec_after(store: DocumentStore, case: DatasetFiles) -> PipelineSpec:
    """The pipeline of the next run, with the settings as they are written now."""
    settings = settings_of(store, "bar")
    dropped = {name for name, said in settings.columns.items() if said.drop}
    columns = [  # as the schema is deduced anew
        c.model_copy(update={"role": "dropped"}) if c.name in dropped else c
        for c in case.schema.columns
    ]
    schema = case.schema.model_copy(update={"columns": columns})
    found = inspect(case.snapshot, schema, case.data, settings)
    assert not found.blocked
    return plan(case.snapshot, schema, found, settings)


def test_an_override_stands_in_the_pipeline_with_reason_user_and_time(
    store: DocumentStore, case: DatasetFiles
) -> None:
    answer("--override", "PW204", "--reason", "known before the exam")
    [override] = settings_of(store, "bar").overrides
    assert (override.finding, override.column) == ("PW204", "bar_passed")
    assert override.at is not None
    assert override.at.endswith("UTC")
    [line] = spec_after(store, case).overrides
    assert line.startswith("PW204 bar_passed: known before the exam (")


def test_without_a_reason_nothing_is_overridden(store: DocumentStore, case: DatasetFiles) -> None:
    done = CliRunner().invoke(build_app(), ["findings", "bar", "--override", "PW204"])
    assert done.exit_code != 0
    assert settings_of(store, "bar").overrides == []


def test_all_proposals_are_accepted_at_once(store: DocumentStore, case: DatasetFiles) -> None:
    patch = answer("--accept", "all")["patch"]
    assert patch["columns"] == {name: {"drop": True} for name in ("bar_passed", "rank", "id")}
    assert set(spec_after(store, case).features) == {"lsat"}


def test_what_was_written_is_told(store: DocumentStore, case: DatasetFiles) -> None:
    done = CliRunner().invoke(build_app(), ["findings", "bar", "--accept", "PW204"])
    assert "pipeweave.yaml:\n    columns:\n      bar_passed:\n        drop: true" in done.stdout


def test_comments_of_the_author_are_kept(store: DocumentStore, case: DatasetFiles) -> None:
    key = "uploads/bar/pipeweave.yaml"
    store.storage.put(key, b"mode: replace  # for now\n")
    assert answer("--accept", "PW204")["before"] is None
    assert store.storage.get(key).startswith(b"mode: replace  # for now\ncolumns:\n")
    store.storage.put(key, b"{}  # nothing yet\n")
    assert answer("--accept", "PW204")["before"].endswith("/datasets/bar/pipeweave.yaml.before")
    assert store.storage.get("datasets/bar/pipeweave.yaml.before") == b"{}  # nothing yet\n"
    assert settings_of(store, "bar").columns["bar_passed"].drop


def test_one_column_can_be_answered(store: DocumentStore, case: DatasetFiles) -> None:
    assert answer("--accept", "all", "--column", "rank")["patch"] == {
        "columns": {"rank": {"drop": True}}
    }


def test_what_needs_no_action_is_acknowledged(store: DocumentStore, case: DatasetFiles) -> None:
    """The command says so, writes no settings, and takes it back."""
    code = next(f["code"] for f in answer()["findings"] if f["state"] == "alerted")
    facts = answer("--acknowledge", code)
    assert (facts["patch"], facts["written"]) == ({}, None)
    seen = {f["code"] for f in facts["findings"] if f["acknowledged"]}
    assert seen == {code}
    assert f"{code}" in CliRunner().invoke(build_app(), ["findings", "bar"]).stdout
    assert "(acknowledged)" in CliRunner().invoke(build_app(), ["findings", "bar"]).stdout
    assert not store.storage.stat("uploads/bar/pipeweave.yaml")
    assert not any(f["acknowledged"] for f in answer("--undo", code)["findings"])


def told(*words: str) -> str:
    return CliRunner().invoke(build_app(), ["findings", "bar", *words]).stdout


def test_what_applies_an_answer_is_told(store: DocumentStore, case: DatasetFiles) -> None:
    """The command wrote a file, and the finding was repeated as if nothing had been said."""
    applies = "The next run applies it: 'pipeweave run FILE --name bar'"
    assert applies not in told()
    assert applies in told("--accept", "PW204")
    later = told()
    assert applies in later
    assert later.count("(answered in the settings; not applied yet)") == 1
    answered = [f["code"] for f in answer()["findings"] if f["answered"]]
    assert answered == ["PW204"]
    assert applies in told("--undo", "PW204")
    assert "not applied yet" not in told()


def test_all_without_a_proposal_says_how_codes_are_given() -> None:
    found = Finding(code="PW303", state="alerted", group="missing", title="t", message="m")
    with pytest.raises(PipeWeaveError) as refused:
        accept_findings(Findings(findings=[found]), "all")
    assert "one by one: --accept CODE" in refused.value.fix


def test_a_run_marks_what_was_acknowledged(store: DocumentStore, case: DatasetFiles) -> None:
    code = next(f["code"] for f in answer()["findings"] if f["state"] == "alerted")
    answer("--acknowledge", code)
    head = store.head("bar")
    assert head is not None
    manifest = Manifest(dataset="bar", run_id="r1", started_at=1.0, entries=head.entries)
    store.save_manifest(manifest.model_copy(update={"made": ["findings"]}))
    found = summarise(store, Settings(), "bar", "r1")["findings"]
    assert {f["code"] for f in found if f["acknowledged"]} == {code}
    lines = _findings_text(found)
    assert [line.split()[1] for line in lines if line.endswith("(acknowledged)")] == [code]
    assert lines[-1].endswith("(acknowledged)"), "the others come first"


def test_one_command_gives_one_answer(store: DocumentStore, case: DatasetFiles) -> None:
    words = ["findings", "bar", "--accept", "PW204", "--acknowledge", "PW204"]
    done = CliRunner().invoke(build_app(), words)
    assert "more than one answer" in str(done.exception)
    assert not store.storage.stat("uploads/bar/pipeweave.yaml")


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("bar_passed", "blocks the run (PW204)"),
        ("id", "is not used (identifier)"),
        ("pass_bar", "is the target"),
        ("lsat", "is used"),
    ],
)
def test_why_has_a_one_line_answer(case: DatasetFiles, column: str, words: str) -> None:
    told = answer("--why", column)["why"]
    assert words in told
    assert "\n" not in told


def test_why_of_an_unknown_column_names_the_nearest(case: DatasetFiles) -> None:
    done = CliRunner().invoke(build_app(), ["findings", "bar", "--why", "lsatt"])
    assert done.exit_code != 0


def test_findings_outlive_a_run_that_failed_before_its_own(
    store: DocumentStore, case: DatasetFiles
) -> None:
    """The command claimed that nothing was ever checked, and so did the page."""
    from pipeweave_dagster.adapters.state import RunState
    from pipeweave_dagster.web.views import dataset_view

    head = store.head("bar")
    assert head is not None
    store.storage.delete("datasets/bar/HEAD.json")
    refused = RunState(store, "bar", "r1")
    for asset, entry in head.entries.items():
        refused.record(asset, entry)
    failed = RunState(store, "bar", "r2")
    failed.attempt("failed", error={"code": "VALIDATION_ERROR", "message": "No.", "details": {}})
    found = answer()
    assert (found["run_id"], bool(found["findings"])) == ("r1", True)
    text = CliRunner().invoke(build_app(), ["findings", "bar"]).stdout
    assert "Of run r1; the last run did not check the data." in text
    view = dataset_view(store, "bar", Settings())
    assert (view.inspected, view.checked_run, len(view.blocked)) == (True, "r1", 1)


def test_an_overridden_finding_is_not_shown_as_blocked(store: DocumentStore) -> None:
    found = Finding(
        code="PW205",
        state="blocked",
        group="leakage",
        title="t",
        message="m",
        overridden="on purpose",
    )
    assert finding_line(found) == "overridden PW205  m\n         -> on purpose"
    facts = found.model_dump(mode="json")
    assert _findings_text([facts])[-1] == "  overridden PW205  m"
    assert _findings_text([{**facts, "overridden": None}])[-1] == "  blocked  PW205  m"
