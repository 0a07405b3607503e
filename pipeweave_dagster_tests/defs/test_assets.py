"""Each asset called directly with documents, on real data and with the real worker."""

import csv
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import pytest

from pipeweave_dagster.adapters.state import Entry, Head
from pipeweave_dagster.core.documents import (
    BatchRecord,
    Costs,
    DatasetSnapshot,
    DriftReport,
    Evaluation,
    EvaluationStep,
    Findings,
    PerformanceReport,
    PipelineSpec,
    PredictionBatch,
    RawUpload,
    SchemaDeduction,
    ShadowBatch,
    TrainedModel,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.defs.datasets.assets import dataset, raw_upload
from pipeweave_dagster.defs.eda.assets import eda_report
from pipeweave_dagster.defs.findings.assets import findings
from pipeweave_dagster.defs.models.assets import model, model_evaluation
from pipeweave_dagster.defs.monitoring.assets import drift, performance, shadow
from pipeweave_dagster.defs.pipelines.assets import pipeline
from pipeweave_dagster.defs.predictions.assets import BatchConfig, predictions
from pipeweave_dagster.defs.schemas.assets import schema_deduction
from pipeweave_dagster.lib.evaluation_config import EvaluationConfig
from pipeweave_dagster.lib.launch_config import LaunchConfig
from pipeweave_dagster.lib.partitions import LABELS_TAG
from pipeweave_dagster.services.alias_history import moves_of
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.dataset_versions import version_before
from pipeweave_dagster.services.model_aliases import aliases_of, record_aliases
from pipeweave_dagster.services.model_versions import load_version, save_version
from pipeweave_dagster.services.performance import measure_performance
from pipeweave_dagster.services.prediction_origin import trace_row
from pipeweave_dagster.services.scoring import deliver, fetch_batch, score
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster_tests.defs.conftest import context_for, only, scores_alone, value_of

pytestmark = pytest.mark.slow

CONFIG = LaunchConfig(target="species", time_budget_s=2)


def put(bench: Workbench, name: str, data: bytes, file: str = "data.csv") -> None:
    bench.store.storage.put(f"uploads/{name}/{file}", data)


@pytest.fixture(scope="module")
def line(bench: Workbench) -> dict[str, Any]:
    """Every document of the line, made once."""
    root = Path(__file__).parents[2]
    put(bench, "penguins", (root / "examples" / "penguins.csv").read_bytes())
    run = {"context": context_for("penguins"), "workbench": bench}
    results: dict[str, Any] = {}
    results["raw"] = raw_upload(config=CONFIG, **run)
    raw: RawUpload = results["raw"].value
    results["data"] = dataset(raw_upload=raw, **run)
    data: DatasetSnapshot = results["data"].value
    results["schema"] = schema_deduction(raw_upload=raw, dataset=data, **run)
    schema: SchemaDeduction = results["schema"].value
    read = {"dataset": data, "schema_deduction": schema}
    results["report"] = eda_report(raw_upload=raw, **read, **run)
    results["findings"], *results["checks"] = findings(raw_upload=raw, **read, **run)
    found: Findings = results["findings"].value
    planned = only(pipeline(raw_upload=raw, findings=found, **read, **run))
    spec: PipelineSpec = planned.value
    # Of so few rows eight are planned, and the readable twin alone tries seven forms on each.
    spec = spec.model_copy(update={"split": spec.split.model_copy(update={"folds": 3})})
    results["pipeline"] = planned._replace(value=spec)
    results["model"] = model(raw_upload=raw, dataset=data, pipeline=spec, **run)
    trained: TrainedModel = results["model"].value
    full = EvaluationConfig(full=True)  # whatever else the machine does meanwhile
    results["evaluation"], *results["questions"] = model_evaluation(
        config=full, dataset=data, findings=found, pipeline=spec, model=trained, **run
    )
    return results


def test_the_upload_is_kept_unchanged(line: dict[str, Any], bench: Workbench) -> None:
    raw: RawUpload = line["raw"].value
    kept = bench.store.storage.get(raw.files[0].key)
    assert kept == bench.store.storage.get("uploads/penguins/data.csv")
    assert raw.settings.target == "species"


def test_the_table_is_read_whole(line: dict[str, Any], bench: Workbench) -> None:
    data: DatasetSnapshot = line["data"].value
    assert (data.rows, data.rows_quarantined, len(data.columns)) == (344, 0, 8)
    assert data.rows_read == data.rows + data.rows_quarantined
    assert bench.store.storage.stat(data.data.key) is not None
    assert line["data"].metadata["dagster/row_count"] == 344


def test_target_and_task_are_deduced(line: dict[str, Any]) -> None:
    schema: SchemaDeduction = line["schema"].value
    assert (schema.target.name, schema.target.task) == ("species", "multiclass")
    assert all(column.reason for column in schema.columns)


def test_findings_become_eight_checks_at_most(line: dict[str, Any]) -> None:
    results = line["checks"]
    assert 0 < len(results) <= 8
    assert not [r for r in results if r.severity == dg.AssetCheckSeverity.ERROR and not r.passed]


def test_the_report_lies_beside_its_document(line: dict[str, Any], bench: Workbench) -> None:
    html = bench.store.storage.get(line["report"].value.html.key).decode()
    assert "<html" in html
    assert "bill_length_mm" in html


def test_the_pipeline_predicts_the_target_from_other_columns(line: dict[str, Any]) -> None:
    spec: PipelineSpec = line["pipeline"].value
    assert spec.target == "species"
    assert "species" not in spec.features
    assert {step.kind for step in spec.steps} >= {"extract", "train", "predict"}


def test_the_model_beats_the_baselines_it_was_compared_with(line: dict[str, Any]) -> None:
    trained: TrainedModel = line["model"].value
    families = {t.family for t in trained.leaderboard}
    assert {"dummy", "linear"} <= families
    assert trained.verdict == "model"
    assert trained.rows_train + trained.rows_test == 344
    assert trained.mlflow is not None


def test_scores_have_intervals_on_rows_never_seen(line: dict[str, Any]) -> None:
    evaluation: Evaluation = line["evaluation"].value
    score = evaluation.metrics[evaluation.metric]
    assert score.value is not None
    assert score.low is not None
    assert score.high is not None
    assert score.low <= score.value <= score.high
    assert evaluation.rows == line["model"].value.rows_test
    assert evaluation.promoted == "champion"


def test_the_scores_are_asked_whether_they_can_be_believed(line: dict[str, Any]) -> None:
    canary, methodology = line["questions"]
    assert (canary.check_name, canary.passed) == ("leak_canary", True)
    assert canary.metadata["control"].value > canary.metadata["critical"].value
    # On a busy machine the short budget may suffice for the baselines only.
    assert methodology.metadata["codes"].value in ("", "PE104"), methodology.description
    shown = line["evaluation"].metadata
    assert "training rows" in shown["learning_curve"].value
    assert "plot: learning_curve" in shown
    evaluation: Evaluation = line["evaluation"].value
    assert len(evaluation.curve.points) == 4


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning")  # of MLflow's queries
def test_what_there_was_no_time_for_is_made_later_and_the_scores_stay(
    line: dict[str, Any], bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    from pipeweave_dagster.services import evaluation as service

    trained: TrainedModel = line["model"].value
    plan = (line["pipeline"].value, line["findings"].value, line["data"].value)
    moves = len(moves_of(bench.store, "penguins"))
    monkeypatch.setattr(service, "slice_s", lambda _: 0.0)
    monkeypatch.setattr(service, "CANARY_S", 0.0)
    scores = service.evaluate_and_promote(bench, "penguins", plan, trained, tmp_path)
    assert (scores.promoted, scores.canary, scores.plots) == ("champion", None, [])
    without_time = {*get_args(EvaluationStep)} - {"scores over time"}
    assert {*scores.dropped} == without_time
    assert "pipeweave evaluate penguins --full" in (tmp_path / "model_card.md").read_text()
    asset = EvaluationConfig(full=True).lacking(scores)
    assert asset.startswith("there was no time for leak canary, ")
    assert EvaluationConfig().lacking(scores) == ""

    whole = service.evaluate_and_promote(bench, "penguins", plan, trained, tmp_path, full=True)
    assert whole.dropped == []
    assert EvaluationConfig(full=True).lacking(whole) == ""
    before: Evaluation = line["evaluation"].value
    assert whole.readable is not None
    assert before.readable is not None
    assert whole.readable.terms == before.readable.terms
    # Of the twin, the file and the seconds of its fits differ.
    assert whole.model_copy(update={"readable": before.readable}) == before
    assert (whole.metrics, whole.promoted) == (scores.metrics, scores.promoted)
    assert load_version(bench.store, "penguins", "1")[1] == whole
    assert len(moves_of(bench.store, "penguins")) == moves
    client: Any = MlflowClient(*[bench.settings.tracking_uri] * 2)
    score = f"test_{trained.metric}"
    assert len(client.get_metric_history(trained.mlflow.run_id, score)) == 2  # not a third time
    card = client.get_model_version(trained.mlflow.model_name, "1").description
    assert "for lack of time:" not in card


def test_metadata_stays_below_the_limit_of_the_event_log(line: dict[str, Any]) -> None:
    documents = {name: r for name, r in line.items() if name not in ("checks", "questions")}
    for name, result in documents.items():
        size = sum(len(str(getattr(v, "value", v))) for v in result.metadata.values())
        assert size < 256_000, f"{name}: {size}"


def test_the_same_again_is_reused_and_says_so(line: dict[str, Any], bench: Workbench) -> None:
    run = {"context": context_for("penguins"), "workbench": bench}
    again = dataset(raw_upload=line["raw"].value, **run)
    assert again.value == line["data"].value
    assert "reused from run" in again.metadata["result"]
    assert "reused" not in line["data"].metadata["result"]


def test_a_setting_that_a_stage_does_not_read_does_not_make_it_stale(
    line: dict[str, Any], bench: Workbench
) -> None:
    raw: RawUpload = line["raw"].value
    other = raw.model_copy(
        update={"settings": raw.settings.model_copy(update={"time_budget_s": 9.0})}
    )
    run = {"context": context_for("penguins"), "workbench": bench}
    again = schema_deduction(raw_upload=other, dataset=line["data"].value, **run)
    assert "reused from run" in again.metadata["result"]
    wanted = other.model_copy(
        update={"settings": raw.settings.model_copy(update={"target": "island"})}
    )
    changed = schema_deduction(raw_upload=wanted, dataset=line["data"].value, **run)
    assert changed.value.target.name == "island"


def test_another_last_step_leaves_every_stage_before_it_as_it_is(
    line: dict[str, Any], bench: Workbench
) -> None:
    """The search of the pipeline is changed: nothing before the pipeline is made again."""
    raw: RawUpload = line["raw"].value
    spec: PipelineSpec = line["pipeline"].value
    steps = [
        {**s.model_dump(), "params": {"families": ["linear"]}} if s.kind == "train" else s
        for s in spec.steps
    ]
    settings = raw.settings.model_copy(update={"pipeline": {"steps": steps}})
    raw = raw.model_copy(update={"settings": settings})
    run = {"context": context_for("penguins"), "workbench": bench}
    read = {"dataset": line["data"].value, "schema_deduction": line["schema"].value}
    found = line["findings"].value
    findings_again, *_ = findings(raw_upload=raw, **read, **run)
    again = {
        "dataset": dataset(raw_upload=raw, **run),
        "schema": schema_deduction(raw_upload=raw, dataset=line["data"].value, **run),
        "report": eda_report(raw_upload=raw, **read, **run),
        "findings": findings_again,
        "pipeline": only(pipeline(raw_upload=raw, findings=found, **read, **run)),
    }
    made = {name for name, r in again.items() if "reused" not in str(r.metadata["result"])}
    assert made == {"pipeline"}
    assert again["pipeline"].value.steps[-2].params == {"families": ["linear"]}
    assert again["pipeline"].metadata["mermaid"].count("-->") == sum(
        len(s.after) for s in spec.steps
    )


def test_a_batch_is_scored_by_the_champion_and_its_drift_measured(
    line: dict[str, Any], bench: Workbench
) -> None:
    assert line["evaluation"].value.promoted == "champion"
    lines = bench.store.storage.get("uploads/penguins/data.csv").decode().splitlines()
    put_rows = "\n".join([lines[0], *lines[150:250]]) + "\n"
    bench.store.storage.put("predict/penguins/Monday.csv", put_rows.encode())
    run = {"context": context_for("penguins"), "workbench": bench}
    bench.store.storage.put("predict/penguins/Lacking.csv", b"other\n1\n")
    with pytest.raises(dg.Failure, match=r"predict/penguins/Lacking\.csv: The data has none"):
        [*predictions(config=BatchConfig(file="predict/penguins/Lacking.csv"), **run)]
    (refused,) = history_of(bench.store, "penguins").refused
    assert refused.file == "predict/penguins/Lacking.csv"
    assert refused.reason.startswith("The data has none")
    bench.store.storage.delete(refused.file)
    batch: PredictionBatch = value_of(predictions(config=BatchConfig(), **run))
    assert (batch.rows, batch.model_version) == (100, "1")
    assert batch.csv_key == f"predictions/penguins/{batch.batch}/1.csv"
    written = bench.store.storage.get(batch.csv_key).decode().splitlines()
    assert len(written) == 101
    assert "prediction" in written[0]
    assert "probability_Adelie" in written[0]
    again = value_of(predictions(config=BatchConfig(file="predict/penguins/Monday.csv"), **run))
    assert again == batch  # scored again, replaced by the same
    result, *checks = drift(predictions=batch, **run)
    measured: DriftReport = result.value
    assert measured.rows == 100
    assert [(c.check_name, c.passed) for c in checks] == [
        ("columns_are_stable", measured.verdict == "stable"),
        ("usual_volume", True),
    ]
    trained = line["model"].value
    compared = {*trained.features, f"{trained.target} (predicted)"}
    assert {c.name for c in measured.columns} == compared


def test_scoring_a_batch_again_replaces_only_that_batch(
    line: dict[str, Any], bench: Workbench
) -> None:
    assert line["evaluation"].value.promoted == "champion"
    header, *rows = bench.store.storage.get("uploads/penguins/data.csv").decode().splitlines()
    run = {"context": context_for("penguins"), "workbench": bench}

    def scored(day: str, part: list[str], *, reasons: bool = False) -> PredictionBatch:
        key = f"predict/penguins/{day}.csv"
        bench.store.storage.put(key, "\n".join([header, *part]).encode())
        result: PredictionBatch = value_of(
            predictions(config=BatchConfig(file=key, reasons=reasons), **run)
        )
        return result

    first, second = scored("tuesday", rows[:40]), scored("wednesday", rows[40:90])
    kept = bench.store.storage.get(second.csv_key)
    assert b"reason_1" not in kept
    corrected = scored("tuesday", rows[:35], reasons=True)
    assert corrected.csv_key == first.csv_key
    assert len(bench.store.storage.get(corrected.csv_key).decode().splitlines()) == 36
    assert bench.store.storage.get(second.csv_key) == kept
    again = csv.DictReader(bench.store.storage.get(corrected.csv_key).decode().splitlines())
    named = {"reason_1", "reason_3_effect"} <= set(again.fieldnames or [])
    assert named or any(note.startswith("No reasons") for note in corrected.notes)
    sources = {row["data_sha256"] for row in csv.DictReader(kept.decode().splitlines())}
    assert sources == {second.data_sha256}


def test_the_id_and_kept_columns_of_the_file_are_in_the_predictions(
    line: dict[str, Any], bench: Workbench
) -> None:
    assert line["evaluation"].value.promoted == "champion"
    settings = b"id: tag\nkeep: [island, prediction, absent]\n"
    bench.store.storage.put("uploads/penguins/pipeweave.yaml", settings)
    header, *rows = bench.store.storage.get("uploads/penguins/data.csv").decode().splitlines()
    tagged = [f"00{n},said,{row}" for n, row in enumerate(rows[:30])]
    key = "predict/penguins/tagged.csv"
    text = "\n".join([f"Tag,prediction,{header}", *tagged])
    bench.store.storage.put(key, text.encode())
    run = {"context": context_for("penguins"), "workbench": bench}
    try:
        batch = value_of(predictions(config=BatchConfig(file=key), **run))
    finally:
        bench.store.storage.delete("uploads/penguins/pipeweave.yaml")
    written = [*csv.DictReader(bench.store.storage.get(batch.csv_key).decode().splitlines())]
    assert [*written[0]][:5] == ["row_id", "tag", "island", "prediction_of_input", "prediction"]
    assert [row["tag"] for row in written] == [f"00{n}" for n in range(30)]
    assert {row["prediction_of_input"] for row in written} == {"said"}
    given = [row["island"] for row in csv.DictReader([header, *rows[:30]])]
    assert [row["island"] for row in written] == given
    assert not {"Tag", "tag", "prediction"} & set(batch.ignored_columns)
    assert any("absent" in note and "not copied" in note for note in batch.notes)


@contextmanager
def challenger_like(line: dict[str, Any], bench: Workbench) -> Iterator[None]:
    """For a while the data set has a challenger, version 2, that predicts as the champion does."""
    trained, before = line["model"].value, aliases_of(bench.store, "penguins")
    link = trained.mlflow.model_copy(update={"model_version": "2"})
    twin = trained.model_copy(update={"mlflow": link})
    origin = (line["pipeline"].value, line["data"].value)
    save_version(bench.store, "penguins", twin, line["evaluation"].value, origin)
    record_aliases(bench.store, "penguins", {**before, "challenger": "2"})
    yield
    record_aliases(bench.store, "penguins", before)


def of_champion(report: PerformanceReport, batch: str) -> BatchRecord:
    """The record of a batch as the champion scored it."""
    (found,) = [b for b in report.batches if (b.batch, b.role) == (batch, "champion")]
    return found


def test_performance_is_estimated_until_labels_arrive_late_and_in_parts(
    line: dict[str, Any], bench: Workbench, tmp_path: Path
) -> None:
    storage, run = bench.store.storage, {"context": context_for("penguins"), "workbench": bench}
    header, *rows = storage.get("uploads/penguins/data.csv").decode().splitlines()
    part = [rows[n] for n in range(0, 344, 3)]
    key = "predict/penguins/march.csv"
    tagged = [f"{n:03},{row}" for n, row in enumerate(part)]
    storage.put(key, "\n".join([f"Tag,{header}", *tagged]).encode())
    storage.put("uploads/penguins/pipeweave.yaml", b"id: tag\n")
    storage.put("labels/penguins/early.csv", b"species\nAdelie\n")
    try:
        batch = value_of(predictions(config=BatchConfig(file=key), **run))
        [*drift(predictions=batch, **run)]
        assert shadow(predictions=batch, **run).value.reason == "The data set has no challenger."
        with challenger_like(line, bench):
            beside: ShadowBatch = shadow(predictions=batch, **run).value
        first, _ = performance(**run)
        before: PerformanceReport = first.value
        with pytest.raises(PipeWeaveError, match=r"'early\.csv' have no column `tag`"):
            measure_performance(bench, "penguins", tmp_path, labels_required=True)
        truth = [row["species"] for row in csv.DictReader([header, *part])]
        late = [f"{n:03},{species}" for n, species in enumerate(truth[:60])]
        april = "\n".join(["tag,species", *late]).encode()
        storage.put("labels/penguins/april.csv", april)
        for_labels = performance(**run | {"context": context_for("penguins", {LABELS_TAG: "x"})})
        result, check = next(for_labels), next(for_labels)
        with pytest.raises(dg.Failure, match=r"'early\.csv' have no column `tag`"):
            next(for_labels)
        assert result.value.refused == before.notes, "the labels of the other file were measured"
        history = history_of(bench.store, "penguins")
        storage.delete("labels/penguins/early.csv")
        for_labels = performance(**run | {"context": context_for("penguins", {LABELS_TAG: "x"})})
        mended, *_ = for_labels
        assert mended.value.refused == []
        assert "early.csv" not in " ".join(mended.value.notes)
        storage.delete("labels/penguins/april.csv")
        removed, *_ = performance(**run | {"context": context_for("penguins", {LABELS_TAG: "x"})})
        assert history_of(bench.store, "penguins").labelled_since(0) == 0
        storage.put("labels/penguins/april.csv", april)
    finally:
        storage.delete("uploads/penguins/pipeweave.yaml")
    metric, waiting = before.metric, of_champion(before, batch.batch)
    assert "early.csv" in before.notes[0]
    assert (waiting.labelled, waiting.measured) == (0, {})
    assert waiting.estimated[metric].low is not None
    measured = of_champion(result.value, batch.batch)
    assert (measured.labelled, measured.estimated) == (60, waiting.estimated)
    assert {metric} <= measured.measured.keys() & measured.estimated_labelled.keys()
    assert (check.check_name, check.passed) == ("as_good_as_tested", True)
    assert (of_champion(removed.value, batch.batch).measured, removed.value.labelled) == ({}, 0)
    stored = [storage.get(key).decode() for key in (batch.csv_key, beside.csv_key)]
    assert (beside.model_version, beside.rows) == ("2", batch.rows)
    assert stored[1] == stored[0].replace("pipeweave-penguins/1", "pipeweave-penguins/2")
    traced = [trace_row(bench, "penguins", batch.batch, 3, version) for version in (None, "2")]
    assert [t.origin.model_version for t in traced] == ["1", "2"]
    compared = result.value.comparison
    assert (compared.rows, compared.verdict) == (60, "not distinguishable")
    assert history.labelled_since(0) == 60
    assert [a.rows for a in history.arrivals] == [60]
    assert "march" in result.metadata["batches"].value
    with pytest.raises(PipeWeaveError, match="no column is declared") as refused:
        measure_performance(bench, "penguins", tmp_path, labels_required=True)
    storage.delete("datasets/penguins/models/2.json")
    assert "`id: order_id`" in refused.value.text


def test_a_prediction_leads_back_to_its_line_and_is_the_same_again(
    line: dict[str, Any], bench: Workbench, tmp_path: Path
) -> None:
    assert line["evaluation"].value.promoted == "champion"
    header, *rows = bench.store.storage.get("uploads/penguins/data.csv").decode().splitlines()
    noted = [f'{row},"said, on{chr(10)}two lines"' for row in rows[:20]]
    key = "predict/penguins/Traced.csv"
    bench.store.storage.put(key, "\n".join([f"{header},note", *noted]).encode())
    scored = []
    for number in range(2):
        (work := tmp_path / str(number)).mkdir()
        scored.append(
            score(bench, "penguins", fetch_batch(bench, "penguins", key, work), work, stamped=True)
        )
    for kind in ("parquet", "csv"):
        assert getattr(scored[0], kind).read_bytes() == getattr(scored[1], kind).read_bytes()
    with ThreadPoolExecutor() as together:  # two runs of one batch deliver at the same time
        runs = zip(scored, ("run-a", "run-b"), strict=True)
        jobs = [together.submit(deliver, bench, "penguins", s, run) for s, run in runs]
        assert jobs[0].result() == jobs[1].result()
    found = trace_row(bench, "penguins", "Traced.csv", 7)
    assert found.place.line == 2 + 2 * 7
    given = next(csv.DictReader([header, rows[7]]))
    assert {name: found.place.values[name] for name in given} == {
        name: value or None for name, value in given.items()
    }
    assert found.prediction["row_id"] == "7"
    assert found.origin.run_id in {"run-a", "run-b"}
    for key, of in (("parquet_key", "parquet"), ("csv_key", "csv")):
        stored = bench.store.storage.get(getattr(scored[0].batch, key))
        assert hashlib.sha256(stored).hexdigest() == getattr(found.origin, of).sha256
    with pytest.raises(PipeWeaveError, match="no row 20"):
        trace_row(bench, "penguins", "traced.csv", 20)


def test_nothing_to_score_is_not_found(bench: Workbench) -> None:
    with pytest.raises(dg.Failure, match="NOT_FOUND"):
        value_of(
            predictions(context=context_for("empty-zone"), config=BatchConfig(), workbench=bench)
        )


def test_no_champion_is_not_found(bench: Workbench) -> None:
    bench.store.storage.put("predict/untrained/x.csv", b"a,b\n1,2\n")
    with pytest.raises(dg.Failure, match="has no champion"):
        value_of(
            predictions(context=context_for("untrained"), config=BatchConfig(), workbench=bench)
        )


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty", b"", "empty"),
        ("garbage", bytes(range(256)) * 40, ""),
        ("header-only", b"a,b,c\n", "row"),
    ],
)
def test_what_cannot_be_read_fails_with_its_code(
    bench: Workbench, name: str, content: bytes, words: str
) -> None:
    put(bench, name, content)
    run = {"context": context_for(name), "workbench": bench}
    raw = raw_upload(config=LaunchConfig(), **run).value
    with pytest.raises(dg.Failure) as caught:
        dataset(raw_upload=raw, **run)
    assert caught.value.description is not None
    assert caught.value.description.startswith("VALIDATION_ERROR: ")
    assert words in caught.value.description
    assert caught.value.metadata["code"].value == "VALIDATION_ERROR"
    assert not caught.value.allow_retries


