"""The documents of ten data sets, made by the rules as the line makes them."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import (
    DatasetSettings,
    DatasetSnapshot,
    Findings,
    Payload,
    PipelineSpec,
    RawFile,
    RawUpload,
    SchemaDeduction,
)
from pipeweave_dagster.core.eda import ReportOptions, build_report
from pipeweave_dagster.core.ingest import ingest
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.schema import deduce

TEN = (
    "german_credit", "pima_diabetes", "telco_churn", "hr_attrition_ibm", "titanic3",
    "insurance_charges", "concrete_strength", "abalone", "student_math_grade", "compas_two_years",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One data set with its documents; `data` is the typed table."""

    name: str
    data: Path
    snapshot: DatasetSnapshot
    schema: SchemaDeduction
    findings: Findings
    settings: DatasetSettings

    @property
    def spec(self) -> PipelineSpec:
        """The rules' pipeline."""
        return plan(self.snapshot, self.schema, self.findings, self.settings)

    def summary(self, folder: Path) -> dict[str, Any]:
        """The report's figures."""
        options = ReportOptions(inline_limit_bytes=1 << 30, settings=self.settings)
        folder.mkdir()
        made = build_report(self.name, self.snapshot, self.schema, self.data, folder, options)
        return made.summary or {}


def load(root: Path, name: str, scratch: Path) -> Case:
    """Read a set of the folder (see `benchmarks/tabular.py` for its index)."""
    with (root / "INDEX.tsv").open(encoding="utf-8") as index:
        row = next(r for r in csv.DictReader(index, delimiter="\t") if r["name"] == name)
    file = root / name / row["file"]
    ordinal = re.fullmatch(r"col (\d+) \(no header\)", row["target"])
    target = f"column_{ordinal.group(1)}" if ordinal else row["target"].strip()
    payload = Payload.of(file)
    raw = RawFile(name=file.name, sha256=payload.sha256, size_bytes=payload.size_bytes)
    out = scratch / name
    out.mkdir()
    snapshot = ingest(RawUpload(dataset=name.replace("_", "-"), files=[raw]), [file], out)
    settings, data = DatasetSettings(target=target), out / snapshot.data.name
    schema = deduce(snapshot, data, settings)
    findings = inspect(snapshot, schema, data, settings)
    return Case(name, data, snapshot, schema, findings, settings)
