"""The values of a masked column are in no document, report, page or output; only in the data."""

import re
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeweave_dagster.core.advice.report_facts import report_facts
from pipeweave_dagster.core.documents import DatasetSettings, RawFile, RawUpload
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.core.evaluation.report.info_sheet import info_sheet
from pipeweave_dagster.core.expectations.page import docs_page
from pipeweave_dagster.core.expectations.suite import propose, suite_bytes
from pipeweave_dagster.core.export.folder import export_model
from pipeweave_dagster.core.hidden_values import is_of_hidden, notes_without_values
from pipeweave_dagster.core.ingest import ColumnMatcher, ingest, read_aligned
from pipeweave_dagster.core.monitoring import measure_drift
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.pipelines.preview import preview
from pipeweave_dagster.core.prediction import HeldRows, policy_of, predict
from pipeweave_dagster.core.prediction.what_if import model_inputs
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.core.schema.export import export_schema
from pipeweave_dagster.core.training import train
from pipeweave_dagster_tests.factories.training import SMALL_POLICY

pytestmark = pytest.mark.slow
PRIVATE = ["person", "team", "story", "amount", "born"]
MARKER = re.compile(r"qzx|7\.?7710\d|\b1911\b", re.IGNORECASE)
_TYPED = {"data.parquet", "rows.parquet"}
ROWS = 240


def _table() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    x = rng.normal(size=ROWS).round(3)
    team = np.where(x + rng.normal(0, 0.4, ROWS) > 0, "Qzx red", "Qzx blue")
    team[::9] = "Qzx green"
    words = np.array(["qzxfast", "qzxslow", "qzxcalm", "qzxloud"])
    story = [" ".join(rng.choice(words, 6)) for _ in range(ROWS)]
    days = pd.Timestamp("1911-01-01") + pd.to_timedelta(rng.integers(0, 364, ROWS), "D")
    return pd.DataFrame(
        {
            "person": [f"Qzx{i} Roe" for i in range(ROWS)],
            "team": team,
            "story": story,
            "amount": 77_710_000 + rng.integers(0, 9999, ROWS),
            "born": days.strftime("%Y-%m-%d"),
            "x": x,
            "town": rng.choice(["Ulm", "Bonn", "Kiel"], ROWS),
            "y": np.where(team == "Qzx red", "yes", "no"),
        }
    )


def _damaged(text: str) -> str:
    """Add a row with too many fields, and one whose number is none."""
    return (
        text + "Qzx9,Qzx red,qzx,1,2,3,4,5,6,qzx9,qzx\nQzx8,Qzx,qzx,77710001,1911-02-03,oops,,no\n"
    )


def _settings(policy: str, **more) -> DatasetSettings:
    columns = {name: {"privacy": policy} for name in PRIVATE}
    return DatasetSettings.model_validate({"target": "y", "columns": columns, **more})


