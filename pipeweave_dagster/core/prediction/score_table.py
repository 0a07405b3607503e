"""Score a table with a model file."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from pipeweave_dagster.core.documents import TrainedModel
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.explain.reasons import with_reasons
from pipeweave_dagster.core.model.predict_rows import absent_note, blank_note
from pipeweave_dagster.core.model.serving import exact_frame, load_bundle, score
from pipeweave_dagster.core.model.test_row_columns import PREDICTION
from pipeweave_dagster.core.model.unseen_categories import unseen_categories, unseen_note
from pipeweave_dagster.core.prediction.copied_columns import copied_columns, not_copied_note
from pipeweave_dagster.core.prediction.scored_rows import ScoredRows
from pipeweave_dagster.core.training.artifacts.model_files import write_rows

_log = logging.getLogger(__name__)


def run_scoring(
    model: Path,
    trained: TrainedModel,
    data: Path,
    out: Path,
    *,
    explain: bool = False,
    keep: Sequence[str] = (),
) -> ScoredRows:
    """Score a table; see `pipeweave_dagster.core.prediction.predict`."""
    present = pq.read_schema(data).names
    wanted = [name for name in trained.features if name in present]
    missing = [name for name in trained.features if name not in present]
    ignored = [name for name in present if name not in trained.features and name not in keep]
    if not wanted:
        raise validation_error(
            "The data has none of the columns that the model uses.",
            fix=f"Provide any of: {', '.join(trained.features[:30])}.",
            columns=present[:100],
        )
    table = exact_frame(pq.read_table(data, columns=wanted, partitioning=None))
    bundle = load_bundle(model)
    blank = [name for name in wanted if len(table) and table[name].isna().all()]
    unseen = unseen_categories(bundle, table)
    notes = _notes(missing, ignored, trained)
    notes += [blank_note(name) for name in blank]
    notes += [unseen_note(name, found) for name, found in unseen.items()]
    if explain:
        scores, note = with_reasons(bundle, table)
        notes.append(note)
    else:
        scores = score(bundle, table)
    copied = copied_columns(data, keep, list(scores.columns))
    lost = [name for name in keep if name not in present]
    notes += [not_copied_note(lost)] if lost else []
    scores = pd.concat([pd.DataFrame(copied, index=scores.index), scores], axis=1)
    scores.insert(0, "row_id", np.arange(len(scores)))
    predictions = write_rows(scores, out / "predictions.parquet")
    counts = scores[PREDICTION].value_counts().to_dict() if trained.classes else {}
    _log.info("%d rows scored, %d columns ignored", len(scores), len(ignored))
    return ScoredRows(
        rows=len(scores),
        predictions=predictions,
        ignored_columns=ignored,
        missing_columns=missing,
        unseen_categories={name: found.values for name, found in unseen.items()},
        blank_columns=blank,
        counts={str(label): int(count) for label, count in counts.items()},
        notes=notes,
    )


def _notes(missing: list[str], ignored: list[str], trained: TrainedModel) -> list[str]:
    notes = []
    if missing:
        notes.append(absent_note(missing))
    others = [name for name in ignored if name != trained.target]
    if others:
        notes.append(f"Ignored columns that the model does not use: {', '.join(others[:30])}.")
    if trained.target in ignored:
        notes.append(f"The data contains the target `{trained.target}`; it was not used.")
    return notes
