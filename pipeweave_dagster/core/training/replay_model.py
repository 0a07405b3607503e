"""Fit a recorded model again from its recipe: bit-equal on the same machine."""

import time
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from pipeweave_dagster.core.documents import Payload, PipelineSpec, TrainedModel
from pipeweave_dagster.core.families.candidate import Candidate
from pipeweave_dagster.core.families.search_space import ALL_ROWS
from pipeweave_dagster.core.model.frame_entry import FrameEntry
from pipeweave_dagster.core.pipelines.derived_features import USE
from pipeweave_dagster.core.pipelines.relative_features import layout_with_groups
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.data.cross_features import layout_with_crosses, with_crosses
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.training_set import make_training_set
from pipeweave_dagster.core.training.ensemble.bundle import FittedMember
from pipeweave_dagster.core.training.ensemble.postprocess import Postprocessing, build_bundle
from pipeweave_dagster.core.training.ensemble.refit import fit_member
from pipeweave_dagster.core.training.out_of_core.all_rows import Source, fit_all_rows
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy

_NO_LIMIT_S = 24 * 3600.0


def run_replay(
    spec: PipelineSpec,
    trained: TrainedModel,
    data: Path,
    out: Path,
    policy: SearchPolicy = DEFAULT_POLICY,
    tested_like: Path | None = None,
) -> Payload:
    """See `pipeweave_dagster.core.training.replay`."""
    table = read_table(spec, data, trained.rows_fit, policy.data)
    training_set = make_training_set(spec, table, trained.seed, policy.data, tested_like)
    problem = training_set.problem
    crosses = cast(list[FrameEntry], trained.made)
    if crosses:
        features = with_crosses(problem.features, crosses)
        most = policy.max_cross_correlation
        derived = [entry for entry in crosses if entry["use"] == USE]
        columns = layout_with_crosses(problem.columns, features, derived, most)
        columns = layout_with_groups(columns, crosses)
        problem = replace(problem, features=features, columns=columns)
    folds, all_rows = FoldCache(problem), FoldCache(training_set.whole(problem, crosses))
    deadline = time.monotonic() + _NO_LIMIT_S
    parts = []
    for member in trained.recipe:
        if member.params.get(ALL_ROWS):
            candidate = Candidate(member.name, member.family, member.params)
            run, _ = fit_all_rows(
                candidate, training_set, folds, crosses, Source(data, out), deadline, member.rounds
            )
            parts.append(FittedMember(member, run.fit, run.data))
        else:
            parts.append(fit_member(member, all_rows if member.fold < 0 else folds, deadline))
    rows = np.arange(len(training_set.table.y))
    steps = Postprocessing(trained.temperature, trained.trust, trained.threshold, trained.stack)
    bundle = build_bundle(training_set, crosses, parts, steps, rows)
    return model_files.write_bundle(bundle, out / model_files.MODEL)
