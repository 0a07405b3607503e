"""Audit a model beyond its test rows: each part runs on its own, within a time limit."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pipeweave_dagster.core.documents import (
    Canary,
    Curve,
    Period,
    PipelineSpec,
    Stability,
    TrainedModel,
)
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.evaluation.audit.canary import CRITICAL_Z, run_canary
from pipeweave_dagster.core.evaluation.audit.learning_curve import learning_curve
from pipeweave_dagster.core.evaluation.audit.periods import periods
from pipeweave_dagster.core.evaluation.audit.probe import probe_like
from pipeweave_dagster.core.evaluation.audit.stability import stability, stability_of_probes
from pipeweave_dagster.core.metrics.scored_test import ScoredTest
from pipeweave_dagster.core.training.data.input_table import Table, read_table
from pipeweave_dagster.core.training.data.row_sample import sample_rows
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set

_log = logging.getLogger(__name__)
T = TypeVar("T")

_ROWS = 10_000
_EXPLAINED_ROWS = 200


class Audit(NamedTuple):
    """The parts of the audit; None for a part that could not be computed."""

    canary: Canary | None = None
    curve: Curve | None = None
    periods: list[Period] = []
    stability: Stability | None = None
    notes: list[str] = []


def run_audit(
    trained: TrainedModel,
    spec: PipelineSpec,
    data: Path,
    bundle: dict[str, Any],
    scored: ScoredTest,
) -> Audit:
    """Run all parts on at most 10,000 rows; a part that fails leaves a note, the others go on.

    Args:
        trained: The document of the model.
        spec: Its pipeline.
        data: The typed table (Parquet) it was trained on.
        bundle: The model that was evaluated.
        scored: Its test rows.
    """
    notes: list[str] = []
    table = read_table(spec, data, trained.rows_fit)
    canary = _attempt("canary", notes, lambda: run_canary(spec, table))
    if canary is None:
        canary = Canary(state="cannot tell", critical=CRITICAL_Z, rows=0, message=notes[-1])
    found = Audit(
        canary=canary,
        stability=_attempt(
            "stability", notes, lambda: stability(bundle, scored.features.iloc[:_EXPLAINED_ROWS])
        ),
        notes=notes,
    )
    training_set = _attempt(
        "learning curve",
        notes,
        lambda: make_training_set(spec, sample_rows(table, _ROWS), trained.seed),
    )
    return (
        found if training_set is None else _on_sample(found, trained, table, training_set, scored)
    )


def _on_sample(
    found: Audit, trained: TrainedModel, table: Table, training_set: TrainingSet, scored: ScoredTest
) -> Audit:
    """Add the parts that fit probes on a sample: learning curve, stability and periods."""
    probe = probe_like(_family(trained))
    curve = _attempt(
        "learning curve",
        found.notes,
        lambda: learning_curve(training_set.problem, trained.metric, probe),
    )
    if found.stability is None:
        rows = scored.features.iloc[:_EXPLAINED_ROWS]
        stable = _attempt(
            "stability", found.notes, lambda: stability_of_probes(training_set, probe, rows)
        )
        found = found._replace(stability=stable)
    scores = _attempt("periods", found.notes, lambda: periods(table, training_set, scored, probe))
    return found._replace(curve=curve, periods=scores or [])


def _family(trained: TrainedModel) -> str:
    """Return the family with the largest weight in the model."""
    weights: dict[str, float] = {}
    for member in trained.recipe:
        weights[member.family] = weights.get(member.family, 0.0) + member.weight
    return max(weights, key=lambda name: weights[name], default="linear")


def _attempt(what: str, notes: list[str], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except PipeWeaveError as error:
        notes.append(f"No {what}: {error.message}")
    except Exception as error:  # noqa: BLE001 - a part that fails must not cost the others
        _log.exception("no %s", what)
        notes.append(f"No {what}: {type(error).__name__}.")
    return None
