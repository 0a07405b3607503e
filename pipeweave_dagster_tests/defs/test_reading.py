"""What a person says about reading reaches the reader, and only that."""

import json

from pipeweave_dagster.core.documents import ColumnSetting, DatasetSnapshot
from pipeweave_dagster.defs.datasets.assets import dataset, raw_upload
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster_tests.defs.conftest import context_for

NAME = "dated"
ROWS = "".join(f"0{d}/0{9 - d}/2004,{d}\n" for d in (5, 1, 7, 2, 8, 3, 6))


def read(bench: Workbench, columns: dict[str, dict[str, object]]) -> tuple[DatasetSnapshot, str]:
    bench.store.storage.put(f"uploads/{NAME}/data.csv", f"when,n\n{ROWS}".encode())
    said = json.dumps({"columns": columns}).encode()
    bench.store.storage.put(f"uploads/{NAME}/pipeweave.yaml", said)
    run = {"context": context_for(NAME), "workbench": bench}
    raw = raw_upload(config=LaunchConfig(), **run).value
    result = dataset(raw_upload=raw, **run)
    return result.value, result.metadata["result"]


def test_an_ambiguous_date_is_settled_in_pipeweave_yaml(bench: Workbench) -> None:
    doubtful, _ = read(bench, {})
    assert doubtful.columns[0].type == "text"
    assert "date:%d/%m/%Y" in (doubtful.columns[0].note or "")
    settled, made = read(bench, {"when": {"type": "date:%d/%m/%Y"}})
    assert settled.columns[0].type == "date"
    assert "made in" in made


def test_what_does_not_concern_reading_is_not_read_again(bench: Workbench) -> None:
    read(bench, {})
    _, again = read(bench, {"n": {"drop": True, "type": "categorical"}})
    assert "reused" in again


def test_an_overwritten_upload_leaves_what_was_read_of_it_reproducible(bench: Workbench) -> None:
    put, run = bench.store.storage.put, {"context": context_for("kept"), "workbench": bench}
    put("uploads/kept/data.csv", b"n,word\n1,a\n2,b\n3,c\n")
    before = raw_upload(config=LaunchConfig(), **run).value
    put("uploads/kept/data.csv", b"n,word\n9,z\n")
    after = raw_upload(config=LaunchConfig(), **run).value
    assert before.files[0].key != after.files[0].key
    assert dataset(raw_upload=after, **run).value.rows == 1
    # A new reading of the old version takes the bytes that were stored, not those at its place.
    said = before.settings.model_copy(update={"columns": {"n": ColumnSetting(type="text")}})
    old = dataset(raw_upload=before.model_copy(update={"settings": said}), **run)
    assert "made in" in old.metadata["result"]
    assert (old.value.rows, old.value.columns[0].type) == (3, "text")