def test_a_wrong_target_offers_the_nearest_names(bench: Workbench) -> None:
    put(bench, "wrong-target", b"age,weight,height\n1,2,3\n4,5,6\n")
    run = {"context": context_for("wrong-target"), "workbench": bench}
    raw = raw_upload(config=LaunchConfig(target="wieght"), **run).value
    data = dataset(raw_upload=raw, **run).value
    with pytest.raises(dg.Failure, match=r"VALIDATION_ERROR: .*'weight'"):
        schema_deduction(raw_upload=raw, dataset=data, **run)


def test_the_next_version_is_compared_with_the_published_one(
    line: dict[str, Any], bench: Workbench
) -> None:
    documents = {"raw_upload": "raw", "dataset": "data", "schema_deduction": "schema"}
    entries = {
        asset: Entry(
            document=bench.store.save(line[name].value), key="k", run_id="first", made_at=1.0
        )
        for asset, name in {**documents, "findings": "findings"}.items()
    }
    head = Head(dataset="grown", run_id="first", moved_at=1.0, entries=entries)
    bench.store.storage.put("datasets/grown/HEAD.json", head.model_dump_json().encode())
    run = {"context": context_for("grown"), "workbench": bench}
    same = version_before(bench.store, "grown", line["data"].value, line["raw"].value)
    assert same is None  # the published version itself was the first
    # Only a setting was changed: of the data there is nothing to compare.
    read_otherwise = line["data"].value.model_copy(update={"notes": ["read otherwise"]})
    assert version_before(bench.store, "grown", read_otherwise, line["raw"].value) is None

    lines = bench.store.storage.get("uploads/penguins/data.csv").decode().splitlines()
    put(bench, "grown", "\n".join([lines[0], *lines[1::3]]).encode())
    put(bench, "grown", b"columns: {bill: {type: categorical}}\n", "pipeweave.yaml")
    raw = raw_upload(config=CONFIG, **run).value
    data = dataset(raw_upload=raw, **run).value
    schema = schema_deduction(raw_upload=raw, dataset=data, **run).value
    read = {"raw_upload": raw, "dataset": data, "schema_deduction": schema}
    result, *checks = findings(**read, **run)
    told = {c.check_name: c for c in checks}
    assert not told["drift"].passed
    assert "PW702" in told["drift"].metadata["codes"].value
    assert "PW509" in told["columns"].metadata["codes"].value
    assert "'bill'" in str(told["columns"].description)
    assert result.value.compared_with.dataset == line["data"].value.sha256

    moved = head.model_copy(
        update={
            "entries": {
                "dataset": entries["dataset"].model_copy(
                    update={"document": bench.store.save(data)}
                ),
                "schema_deduction": entries["schema_deduction"],
                "findings": entries["findings"].model_copy(
                    update={"document": bench.store.save(result.value)}
                ),
            }
        }
    )
    bench.store.storage.put("datasets/grown/HEAD.json", moved.model_dump_json().encode())
    again, *_ = findings(**read, **run)
    assert "reused from run" in again.metadata["result"]
    report = eda_report(**read, **run)
    assert report.value.summary["drift"]["rows"] == 344


