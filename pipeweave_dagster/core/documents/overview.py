"""The document of the overview: the state of every data set, and what its runs took."""

import operator
from typing import ClassVar, Literal

from pydantic import Field

from pipeweave_dagster.core.documents.base import Document, Part


class ModelEntry(Part):
    """One registered model version of the overview, with its main test score.

    `gain` is the score's share of the way from the baseline without features to a perfect score,
    so that models of different data sets and metrics can be ranked.
    """

    version: str
    model: str
    target: str | None = None
    score: str | None = None
    reason: str = ""
    gain: float | None = Field(default=None, exclude_if=lambda value: value is None)


class AssetTime(Part):
    """How many runs have made an asset, and the seconds that this took in all."""

    runs: int = 0
    seconds: float = 0.0

    def plus(self, seconds: float, runs: int = 1) -> "AssetTime":
        """Return the sum of both."""
        return AssetTime(runs=self.runs + runs, seconds=self.seconds + seconds)


class RunFigures(Part):
    """How the latest runs of a data set ended, and the seconds that they took.

    `seconds` is the time from the first asset to the end of all runs that have ended; that of
    `assets` is a part of it. Runs that began before this was recorded are not counted.
    """

    succeeded: int = 0
    failed: int = 0
    running: int = 0
    seconds: float = 0.0
    assets: dict[str, AssetTime] = {}

    @property
    def success_rate(self) -> float | None:
        """The share of ended runs that succeeded; None before the first has ended."""
        ended = self.succeeded + self.failed
        return self.succeeded / ended if ended else None


class LatestBatch(Part):
    """The newest scored batch of a data set: its drift, and its score once labels are in.

    `scored_at` is in seconds since 1970, `drifted` the number of columns that have drifted, and
    `measured` such as `roc_auc 0.81`.
    """

    batch: str
    scored_at: float
    rows: int
    verdict: Literal["stable", "drifted", "too few rows", ""] = ""
    drifted: int = 0
    measured: str = ""


class DatasetEntry(Part):
    """One row of the overview: the state of a data set.

    `model` and `score` are those of the champion; without one, those of the newest model. `target`
    is that of the current schema; a champion of an earlier run may have another. `no_model` is the
    reason why a data set without a target has no model. `problems` names stored records and
    documents that are damaged or missing. `runs`, `batch` and `advice_usd` (the cost of recorded
    advice) are in the overview only.
    """

    dataset: str
    version: str
    rows: int | None = None
    target: str | None = None
    no_model: str = Field(default="", exclude_if=operator.not_)
    blocked: list[str] = []
    alerts: int = 0
    model: str | None = None
    score: str | None = None
    champion: ModelEntry | None = None
    challenger: ModelEntry | None = None
    last_attempt: str = ""
    updated_at: str = ""
    problems: list[str] = []
    runs: RunFigures | None = Field(default=None, exclude_if=lambda value: value is None)
    batch: LatestBatch | None = Field(default=None, exclude_if=lambda value: value is None)
    advice_usd: float = Field(default=0.0, exclude_if=operator.not_)

    @property
    def model_target(self) -> str | None:
        """Return what `model` predicts: the champion's target, or else the current one."""
        return (self.champion.target if self.champion else None) or self.target

    @property
    def needs_attention(self) -> bool:
        """Whether its last run failed, its newest batch has drifted, or records are damaged."""
        drifted = self.batch is not None and self.batch.verdict == "drifted"
        return self.last_attempt.startswith("failed") or drifted or bool(self.problems)


class OverviewTotals(Part):
    """Sums over all data sets of an overview.

    `published` data sets have a complete version, `failing` ones a last run that failed.
    """

    datasets: int = 0
    published: int = 0
    champions: int = 0
    failing: int = 0
    blocked: int = 0
    drifted: int = 0
    alerts: int = 0
    runs: RunFigures = RunFigures()
    advice_usd: float = 0.0


class WorkbenchOverview(Document):
    """The overview of all data sets with their models, findings, batches and runs."""

    kind: ClassVar[str] = "workbench_overview"
    datasets: list[DatasetEntry]

    def totals(self) -> OverviewTotals:
        """Return the sums over all data sets."""
        entries = self.datasets
        return OverviewTotals(
            datasets=len(entries),
            published=sum(bool(entry.updated_at) for entry in entries),
            champions=sum(entry.champion is not None for entry in entries),
            failing=sum(entry.last_attempt.startswith("failed") for entry in entries),
            blocked=sum(bool(entry.blocked) for entry in entries),
            drifted=sum(e.batch is not None and e.batch.verdict == "drifted" for e in entries),
            alerts=sum(entry.alerts for entry in entries),
            runs=_sum_of([entry.runs for entry in entries if entry.runs]),
            advice_usd=round(sum(entry.advice_usd for entry in entries), 8),
        )

    def by_attention(self) -> list[DatasetEntry]:
        """Return all data sets, those that need attention first."""
        return sorted(self.datasets, key=lambda e: (not e.needs_attention, e.dataset))

    def best(self, most: int = 10) -> list[DatasetEntry]:
        """Return the data sets with the best champions, by their gain over the baseline."""
        ranked = [e for e in self.datasets if e.champion and e.champion.gain is not None]
        ranked.sort(key=lambda e: (-(e.champion.gain or 0.0) if e.champion else 0.0, e.dataset))
        return ranked[:most]


def _sum_of(figures: list[RunFigures]) -> RunFigures:
    assets: dict[str, AssetTime] = {}
    for part in figures:
        for name, time in part.assets.items():
            assets[name] = assets.get(name, AssetTime()).plus(time.seconds, time.runs)
    return RunFigures(
        succeeded=sum(part.succeeded for part in figures),
        failed=sum(part.failed for part in figures),
        running=sum(part.running for part in figures),
        seconds=sum(part.seconds for part in figures),
        assets=assets,
    )
