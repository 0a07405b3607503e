"""One subject leaves every stored object; what is left opens, predicts and is read again."""

import io
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipeweave_dagster.adapters.state import DocumentStore, Entry, RunState, publish
from pipeweave_dagster.adapters.storage import open_storage
from pipeweave_dagster.core.documents import (
    BatchHistory,
    BatchRecord,
    DatasetSettings,
    DatasetSnapshot,
    Document,
    Estimate,
    Evaluation,
    MlflowLink,
    Payload,
    PredictionBatch,
    RawUpload,
    TrainedModel,
)
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError
from pipeweave_dagster.core.ingest import ColumnMatcher, IngestLimits, ingest, read_aligned
from pipeweave_dagster.core.prediction import BatchPolicy, predict
from pipeweave_dagster.core.prediction.outputs import write_outputs
from pipeweave_dagster.services.batch_history import change_history, history_of
from pipeweave_dagster.services.erasure import erase
from pipeweave_dagster.services.model_versions import VersionRecord, load_version
from pipeweave_dagster.services.prediction_origin import PredictionOrigin
from pipeweave_dagster.services.receive import receive, uploads_of
from pipeweave_dagster.settings import Settings
from pipeweave_dagster_tests.factories import train_small_model

pytestmark = pytest.mark.slow
SUBJECT = "9000417"  # occurs nowhere else
ROWS = 160


def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"id": 9000400 + np.arange(ROWS), "x": rng.normal(size=ROWS).round(6)})
    frame["note"] = [f'said "{n}",\nand left' if n % 3 else "" for n in range(ROWS)]
    frame["y"] = np.where(frame["x"] + rng.normal(0, 0.2, ROWS) > 0, "yes", "no")
    return frame