def test_costs_and_sensitive_columns_of_the_settings_reach_the_pipeline(bench: Workbench) -> None:
    rows = "".join(f"{i % 13},{'uv'[i % 2]},{'no' if i % 3 else 'yes'}\n" for i in range(90))
    put(bench, "told", f"age,sex,left\n{rows}".encode())
    said = "target: left\nsensitive: [sex]\ncosts: {false_positive: 1, false_negative: 8}\n"
    put(bench, "told", said.encode(), "pipeweave.yaml")
    run = {"context": context_for("told"), "workbench": bench}
    raw = raw_upload(config=LaunchConfig(), **run).value
    data = dataset(raw_upload=raw, **run).value
    schema = schema_deduction(raw_upload=raw, dataset=data, **run).value
    read = {"dataset": data, "schema_deduction": schema}
    spec = only(pipeline(raw_upload=raw, findings=Findings(findings=[]), **read, **run)).value
    assert spec.sensitive == ["sex"]
    assert spec.costs == Costs(false_positive=1, false_negative=8)


def test_a_constant_target_stops_the_line_at_the_findings(bench: Workbench) -> None:
    rows = "".join(f"{i},{i % 7},yes\n" for i in range(200))
    put(bench, "constant", f"a,b,outcome\n{rows}".encode())
    run = {"context": context_for("constant"), "workbench": bench}
    raw = raw_upload(config=LaunchConfig(target="outcome"), **run).value
    data = dataset(raw_upload=raw, **run).value
    schema = schema_deduction(raw_upload=raw, dataset=data, **run).value
    told: list[Any] = []
    with pytest.raises(dg.Failure, match="VALIDATION_ERROR"):
        told.extend(findings(raw_upload=raw, dataset=data, schema_deduction=schema, **run))
    checks = [r for r in told if isinstance(r, dg.AssetCheckResult)]
    assert [r for r in checks if not r.passed and r.severity == dg.AssetCheckSeverity.ERROR]
    attempt = bench.store.attempt("constant")
    assert attempt is not None
    assert attempt.blocked


