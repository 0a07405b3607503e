"""`pipeweave datasets schema` exports the published schema, and compares it with a run."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Entry, Head, Manifest
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories import make_dataset

COLUMNS = {"size": list(range(100)), "kind": ["a", "b"] * 50, "y": ["n", "n", "y", "n"] * 25}


def publish(store: DocumentStore, folder: Path, number: int, columns: dict[str, Any]) -> None:
    """A run that ended with this table, and HEAD as it left it."""
    folder = folder / str(number)
    folder.mkdir()
    made = make_dataset(folder, columns, "y")
    store.save_payloads(made.snapshot, folder)
    run = f"{number}a{number}b0000-run"
    entries = {
        name: Entry(document=store.save(document), key="k", run_id=run, made_at=float(number))
        for name, document in (("dataset", made.snapshot), ("schema_deduction", made.schema))
    }
    facts = {"dataset": "demo", "run_id": run, "entries": entries}
    store.save_manifest(Manifest(**facts, started_at=float(number)))
    head = Head(**facts, moved_at=float(number))
    store.storage.put("datasets/demo/HEAD.json", head.model_dump_json().encode())
    store.save_attempt("demo", Attempt(run_id=run, started_at=float(number), state="succeeded"))


@pytest.fixture
def versions(home: Path, tmp_path: Path) -> DocumentStore:
    """A second version without `kind`, and with text in `size`."""
    store = DocumentStore(open_storage(Settings()), Settings().cache_folder)
    publish(store, tmp_path, 1, COLUMNS)
    changed = {"size": [f"{i} kg" for i in range(100)], "extra": [1.5, 2.5] * 50}
    publish(store, tmp_path, 2, {**changed, "y": COLUMNS["y"]})
    return store


def output(*arguments: str) -> str:
    done = CliRunner().invoke(build_app(), ["datasets", "schema", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def refusal(*arguments: str) -> PipeWeaveError:
    done = CliRunner().invoke(build_app(), ["datasets", "schema", *arguments])
    assert isinstance(done.exception, PipeWeaveError), done.output
    return done.exception


def test_without_a_run_the_published_schema_is_printed(versions: DocumentStore) -> None:
    assert '"extra"' in output("demo")
    assert "CREATE TABLE" in output("demo", "--format", "sql")


def test_changes_since_a_run_are_listed_with_errors_first(versions: DocumentStore) -> None:
    facts = json.loads(output("demo", "--diff", "1a", "--json"))
    assert set(facts) == {"dataset", "before", "after", "changes"}
    assert (facts["before"], facts["after"]) == ("1a1b0000-run", "2a2b0000-run")
    found = {(c["code"], c["column"], c["before"], c["after"]) for c in facts["changes"]}
    assert found >= {
        ("COLUMN_MISSING", "kind", "kind", None),
        ("COLUMN_NEW", "extra", None, "extra"),
        ("TYPE_CHANGED", "size", "integer", "text"),
    }
    severities = [c["severity"] for c in facts["changes"]]
    assert severities == sorted(severities)  # "error" before "warning"
    text = output("demo", "--diff", "1a")
    assert text.startswith("Run 1a1b0000 → 2a2b0000\n")
    assert "'kind' is" in text


def test_a_version_compared_with_itself_has_not_changed(versions: DocumentStore) -> None:
    assert output("demo", "--diff", "2a").strip() == "Run 2a2b0000 → 2a2b0000: no change"


def test_a_run_that_does_not_exist_and_two_options_are_refused(versions: DocumentStore) -> None:
    assert "pipeweave runs ls --name demo" in refusal("demo", "--diff", "ff").fix
    assert "--format" in refusal("demo", "--diff", "1a", "--format", "sql").message
