"""Training as a run does it, in the child process, and what comes of it."""

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from acceptance.common import Bench, Read
from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.core.documents import (
    DatasetSettings,
    Evaluation,
    Findings,
    PipelineSpec,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation import evaluate
from pipeweave_dagster.core.metrics.scored_test import ScoredTest, read_scored_test
from pipeweave_dagster.core.model.bundle_file import load_bundle
from pipeweave_dagster.core.pipelines import plan
from pipeweave_dagster.core.quality import inspect
from pipeweave_dagster.core.training import train

NOISE = "a column of noise"
_LIMIT_S = 600
Change = Callable[[pd.DataFrame, str], pd.DataFrame]


@dataclass
class Model:
    """A trained model with all that it came from."""

    read: Read
    spec: PipelineSpec
    findings: Findings
    trained: TrainedModel
    folder: Path
    worker: Worker
    used_s: float

    @cached_property
    def outcome(self) -> ScoredTest:
        """Truth and outputs on the test rows."""
        return read_scored_test(self.trained, self.folder / self.trained.test_rows.name)

    @cached_property
    def bundle(self) -> dict[str, Any]:
        """The model whose test scores are told."""
        return load_bundle(self.folder / (self.trained.evaluated or self.trained.model).name)

    @cached_property
    def evaluation(self) -> Evaluation:
        """Its scores and what is asked of it."""
        out = self.folder / "told"
        out.mkdir()
        return self.worker.call(
            _LIMIT_S, evaluate, trained=self.trained, spec=self.spec,
            model=self.folder / (self.trained.evaluated or self.trained.model).name,
            test_rows=self.folder / self.trained.test_rows.name, out=out,
            origin=(self.read.data, self.findings),
        )  # fmt: skip


class Trainer:
    """Trains sets of the index, each variant once, in one child process."""

    def __init__(self, bench: Bench, worker: Worker, budget_s: float) -> None:
        self.bench, self.worker, self.budget_s = bench, worker, budget_s
        with (bench.data / "tabular" / "INDEX.tsv").open(newline="", encoding="utf-8") as index:
            self.index = {row["name"]: row for row in csv.DictReader(index, delimiter="\t")}
        self._known: dict[tuple[str, str], Model] = {}

    def target(self, name: str) -> str:
        """The target as it is called after reading (`col 9 (no header)` is `column_9`)."""
        told = self.index[name]["target"].strip()
        return f"column_{told.split()[1]}" if "no header" in told else told

    def file(self, name: str, change: Change | None, tag: str) -> Path:
        """The file of a set, or one with the changed table."""
        own = self.bench.data / "tabular" / name / self.index[name]["file"]
        if change is None:
            return own
        target = self.target(name)
        table = self.bench.read([own], target=target).table().to_pandas()
        path = self.bench.scratch / f"{name}-{tag}.csv"
        change(table[table[target].notna()].reset_index(drop=True), target).to_csv(
            path, index=False
        )
        return path

    def model(
        self, name: str, tag: str = "as it is", change: Change | None = None, budget_s: float = 0
    ) -> Model:
        """The model of a set; `tag` names what was changed in its table."""
        if (name, tag) not in self._known:
            self._known[name, tag] = self._trained(name, tag, change, budget_s or self.budget_s)
        return self._known[name, tag]

    def planned(
        self, name: str, tag: str = "as it is", change: Change | None = None
    ) -> tuple[Read, Findings, PipelineSpec]:
        """The line up to the pipeline."""
        target, task = self.target(name), self.index[name]["task"]
        read = self.bench.read([self.file(name, change, tag)], target=target, task=task)
        settings = DatasetSettings(target=target, task=task)
        findings = inspect(read.snapshot, read.schema, read.data, settings)
        return read, findings, plan(read.snapshot, read.schema, findings, settings)

    def _trained(self, name: str, tag: str, change: Change | None, budget_s: float) -> Model:
        read, findings, spec = self.planned(name, tag, change)
        folder = self.bench.scratch / f"{name}-{tag}-model"
        folder.mkdir()
        began = time.time()
        trained = self.worker.call(
            _LIMIT_S, train, spec=spec,
            data=read.data, out=folder, budget_s=budget_s, started_at=began,
        )  # fmt: skip
        used = time.time() - began
        return Model(read, spec, findings, trained, folder, self.worker, used)