def test_no_upload_is_not_found(bench: Workbench) -> None:
    with pytest.raises(dg.Failure, match="NOT_FOUND"):
        raw_upload(context=context_for("nothing"), config=LaunchConfig(), workbench=bench)
    assert "nothing" not in bench.store.datasets()  # a late run of a data set that was renamed
    put(bench, "settings-only", b"target: a\n", "pipeweave.yaml")
    with pytest.raises(dg.Failure, match="NOT_FOUND"):
        raw_upload(context=context_for("settings-only"), config=LaunchConfig(), workbench=bench)
    assert bench.store.attempt("settings-only") is not None


def test_a_wrong_setting_names_the_right_one(bench: Workbench) -> None:
    put(bench, "typo", b"a,b\n1,2\n")
    put(bench, "typo", b"targte: a\n", "pipeweave.yaml")
    with pytest.raises(dg.Failure, match="Did you mean 'target'"):
        raw_upload(context=context_for("typo"), config=LaunchConfig(), workbench=bench)


def test_the_limit_holds_before_a_byte_is_read(bench: Workbench, tmp_path: Path) -> None:
    folder = Path(bench.store.storage.url) / "uploads" / "sparse"
    folder.mkdir(parents=True)
    with (folder / "huge.csv").open("wb") as file:
        file.truncate(1_025 << 20)
    with pytest.raises(dg.Failure, match="MAX_DATASET_SIZE_MB"):
        raw_upload(context=context_for("sparse"), config=LaunchConfig(), workbench=bench)
    (folder / "huge.csv").unlink()