def _read(folder, settings, text):
    path, out = folder / "table.csv", folder / "read"
    out.mkdir()
    path.write_text(text)
    file = RawFile(name="table.csv", sha256="0" * 64, size_bytes=path.stat().st_size)
    upload = RawUpload(dataset="d", files=[file], settings=settings)
    snapshot = ingest(upload, [path], out)
    return SimpleNamespace(snapshot=snapshot, out=out, data=out / "data.parquet")


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """Everything that a run, a batch, an export and an advice make of a table with masks."""
    folder = tmp_path_factory.mktemp("line")
    settings = _settings("mask", sensitive=["team"])
    found = _read(folder, settings, _damaged(_table().to_csv(index=False)))
    snapshot, data = found.snapshot, found.data
    schema = deduce(snapshot, data, settings)
    findings = inspect(snapshot, schema, data, settings)
    report = build_report(
        "d", snapshot, schema, data, _new(folder, "eda"), ReportOptions(samples=9)
    )
    suite = propose(snapshot, schema, data, "d")
    spec = plan(snapshot, schema, findings.model_copy(update={"findings": []}), settings)
    search = {"families": ["linear"], "variants": False}
    steps = [
        s.model_copy(update={"params": search}) if s.kind == "train" else s for s in spec.steps
    ]
    spec = spec.model_copy(
        update={"steps": steps, "split": spec.split.model_copy(update={"folds": 2})}
    )
    out = _new(folder, "model")
    trained = train(
        spec=spec, data=data, out=out, budget_s=60, started_at=time.monotonic(),
        policy=replace(SMALL_POLICY, max_seeds=1),
    ).of_table(snapshot)  # fmt: skip
    evaluation = evaluate(
        trained, spec, out / trained.evaluated.name, out / "test_rows.parquet",
        _new(folder, "evaluation"), origin=(data, findings),
    )  # fmt: skip
    documents = {
        "snapshot": snapshot.to_json().decode(),
        "schema": schema.to_json().decode(),
        "findings": findings.to_json().decode(),
        "report": report.to_json().decode(),
        "suite": suite_bytes(suite).decode(),
        "docs": docs_page(suite, {}, set(), snapshot.rows),
        "spec": spec.to_json().decode(),
        "trained": trained.to_json().decode(),
        "evaluation": evaluation.to_json().decode(),
        "sheet": info_sheet(trained, spec, evaluation, findings),
        "facts": str(report_facts(report.summary)) if report.summary else "",
        "inputs": str(model_inputs(out / trained.reference.name, trained)),
        "previews": str([preview(spec, data, s.name) for s in spec.steps if s.columns]),
        **{f"export {f}": export_schema(schema, "d", f) for f in ("json-schema", "sql", "pandera")},
        **_scored(folder, settings, spec, trained, out),
    }
    export_model(out / trained.model.name, None, trained, spec, folder / "export")
    return SimpleNamespace(documents=documents, folder=folder, spec=spec, trained=trained)


def _new(folder, name):
    (folder / name).mkdir()
    return folder / name


def _scored(folder, settings, spec, trained, model):
    """Score a batch with new values in every masked column, and measure its drift."""
    batch = _table().assign(team="Qzx new", amount=99_999_999, town="Rom", extra="e")
    path, out = folder / "batch.csv", _new(folder, "batch")
    path.write_text(batch.to_csv(index=False))
    matcher = ColumnMatcher(tuple(trained.table), trained.target, ("town",))
    read = read_aligned(path, "batch.csv", trained.columns, out, matcher=matcher)
    rows = (out / "data.parquet").rename(out / "rows.parquet")
    held = HeldRows(
        test_rows=model / trained.test_rows.name, reference=model / trained.reference.name
    )
    policy = policy_of(settings.model_copy(update={"keep": ["town"]}), trained)
    scored = predict(
        model / trained.model.name, trained, rows, out, explain=True, policy=policy, held=held
    )
    drift = measure_drift("b", held.reference, rows, trained.features, hidden=trained.hidden)
    return {
        "read": str(notes_without_values(read.notes, trained.hidden)),
        "scored": scored.model_dump_json(),
        "drift": drift.to_json().decode(),
        "predictions": pd.read_parquet(out / "predictions.parquet").to_csv(),
    }


def test_masked_columns_are_used_and_marked(line):
    assert {"team", "story", "amount", "born"} <= set(line.spec.features)
    assert set(line.trained.hidden) == set(line.spec.features) - {"x", "town"}


def test_no_document_shows_a_masked_value(line):
    shown = {name: MARKER.findall(text)[:3] for name, text in line.documents.items()}
    assert {name: found for name, found in shown.items() if found} == {}


def test_no_file_that_is_read_by_people_shows_a_masked_value(line):
    raw = {line.folder / "table.csv", line.folder / "batch.csv"}
    kinds = {".html", ".json", ".md", ".py", ".ipynb", ".txt", ".csv"}
    files = [f for f in line.folder.rglob("*") if f.suffix in kinds and f not in raw]
    assert {f.name for f in files} >= {"report.html", "model_card.md", "reading.json"}
    found = {f.name: MARKER.findall(f.read_text())[:3] for f in files}
    assert {name: hits for name, hits in found.items() if hits} == {}
    quarantine = pd.read_parquet(line.folder / "read" / "quarantine.parquet")
    assert len(quarantine) == 2
    assert not MARKER.search(quarantine.to_csv())


def test_values_that_may_be_shown_are(line):
    report = (line.folder / "eda" / "report.html").read_text()
    assert "Bonn" in report
    assert "Bonn" in line.documents["inputs"]


def test_parts_of_a_hidden_column_are_hidden():
    assert is_of_hidden("born (year)", ["born"])
    assert not is_of_hidden("born", ["bor"])
