"""Whatever a file holds: inert wherever it is shown, and what is personal is shown nowhere."""

import csv
import io
import random
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    Document,
    EdaReport,
    Estimate,
    Evaluation,
    Override,
    Payload,
    PipelineSpec,
    RawFile,
    RawUpload,
    TrainedModel,
    Trial,
)
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.eda.markdown_report import summary_markdown
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.pipelines.plan import plan
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce
from pipeweave_dagster.lib.metadata import describe
from pipeweave_dagster.settings import Settings

R = random.Random(0)
HOSTILE = [
    "<script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    "[link](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    "=cmd|'/c calc'!A1",
    "a | b | `c` **d**",
    "\u202egnp.exe",
    "x" * 10_000,
]
NAMES = [f"{text} {number}" for number, text in enumerate(HOSTILE)]
FIRST, LAST = (
    ("Ann", "Bob", "Cyd", "Dan", "Eve"),
    ("Aalto", "Zweig", "Quist", "Okoro", "Ibsen", "Ueda"),
)
PEOPLE = [f"{a} {b}" for a in FIRST for b in LAST]
PERSONAL = {
    "customer_name": lambda i: PEOPLE[i % 30],
    "email": lambda i: f"user{i % 40}@private.example",
    "phone": lambda i: f"+49 30 55512{i % 50:03}",
    "ssn": lambda i: f"{100 + i % 60}-45-6789",
    "birth_date": lambda i: f"19{50 + i % 40}-03-17",
}


def written(path: Path, columns: dict[str, list[Any]]) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def line(folder: Path, columns: dict[str, list[Any]], settings: DatasetSettings) -> list[Document]:
    """The documents of a file up to the pipeline."""
    file = written(folder / "rows.csv", columns)
    raw = RawFile(name=file.name, sha256="0" * 64, size_bytes=file.stat().st_size)
    upload = RawUpload(dataset="strange", files=[raw], settings=settings)
    snapshot = ingest(upload, [file], folder)
    data = folder / "data.parquet"
    schema = deduce(snapshot, data, settings)
    found = inspect(snapshot, schema, data, settings)
    options = ReportOptions(settings=settings, samples=5)
    report = build_report("strange", snapshot, schema, data, folder, options)
    return [upload, snapshot, schema, found, report, plan(snapshot, schema, found, settings)]


def metadata_of(documents: list[Document]) -> list[str]:
    """Every text of the metadata that Dagster shows."""
    told = [describe(document, Settings()) for document in documents]
    return [str(getattr(v, "value", v)) for facts in told for v in facts.values()]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    folder = tmp_path_factory.mktemp("hostile")
    columns = {name: [R.choice(HOSTILE[:7]) for _ in range(300)] for name in NAMES}
    columns["y"] = [R.choice(["<b>yes</b>", "[no](http://evil.example)"]) for _ in range(300)]
    columns[NAMES[0]] = columns["y"]
    override = Override(finding="PW204", column=NAMES[0], reason="<img src=x> [why](http://e.x)")
    return line(folder, columns, DatasetSettings(target="y", overrides=[override]))


def inert(text: str) -> None:
    """Markdown that becomes no link, no picture, no tag; nothing reverses the text around it."""
    html = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    opened = html.replace('<img src="data:image/svg+xml;base64,', "")
    for tag in ("<script", "<img", "<a ", "<b>", "javascript:alert(1)>"):
        assert tag not in opened, (tag, text[:300])
    assert "\u202e" not in html


def test_dagsters_metadata_is_inert_and_small(hostile: list[Document]) -> None:
    for document in hostile:
        for name, value in describe(document, Settings()).items():
            if type(value).__name__ == "MarkdownMetadataValue":
                inert(str(value.value))
            size = len(str(getattr(value, "value", value)))
            assert size < 256_000, name


def test_the_markdown_summary_is_inert(hostile: list[Document]) -> None:
    report = next(d for d in hostile if isinstance(d, EdaReport))
    text = summary_markdown(report.summary or {})
    assert "## Columns" in text
    inert(text)


def test_the_card_in_mlflow_is_inert(hostile: list[Document]) -> None:
    spec = next(d for d in hostile if isinstance(d, PipelineSpec))
    file = Payload(name="m", sha256="0" * 64, size_bytes=1)
    trained = TrainedModel(
        task="binary",
        target=HOSTILE[1],
        metric="roc_auc",
        greater_is_better=True,
        features=spec.features,
        winner=HOSTILE[2],
        verdict="model",
        leaderboard=[
            Trial(name=HOSTILE[0], family="x", score=0.5, fit_seconds=1.0, state="done",
                  note=HOSTILE[3])
        ],
        rows_train=1,
        rows_test=1,
        budget_s=1,
        used_s=1,
        package_versions={},
        model=file,
        test_rows=file,
        reference=file,
        overrides=[f"PW204 {HOSTILE[0]}: {HOSTILE[2]}"],
        notes=HOSTILE[:7],
    )  # fmt: skip
    evaluation = Evaluation(
        rows=1,
        metric="roc_auc",
        metrics={"roc_auc": Estimate(value=0.5)},
        baseline={},
        verdict=HOSTILE[1],
        importance={
            name: Estimate(value=0.1, low=[0.05, -0.05][place % 2], high=0.3)
            for place, name in enumerate(HOSTILE)
        },
        notes=HOSTILE[:7],
    )
    inert(model_card(trained, spec, evaluation))


def test_no_personal_value_stands_in_any_document_metadata_or_report(tmp_path: Path) -> None:
    columns = {name: [make(i) for i in range(400)] for name, make in PERSONAL.items()}
    columns["age"] = [str(20 + i % 50) for i in range(399)] + ["Ann Aalto"]
    columns["outcome"] = [PEOPLE[i % 30] < "C" for i in range(400)]
    documents = line(tmp_path, columns, DatasetSettings(target="outcome"))
    everything = " ".join(
        [
            *(document.to_json().decode() for document in documents),
            *metadata_of(documents),
            (tmp_path / "report.html").read_text(encoding="utf-8"),
        ]
    )
    secrets = [make(i) for make in PERSONAL.values() for i in range(60)]
    assert not sorted({secret for secret in secrets if secret in everything})