def test_a_model_of_another_target_does_not_take_over_the_champion(
    line: dict[str, Any], bench: Workbench
) -> None:
    from pipeweave_dagster.services.champion_decision import decide

    trained: TrainedModel = line["model"].value
    other = trained.model_copy(update={"target": "island"})
    assert other.mlflow is not None
    moved = other.mlflow.model_copy(update={"model_version": "2"})
    other = other.model_copy(update={"mlflow": moved})
    decision = decide(bench, "penguins", other, line["evaluation"].value)
    assert decision.alias == "challenger"
    assert "It predicts 'island', but the champion predicts 'species'" in decision.reason
    assert "models promote penguins --version 2 --force --reason TEXT" in decision.reason


def test_a_second_model_tested_on_the_same_rows_is_their_use_2(
    line: dict[str, Any], bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows and features with another search: the test rows are the same ones."""
    from pipeweave_dagster.services.evaluation import evaluate_and_promote
    from pipeweave_dagster.services.training import train_and_log

    scores_alone(monkeypatch)
    first: Evaluation = line["evaluation"].value
    assert first.holdout_use == 1
    spec: PipelineSpec = line["pipeline"].value
    steps = [
        s.model_copy(update={"params": {"families": ["linear"]}}) if s.kind == "train" else s
        for s in spec.steps
    ]
    other = spec.model_copy(update={"steps": steps})
    data, found = line["data"].value, line["findings"].value
    plan = (other, data)
    tags = {"pipeweave.dataset": "penguins"}
    trained = train_and_log(bench, "penguins", plan, tmp_path, 1.0, tags)
    bench.store.save_payloads(trained, tmp_path)
    (tmp_path / "told").mkdir()
    second = evaluate_and_promote(
        bench, "penguins", (other, found, data), trained, tmp_path / "told"
    )
    assert trained.test_digest == line["model"].value.test_digest
    assert second.holdout_use == 2
    card = (tmp_path / "told" / "model_card.md").read_text()
    assert "Evaluations on these test rows: 2; a score chosen among several is optimistic." in card


def test_the_overview_follows_the_alias_in_the_registry(
    line: dict[str, Any], bench: Workbench
) -> None:
    """Runs after the second model was trained, whatever was decided about that one."""
    from pipeweave_dagster.services.champion import set_alias, with_alias
    from pipeweave_dagster.services.model_aliases import aliases_of, recorded
    from pipeweave_dagster.services.overview import entry_of

    for version in ("2", "1"):
        set_alias(bench, "penguins", version, "champion")
        found = with_alias(bench, "penguins", "champion").current
        assert found is not None
        shown = entry_of(bench.store, "penguins").champion
        assert shown is not None
        assert shown.version == found.link.model_version == version
    assert recorded(bench.store, "penguins") == aliases_of(bench.store, "penguins")
    assert aliases_of(bench.store, "penguins")["previous"] == "2"
