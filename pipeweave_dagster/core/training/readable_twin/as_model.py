"""A readable twin as a model of its own: fitted on all rows, with the files of a training."""

import shutil
import time
from pathlib import Path

import numpy as np

from pipeweave_dagster.core.documents import PipelineSpec, ReadableTwin, TrainedModel
from pipeweave_dagster.core.model.stored_model import load_model
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.artifacts.packages import package_versions
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.group_hints import is_group_hint
from pipeweave_dagster.core.training.data.split_keys import COPIES_ON_BOTH_SIDES
from pipeweave_dagster.core.training.ensemble.postprocess import Postprocessing, build_bundle
from pipeweave_dagster.core.training.ensemble.refit import fit_member
from pipeweave_dagster.core.training.final_model import predict_test_rows
from pipeweave_dagster.core.training.readable_twin.fit_twin import training_set_of

_NO_LIMIT_S = 24 * 3600.0


def run_as_model(  # noqa: PLR0913, PLR0917 - as `twin_as_model`
    spec: PipelineSpec,
    trained: TrainedModel,
    twin: ReadableTwin,
    version: str,
    data: Path,
    model: Path,
    out: Path,
    tested_like: Path | None = None,
) -> TrainedModel:
    """See `pipeweave_dagster.core.training.twin_as_model`."""
    began = time.monotonic()
    training_set = training_set_of(spec, trained, data, tested_like)
    shutil.copyfile(model, out / model_files.EVALUATED)
    scores = predict_test_rows(load_model(model), training_set)
    all_rows = FoldCache(training_set.whole(training_set.problem, []))
    part = fit_member(twin.member, all_rows, began + _NO_LIMIT_S)
    rows = np.arange(len(training_set.table.y))
    steps = Postprocessing(threshold=twin.threshold)
    bundle = build_bundle(training_set, [], [part], steps, rows)
    return trained.model_copy(
        update={
            "winner": twin.member.name,
            "verdict": twin.verdict,
            "leaderboard": twin.trials,
            "recipe": [part.recipe],
            "made": [],
            "plug_ins": [],
            "temperature": None,
            "trust": None,
            "threshold": twin.threshold,
            "stack": None,
            "extended_to_s": None,
            "processor_share": None,
            "used_s": round(time.monotonic() - began, 2),
            "package_versions": package_versions(),
            "model": model_files.write_bundle(bundle, out / model_files.MODEL),
            "evaluated": model_files.payload_of(out / model_files.EVALUATED),
            "test_rows": model_files.write_test_rows(training_set, scores, out),
            "mlflow": None,
            "readable_of": version,
            "notes": twin_notes(trained.notes, version, twin),
            "serving_note": "",
        }
    )


def twin_notes(notes: list[str], version: str, twin: ReadableTwin) -> list[str]:
    """Return what to know of a twin: what it is, and the warnings of its model on rows and split.

    Both versions share rows and split, and the checks of the twin read these warnings.

    Args:
        notes: Those of the model.
        version: The version of the model.
        twin: Its twin.
    """
    return [_note(version, twin), *filter(_is_on_the_split, notes)]


def _is_on_the_split(note: str) -> bool:
    """Return whether a note warns of the rows or their split, which both versions share."""
    return is_group_hint(note) or COPIES_ON_BOTH_SIDES in note


def _note(version: str, twin: ReadableTwin) -> str:
    left_out = f" It does not use {', '.join(twin.left_out)}." if twin.left_out else ""
    return (
        f"It is the readable twin of version {version} ({twin.form}): the margin of a prediction "
        f"is the sum of one curve per column.{left_out}"
    )
