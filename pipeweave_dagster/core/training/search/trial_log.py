"""Keep finished folds of a search on disk, so that a resumed search repeats none of them.

One JSON line per fold, and its output for the validation rows as a `.npy` file; the line is written
last, so a line stands for complete data. Models are not kept: the few that are chosen in the end
are fitted again, which gives the same ones.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.search.cv_result import (
    CvResult,
    FoldRun,
    add_output,
    new_result,
)

_log = logging.getLogger(__name__)

_FILE = "trials.jsonl"
OnFold: TypeAlias = Callable[[str, float], None]
OnExtension: TypeAlias = Callable[[float], None]


class TrialLog:
    """The record of one search; without a folder nothing is kept.

    Args:
        folder: Belongs to one pipeline, table and seed; created if absent.
        on_fold: Called with each finished fold: the candidate's name, and the score.
        on_extension: Called with the seconds of a budget that is extended.
    """

    def __init__(
        self,
        folder: Path | None = None,
        on_fold: OnFold | None = None,
        on_extension: OnExtension | None = None,
    ) -> None:
        self.folder = folder
        self._on_fold, self._on_extension = on_fold, on_extension
        self.lines: list[dict[str, Any]] = []
        if folder is not None and (folder / _FILE).exists():
            self.lines = list(_read_lines(folder / _FILE))

    @property
    def crosses(self) -> list[FrameEntry] | None:
        """The feature crosses of the search; None if it did not get that far."""
        return next((line["made"] for line in self.lines if "made" in line), None)

    def record_crosses(self, crosses: list[FrameEntry]) -> None:
        """Record the feature crosses."""
        if self.crosses is None:
            self._write({"made": crosses})

    def record_fold(self, candidate: Candidate, fold: int, run: FoldRun) -> None:
        """Record a finished fold."""
        if self._on_fold is not None and run.score is not None:
            self._on_fold(candidate.name, run.score)
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{candidate.name}.{fold}.npy"
        with (self.folder / name).open("wb") as file:
            np.save(file, run.output, allow_pickle=False)
        self._write(
            {
                "name": candidate.name,
                "family": candidate.family,
                "params": candidate.params,
                "fold": fold,
                "score": run.score,
                "rounds": run.fit.rounds,
                "cut": run.fit.cut,
                "seconds": round(run.seconds, 4),
                "output": name,
                "ended_at": time.time(),
            }
        )

    def record_extension(self, budget_s: float, at: float) -> None:
        """Record a longer budget, for those who watch; `at` is a moment of the monotonic clock."""
        if self._on_extension is not None:
            self._on_extension(budget_s)
        self._write({"extended_to_s": budget_s, "at": at})

    def candidates(self) -> list[Candidate]:
        """Return the candidates with at least one fold, in the order in which they were started."""
        found: dict[str, Candidate] = {}
        for line in self.lines:
            if "name" in line:
                candidate = Candidate(line["name"], line["family"], line["params"])
                found.setdefault(line["name"], candidate)
        return list(found.values())

    def restore(self, candidate: Candidate, cache: FoldCache) -> CvResult:
        """Return a candidate with its recorded folds, except those that were cut short.

        (With more time they may do better.)
        """
        result = new_result(candidate, cache)
        for line in self.lines:
            if line.get("name") != candidate.name or line["cut"]:
                continue
            if line["fold"] != result.folds_done or line["params"] != candidate.params:
                continue
            output = self._output(line["output"])
            valid = cache.problem.folds[result.folds_done][1]
            if output is None or output.shape != result.oof[valid].shape:
                continue
            add_output(result, valid, output, line["score"])
            result.seconds += line["seconds"]
            if line["rounds"]:
                result.round_counts.append(line["rounds"])
        return result

    def _output(self, name: str) -> Any:
        path = self.folder / Path(name).name if self.folder is not None else Path(name)
        try:
            return np.load(path, allow_pickle=False)
        except (OSError, ValueError):
            return None

    def _write(self, line: dict[str, Any]) -> None:
        self.lines.append(line)
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield complete lines; the last one may be torn if the process was killed while writing."""
    for text in path.read_text(encoding="utf-8").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            _log.warning("an incomplete line of the trial log was ignored")
            continue
        if isinstance(line, dict):
            yield line