class Place:
    """A data set with an upload, a typed table, a model, a scored batch and labels."""

    def __init__(self, home: Path, folder: Path) -> None:
        settings = Settings(home=home, storage=str(home / "storage"))
        self.store = DocumentStore(open_storage(settings), settings.cache_folder)
        self.bench: Any = SimpleNamespace(
            store=self.store,
            settings=settings,
            on_data=lambda call, *words, **named: call(*words, **named),
            on_files=lambda _, call, **named: call(**named),
        )
        self.folder = folder

    def fill(self) -> None:
        frame, put = table(), self.store.storage.put
        text = frame.to_csv(index=False) + f"9000999;{SUBJECT}\n"  # a damaged record names it, too
        put("uploads/d/data.csv", text.encode())
        put("uploads/d/pipeweave.yaml", b"id: id\ntarget: y\n")
        put("predict/d/june.csv", frame.drop(columns="y").iloc[10:60].to_csv(index=False).encode())
        labels = io.BytesIO()
        frame[["id", "y"]].to_parquet(labels, index=False)
        put("labels/d/labels.parquet", labels.getvalue())
        self.run(frame)
        self.score()

    def run(self, frame: pd.DataFrame) -> None:
        (work := self.folder / "run").mkdir()
        settings = DatasetSettings(id="id", target="y")
        uploads = [u for u in uploads_of(self.store, "d") if not u.is_settings]
        raw = receive(self.store, "d", uploads, settings, work, 1 << 30)
        files = [self.store.file(file.key) for file in raw.files]
        snapshot = ingest(raw, files, work)
        self.store.save_payloads(snapshot, work)
        typed = pd.read_parquet(work / "data.parquet")
        (fit := self.folder / "fit").mkdir()
        spec, model, out = train_small_model(
            typed.drop(columns=["id", "note"]), "y", "binary", fit, families=["linear"]
        )
        link = MlflowLink(experiment_id="1", run_id="m", model_name="pipeweave-d",
                          model_version="1", model_uri="models:/pipeweave-d/1")  # fmt: skip
        model = model.of_table(snapshot).model_copy(update={"mlflow": link})
        self.store.save_payloads(model, out)
        state = RunState(self.store, "d", "r1")
        address = self.store.save(snapshot)
        documents: dict[str, Document] = {"raw_upload": raw, "dataset": snapshot, "model": model}
        for name, document in documents.items():
            inputs = {"dataset": address} if name == "model" else {}
            entry = Entry(document=self.store.save(document), key="k", run_id="r1", made_at=1.0)
            state.record(name, entry.model_copy(update={"inputs": inputs}))
        publish(state, set(documents))
        scores = {"roc_auc": Estimate(value=0.9)}
        evaluation = Evaluation(rows=20, metric="roc_auc", metrics=scores, baseline=scores,
                                verdict="model")  # fmt: skip
        record = VersionRecord(
            version="1",
            trained=model.sha256,
            evaluation=self.store.save(evaluation),
            pipeline=self.store.save(spec),
            dataset=address,
        )
        self.store.records.write("datasets/d/models/1.json", record)

    def score(self) -> None:
        (work := self.folder / "score").mkdir()
        (work / "read").mkdir()
        data = self.store.storage.get("predict/d/june.csv")
        (work / "june.csv").write_bytes(data)
        file = Payload.of(work / "june.csv")
        model = self.head("model", TrainedModel)
        read_aligned(
            work / "june.csv", "june.csv", model.columns, work / "read",
            IngestLimits.for_files([work / "june.csv"], 1 << 30),
            ColumnMatcher(tuple(model.table), model.target, ("id",)),
        )  # fmt: skip
        rows = (work / "read" / "data.parquet").replace(work / "rows.parquet")
        policy = BatchPolicy(keep=["id"])
        scored = predict(self.store.payload(model.model), model, rows, work, policy=policy)
        write_outputs(work / scored.predictions.name, work, {"data_sha256": file.sha256})
        prefix = "predictions/d/june/1"
        for kind in ("parquet", "csv"):
            self.store.storage.put_file(f"{prefix}.{kind}", work / f"output.{kind}")
        raw = {"name": "june.csv", "sha256": file.sha256, "size_bytes": file.size_bytes}
        self.store.save_file(f"raw/{file.sha256}", work / "june.csv")
        origin = PredictionOrigin.model_validate(
            {"run_id": "r2", "file": raw, "model_name": "m", "model_version": "1",
             "parquet": Payload.of(work / "output.parquet").model_dump(),
             "csv": Payload.of(work / "output.csv").model_dump()}
        )  # fmt: skip
        self.store.records.write(f"{prefix}.json", origin)
        batch = PredictionBatch(
            batch="june", rows=50, model_name="m", model_version="1", data_sha256=file.sha256,
            parquet_key=f"{prefix}.parquet", csv_key=f"{prefix}.csv",
            rows_file=Payload.of(rows, "application/vnd.apache.parquet"),
        )  # fmt: skip
        self.store.save_payloads(batch, work)
        state = RunState(self.store, "d", "r2")
        entry = Entry(document=self.store.save(batch), key="k", run_id="r2", made_at=2.0)
        state.record("predictions", entry)
        publish(state, {"predictions"})
        line = BatchRecord(batch="june", model_version="1", scored_at=2.0, rows=50,
                           predictions_key="", data_sha256=file.sha256)  # fmt: skip
        change_history(self.store, "d", lambda _: BatchHistory(batches=[line]))

    def head(self, asset: str, kind: Any) -> Any:
        head = self.store.require_head("d")
        document = self.store.load_entry(head.entries, asset, kind)
        assert document is not None
        assert self.store.intact(head.entries[asset].document, kind) is not None
        return document

    def named(self) -> list[str]:
        """The keys of all objects in which the subject or its row is."""
        found = []
        row = table()[lambda t: t["id"] == int(SUBJECT)].iloc[0]
        for stored in self.store.storage.list(""):
            data = self.store.storage.get(stored.key)
            if data.startswith(b"PAR1"):
                frame = pq.read_table(io.BytesIO(data)).to_pandas()
                same = [
                    frame[n].astype(str).str.contains(SUBJECT).any() or (frame[n] == row["x"]).any()
                    for n in frame
                ]
                if any(same):
                    found.append(stored.key)
            elif SUBJECT.encode() in data:
                found.append(stored.key)
        return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled place, made once: to train its model takes longer than any test."""
    folder = tmp_path_factory.mktemp("template")
    (folder / "work").mkdir()
    Place(folder / "home", folder / "work").fill()
    return folder


@pytest.fixture
def place(template: Path, home: Path, tmp_path: Path) -> Place:
    shutil.copytree(template / "home", home)
    shutil.copytree(template / "work", tmp_path / "work")
    return Place(home, tmp_path / "work")


def test_nothing_names_the_subject_and_everything_still_works(place: Place) -> None:
    before = {o.key: o.version for o in place.store.storage.list("") if "gc/" not in o.key}
    assert {key.split("/")[0] for key in place.named()} == {
        "uploads", "predict", "labels", "raw", "payloads", "predictions",
    }  # fmt: skip
    planned = erase(place.bench, "d", SUBJECT, dry=True)
    assert {o.key: o.version for o in place.store.storage.list("")} == before
    found = erase(place.bench, "d", f" {SUBJECT}.0 ")
    assert found.model_copy(update={"dry_run": True}) == planned
    once = {"predict", "labels", "typed tables", "predictions", "quarantined records"}
    assert {area: found.rows.get(area) for area in once} == dict.fromkeys(once, 1)
    assert found.rows["rows of batches"] == 1
    assert (found.rows["uploads"], found.rows["raw"]) == (2, 3)  # with the damaged record
    assert found.versions == ["1"]
    assert found.left == []
    assert place.named() == []

    # The published state opens: each document, each payload, and the hashes agree.
    raw, snapshot = place.head("raw_upload", RawUpload), place.head("dataset", DatasetSnapshot)
    batch, model = place.head("predictions", PredictionBatch), place.head("model", TrainedModel)
    assert snapshot.rows == ROWS - 1
    assert snapshot.rows_read == snapshot.rows + snapshot.rows_quarantined
    assert pq.read_metadata(place.store.payload(snapshot.data)).num_rows == ROWS - 1
    assert place.store.file(raw.files[0].key).stat().st_size == raw.files[0].size_bytes
    assert load_version(place.store, "d", "1")[0] == model
    origin = place.store.records.read("predictions/d/june/1.json", PredictionOrigin)
    assert origin is not None
    predicted = place.store.storage.get(batch.parquet_key)
    assert origin.parquet.size_bytes == len(predicted)
    told = pq.read_table(io.BytesIO(predicted)).to_pandas()
    assert list(told["row_id"]) == list(range(49))
    assert set(told["data_sha256"]) == {batch.data_sha256} == {origin.file.sha256}
    assert (batch.rows, history_of(place.store, "d").batches[0].rows) == (49, 49)

    # Test rows point to the same rows of the shorter table.
    test = pq.read_table(place.store.payload(model.test_rows)).to_pandas()
    typed = pq.read_table(place.store.payload(snapshot.data)).to_pandas()
    assert list(typed["y"].iloc[test["row"]]) == list(test["target"])
    assert list(typed["x"].iloc[test["row"]]) == list(test["feature:x"])

    # The upload is read as before, without the row; the model predicts.
    again = place.folder / "again"
    again.mkdir()
    uploads = [u for u in uploads_of(place.store, "d") if not u.is_settings]
    received = receive(place.store, "d", uploads, raw.settings, again, 1 << 30)
    assert received == raw
    read = ingest(received, [place.store.file(raw.files[0].key)], again)
    assert (read.rows, read.columns) == (ROWS - 1, snapshot.columns)
    scored = predict(
        place.store.payload(model.model), model, again / "data.parquet", place.folder / "fit"
    )
    assert scored.rows == ROWS - 1
    assert erase(place.bench, "d", SUBJECT).rows == {}


def test_what_cannot_be_rewritten_is_named(place: Place) -> None:
    import gzip

    data = place.store.storage.get("labels/d/labels.parquet")
    text = pq.read_table(io.BytesIO(data)).to_pandas().to_csv(index=False).encode()
    place.store.storage.put("labels/d/more.csv.gz", gzip.compress(text))
    found = erase(place.bench, "d", SUBJECT)
    assert found.left == ["labels/d/more.csv.gz: rows cannot be removed from a file of csv in gzip"]
    assert place.store.storage.stat("labels/d/more.csv.gz") is not None


def test_files_that_are_no_tables_do_not_keep_the_subject_elsewhere(place: Place) -> None:
    """A batch without any row was refused when it arrived, and lies in the landing zone."""
    put = place.store.storage.put
    put("predict/d/empty.csv", b"")
    put("predict/d/header.csv", b"id,x,note\n")
    found = erase(place.bench, "d", SUBJECT)
    assert found.rows["uploads"] == 2
    assert place.named() == []
    (left,) = found.left
    assert left.startswith("predict/d/header.csv: it was not searched: 'header.csv' has a header")


def test_a_subject_without_a_column_is_refused(place: Place) -> None:
    place.store.storage.put("uploads/d/pipeweave.yaml", b"target: y\n")
    with pytest.raises(PipeWeaveError, match="No column is declared"):
        erase(place.bench, "d", SUBJECT)
    assert erase(place.bench, "d", SUBJECT, column="ID", dry=True).rows["uploads"] == 2
    assert erase(place.bench, "d", "nobody", column="id").rows == {}


def test_a_column_that_is_nowhere_is_refused_with_similar_names(place: Place) -> None:
    before = {o.key: o.version for o in place.store.storage.list("") if "gc/" not in o.key}
    for dry in (True, False):
        with pytest.raises(PipeWeaveError, match="'d' has no column 'notte'") as refused:
            erase(place.bench, "d", SUBJECT, column="notte", dry=dry)
        assert refused.value.code is ErrorCode.VALIDATION_ERROR
        assert refused.value.fix == "Did you mean 'note'?"
    assert {o.key: o.version for o in place.store.storage.list("")} == before
    place.store.storage.put("uploads/d/pipeweave.yaml", b"id: idd\ntarget: y\n")
    with pytest.raises(PipeWeaveError, match="has no column 'idd'"):
        erase(place.bench, "d", SUBJECT)


def test_what_another_data_set_has_too_stays_and_is_not_counted(place: Place) -> None:
    raw = place.head("raw_upload", RawUpload)
    state = RunState(place.store, "other", "r5")
    address = place.store.save(raw.model_copy(update={"dataset": "other"}))
    state.record("raw_upload", Entry(document=address, key="k", run_id="r5", made_at=1.0))
    publish(state, {"raw_upload"})
    planned = erase(place.bench, "d", SUBJECT, dry=True)
    found = erase(place.bench, "d", SUBJECT)
    assert found.shared == ["2 of raw, also in other: erase the subject there, too"]
    assert found.rows["raw"] == 1  # the file that was scored
    assert found.model_copy(update={"dry_run": True}) == planned
    assert place.named() == [raw.files[0].key]
