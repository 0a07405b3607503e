"""Complete an evaluation of scores: importances, audit, checks, plots and the model card."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from pipeweave_dagster.core.documents import (
    Evaluation,
    EvaluationStep,
    Findings,
    Payload,
    PipelineSpec,
    Plot,
    ReadableTwin,
    Segment,
    TrainedModel,
)
from pipeweave_dagster.core.evaluation.audit.run_audit import Audit, reason_of
from pipeweave_dagster.core.evaluation.evaluation_notes import (
    cost_note,
    dropped_note,
    explained_note,
)
from pipeweave_dagster.core.evaluation.model_scores import with_checks
from pipeweave_dagster.core.evaluation.readable_twin import TwinSource, readable_twin
from pipeweave_dagster.core.evaluation.report.audit_plots import audit_plots
from pipeweave_dagster.core.evaluation.report.model_card import model_card
from pipeweave_dagster.core.evaluation.report.plots import dependence_plot, plots
from pipeweave_dagster.core.evaluation.report.twin_plots import twin_plots
from pipeweave_dagster.core.evaluation.score_notes import score_notes
from pipeweave_dagster.core.evaluation.segments import weak_segments
from pipeweave_dagster.core.evaluation.time_slice import TimeSlice
from pipeweave_dagster.core.explain.dependence import dependences
from pipeweave_dagster.core.explain.importance import importance, with_fewer_members
from pipeweave_dagster.core.explain.shap_values import contributions
from pipeweave_dagster.core.hidden_values import HIDDEN
from pipeweave_dagster.core.metrics.scored_test import ScoredTest, read_scored_test
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.pace import Pace

T = TypeVar("T")

CARD = "model_card.md"
_MOST_MEMBERS = 12
_MOST_EXPLAINED = 4
_EXPLAINED_CELLS = 300
_TWIN_SHARE = 0.5
"""Most of the time left that the readable twin gets: importances take all that there is."""
_PLOTS_S = 1.0
"""Seconds that the other steps leave for the plots, which take a few tenths of one."""


def complete_evaluation(  # noqa: PLR0913, PLR0917 - as `complete`
    evaluation: Evaluation,
    trained: TrainedModel,
    spec: PipelineSpec,
    model: Path,
    test_rows: Path,
    out: Path,
    origin: tuple[Path, Findings] | None = None,
    seconds: float | None = None,
    tested_like: Path | None = None,
) -> Evaluation:
    """Make all that follows the scores; see `pipeweave_dagster.core.evaluation.complete`."""
    scored = read_scored_test(trained, test_rows)
    work = _Work(scored, model, TimeSlice(seconds, keep_s=_PLOTS_S))
    notes = score_notes(evaluation, trained, spec, scored)
    evaluation = evaluation.model_copy(update={"notes": notes})
    audit = None if origin is None else Audit(trained, spec, origin[0], scored)
    evaluation = _canary(evaluation, audit, work)
    source = None
    if origin is not None and trained.readable_of is None:
        source = TwinSource(trained, spec, origin[0], scored, test_rows, tested_like, out)
    evaluation = _explained(evaluation, spec, work, source)
    evaluation = _audited(evaluation, audit, work)
    drawn = work.run("plots", lambda _: _plots(evaluation, scored), last=True)
    dropped = list(dict.fromkeys(work.limit.dropped))
    of_dropped = dropped_note(dropped, work.limit.cut, trained.dataset)
    notes = [*evaluation.notes, *work.notes, *of_dropped]
    cut = [step for step in dropped if step in work.limit.cut]
    update = {"plots": drawn or [], "notes": notes, "dropped": dropped, "cut": cut}
    evaluation = evaluation.model_copy(update=update)
    if origin is not None:
        evaluation = with_checks(evaluation, trained, spec, scored, origin[1])
    (out / CARD).write_text(model_card(trained, spec, evaluation), encoding="utf-8")
    return evaluation.model_copy(update={"card": Payload.of(out / CARD, "text/markdown")})


class _Work:
    """What the steps share: test rows, model, time, and notes on what failed."""

    def __init__(self, scored: ScoredTest, model: Path, limit: TimeSlice) -> None:
        self.scored, self.limit = scored, limit
        self.notes: list[str] = []
        self._model = model

    @cached_property
    def bundle(self) -> dict[str, Any]:
        """The model; loading it belongs to the first step that needs it."""
        return load_model(self._model)

    def run(
        self,
        step: EvaluationStep,
        make: Callable[[Pace], T],
        *,
        last: bool = False,
        share: float = 1.0,
    ) -> T | None:
        """Run a step within the time; one that fails leaves a note, and the others go on."""

        def attempt(pace: Pace) -> T | None:
            try:
                return make(pace)
            except Exception as error:  # noqa: BLE001 - a part that fails must not cost the others
                self.notes.append(f"No {step}: {reason_of(error)}")
            return None

        return self.limit.run(step, attempt, last=last, share=share)


def _canary(evaluation: Evaluation, audit: Audit | None, work: _Work) -> Evaluation:
    """Run the leak canary at leisure, if there was no time for it before the alias was decided."""
    canary = evaluation.canary
    if audit is not None and "leak canary" in evaluation.dropped:
        if work.limit.seconds is None:
            canary = work.run("leak canary", audit.canary)
        else:
            work.limit.dropped.append("leak canary")
            work.limit.cut += ["leak canary"] if canary is not None else []
    if canary is not None and canary.rows == 0:
        work.notes.append(canary.message)
    return evaluation.model_copy(update={"canary": canary})


def _explained(
    evaluation: Evaluation, spec: PipelineSpec, work: _Work, source: TwinSource | None
) -> Evaluation:
    """Add contributions, readable twin, importances and dependence, and weak segments."""
    scored, metric, notes = work.scored, evaluation.metric, list(evaluation.notes)
    shap, share = work.run("contributions", lambda _: _contributions(work)) or ({}, 0.0)
    twin = evaluation.readable if source is None else _twin(source, work)

    def sample() -> dict[str, Any]:
        return with_fewer_members(work.bundle, _MOST_MEMBERS)

    importances, of_importances = work.run(
        "importances",
        lambda pace: importance(sample(), scored, metric, pace=pace, first=list(shap)),
    ) or ({}, [])
    notes += of_importances
    if share:
        notes.append(explained_note(share))
    if scored.threshold is not None and spec.costs is not None:
        notes.append(cost_note(scored, spec.costs))
    ranked = [name for name, estimate in importances.items() if estimate.above_zero]
    every = dict.fromkeys([*spec.monotone, *ranked, *shap, *scored.features.columns])
    shown = [name for name in every if name not in spec.hidden]
    segments = work.run("weak segments", lambda _: weak_segments(scored, metric))
    dependence = work.run(
        "partial dependence", lambda pace: dependences(sample(), scored, shown, pace)
    )
    return evaluation.model_copy(
        update={
            "readable": twin,
            "importance": importances,
            "contributions": shap,
            "segments": [_unnamed(segment, spec.hidden) for segment in segments or []],
            "dependence": dependence or [],
            "notes": notes,
        }
    )


def _unnamed(segment: Segment, hidden: list[str]) -> Segment:
    """Return a segment without its value if that is personal."""
    return segment.model_copy(update={"values": HIDDEN}) if segment.column in hidden else segment


def _twin(source: TwinSource, work: _Work) -> ReadableTwin | None:
    return work.run("readable twin", lambda pace: readable_twin(source, pace), share=_TWIN_SHARE)


def _audited(evaluation: Evaluation, audit: Audit | None, work: _Work) -> Evaluation:
    """Add the parts of the audit, the quickest first."""
    if audit is None:
        return evaluation
    stable = work.run("stability of importances", lambda pace: audit.stability(work.bundle, pace))
    curve = work.run("learning curve", audit.curve)
    by_time = audit.spec.split.kind == "time"
    periods = work.run("scores over time", audit.periods) if by_time else None
    return evaluation.model_copy(
        update={"stability": stable, "curve": curve, "periods": periods or []}
    )


def _plots(evaluation: Evaluation, scored: ScoredTest) -> list[Plot]:
    return [
        *plots(scored, evaluation.importance, evaluation.stability),
        *audit_plots(evaluation.curve, evaluation.periods, evaluation.metric),
        *(dependence_plot(d) for d in evaluation.dependence),
        *(twin_plots(evaluation.readable) if evaluation.readable else []),
    ]


def _contributions(work: _Work) -> tuple[dict[str, float], float]:
    """Return mean absolute SHAP values by column, largest first, and the share explained."""
    scored = work.scored
    rows = max(50, _EXPLAINED_CELLS // max(1, len(scored.classes) - 1))
    bundle = with_fewer_members(work.bundle, _MOST_EXPLAINED)
    found = contributions(bundle, scored.features.iloc[:rows])
    if found is None or len(scored.y) == 0:
        return {}, 0.0
    sizes = np.abs(found.values).mean(axis=(0, 2))
    order = np.argsort(-sizes, kind="stable")
    return {found.columns[k]: float(sizes[k]) for k in order if sizes[k] > 0}, found.share
