"""`pipeweave datasets quarantine` shows the records that could not be read."""

import csv
import json

import pytest
from typer.testing import CliRunner

from pipeweave_dagster.adapters.state import DocumentStore, Entry, Head, Manifest
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.cli.app import build_app
from pipeweave_dagster.cli.commands.dataset_quarantine import _as_line
from pipeweave_dagster.core.documents import RawFile, RawUpload
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.settings import Settings

TEXT = "a,b,c\n" + "".join(f"{i},{i}.5,x\n" for i in range(60)) + "1,2,3,4,5,6,\x1b[2Jevil\n"


@pytest.fixture
def published(home, tmp_path):
    publish(tmp_path, TEXT)


def publish(tmp_path, text):
    store = DocumentStore(open_storage(Settings()), Settings().cache_folder)
    file, out = tmp_path / "a.csv", tmp_path / "out"
    file.write_text(text)
    out.mkdir()
    raw = RawFile(name="a.csv", sha256="0" * 64, size_bytes=file.stat().st_size)
    snapshot = ingest(RawUpload(dataset="demo", files=[raw]), [file], out)
    assert snapshot.rows_quarantined == 1
    store.save_payloads(snapshot, out)
    entry = Entry(document=store.save(snapshot), key="k", run_id="1a-run", made_at=1.0)
    facts = {"dataset": "demo", "run_id": "1a-run", "entries": {"dataset": entry}}
    store.save_manifest(Manifest(**facts, started_at=1.0))
    head = Head(**facts, moved_at=1.0)
    store.storage.put("datasets/demo/HEAD.json", head.model_dump_json().encode())


def output(*arguments):
    done = CliRunner().invoke(build_app(), ["datasets", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_line_reason_and_text_are_shown_without_control_characters(published):
    shown = output("quarantine", "demo")
    assert "62" in shown
    assert "\x1b" not in shown
    facts = json.loads(output("quarantine", "demo", "--json"))
    assert facts["rows"] == 1
    assert facts["records"][0]["line"] == 62


def test_all_of_them_are_written_as_csv(published, tmp_path):
    output("quarantine", "demo", "--output", str(tmp_path / "q.csv"))
    with (tmp_path / "q.csv").open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row["line"] == "62"
    assert row["record"].startswith("1,2,3,4,5,6,")


def test_cells_with_commas_stay_apart():
    assert _as_line("a, b\x1fc") == '"a, b",c'
    assert _as_line("a, b") == "a, b"


@pytest.mark.parametrize(
    ("delimiter", "line"),
    [
        (";", 'a;1,5;"x;y"'),
        ("\t", "a\t1,5\tx;y"),
        ("whitespace", 'a,"1,5",x;y'),
        ('"', 'a,"1,5",x;y'),
    ],
)
def test_cells_have_the_delimiter_of_their_file(delimiter, line):
    assert _as_line("a\x1f1,5\x1fx;y", delimiter) == line


def test_records_are_shown_as_in_their_file(home, tmp_path):
    publish(tmp_path, TEXT.replace(",", ";"))
    assert "1;2;3;4;5;6;" in output("quarantine", "demo")


def test_notes_and_left_out_lines_are_shown_with_the_data_set(published):
    shown = output("show", "demo")
    assert "read as csv, delimiter ','" in shown
    assert "quarantined: 1 row" in shown
    assert "asset    document" in shown
    assert "stale" not in shown, "no asset is"
