"""Train from the typed table to the model file, within the time budget."""

import importlib
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pipeweave_dagster.core.documents import PipelineSpec, PlugInModel, TrainedModel
from pipeweave_dagster.core.families import FAMILIES, PlugInFamily
from pipeweave_dagster.core.metrics.direction import GREATER_IS_BETTER
from pipeweave_dagster.core.training import training_notes
from pipeweave_dagster.core.training.artifacts import model_files
from pipeweave_dagster.core.training.artifacts.packages import package_versions
from pipeweave_dagster.core.training.data.data_notes import data_notes
from pipeweave_dagster.core.training.data.fold_features import FoldCache
from pipeweave_dagster.core.training.data.input_table import read_table
from pipeweave_dagster.core.training.data.memory_limit import memory_notes, rows_that_fit
from pipeweave_dagster.core.training.data.training_set import TrainingSet, make_training_set
from pipeweave_dagster.core.training.ensemble.build import build_ensemble
from pipeweave_dagster.core.training.final_model import fit_final_model
from pipeweave_dagster.core.training.leaderboard import leaderboard
from pipeweave_dagster.core.training.new_groups import new_group_notes
from pipeweave_dagster.core.training.out_of_core.all_rows import (
    Source,
    can_learn_from_all_rows,
    try_all_rows,
)
from pipeweave_dagster.core.training.out_of_core.disk_engine import fit_on_disk
from pipeweave_dagster.core.training.out_of_core.engine import Engine
from pipeweave_dagster.core.training.search.budget import TimeBudget
from pipeweave_dagster.core.training.search.policy import DEFAULT_POLICY, SearchPolicy
from pipeweave_dagster.core.training.search.portfolio import missing_families
from pipeweave_dagster.core.training.search.processor_share import ProcessorShare
from pipeweave_dagster.core.training.search.run_search import run_search
from pipeweave_dagster.core.training.search.search import Search
from pipeweave_dagster.core.training.search.trial_log import OnExtension, OnFold, TrialLog

_log = logging.getLogger(__name__)


def run_training(  # noqa: PLR0913, PLR0917 - as `train`
    spec: PipelineSpec,
    data: Path,
    out: Path,
    budget: TimeBudget,
    trials: Path | None = None,
    memory_mb: float | None = None,
    policy: SearchPolicy = DEFAULT_POLICY,
    tested_like: Path | None = None,
    engine: Engine = fit_on_disk,
    on_fold: OnFold | None = None,
    on_extension: OnExtension | None = None,
) -> TrainedModel:
    """See `pipeweave_dagster.core.training.train`; the engine fits on more rows than fit here."""
    _import_ahead()
    began, limits = budget.used_s, policy.data
    missing = missing_families(spec)
    rows_fit = rows_that_fit(spec, data, memory_mb)
    table = read_table(spec, data, rows_fit, limits)
    training_set = make_training_set(spec, table, spec.split.seed, limits, tested_like)
    _log.info("%s", training_set.size)
    if rows_fit is not None and table.read < rows_fit:
        rows_fit = None  # the sample that saves time is smaller still
    budget = budget.with_reserve_for(budget.used_s - began)
    # Trials on other rows of the same table do not belong to this search.
    own = trials / f"rows-{rows_fit}" if trials and rows_fit else trials
    with ProcessorShare() as share:
        source = Source(data, out, engine)
        trial_log = TrialLog(own, on_fold, on_extension)
        search = _search(training_set, source, budget, trial_log, policy, share.share)
    nominal_s, budget = budget.budget_s, budget.extended(search.extended_by)
    ensemble = build_ensemble(training_set, search.cache, search, budget)
    final = fit_final_model(training_set, search, ensemble, out, budget)
    notes = [
        *data_notes(training_set),
        *training_notes.missing_family_notes(missing),
        *memory_notes(rows_fit, memory_mb),
        *training_notes.search_notes(search),
        *new_group_notes(ensemble, search),
        *training_notes.extension_notes(nominal_s, budget.budget_s, search.share_got),
        *final.postprocessing.notes,
        *filter(None, [final.serving_note]),
        *training_notes.verdict_notes(ensemble, final.verdict, search),
        training_notes.model_note(ensemble, refitted=final.refitted),
    ]
    return TrainedModel(
        **_facts(training_set, rows_fit),
        **final.postprocessing._asdict(),
        **final.payloads,
        winner=ensemble.name,
        verdict=final.verdict,
        leaderboard=leaderboard(search.results, ensemble, training_set, search.comparison_folds),
        recipe=[part.recipe for part in final.parts],
        plug_ins=_plug_ins(part.recipe.family for part in final.parts),
        made=[dict(entry) for entry in search.crosses],
        budget_s=nominal_s,
        extended_to_s=round(budget.budget_s, 1) if budget.budget_s > nominal_s else None,
        processor_share=None if search.share_got is None else round(search.share_got, 3),
        used_s=round(budget.used_s, 2),
        package_versions=package_versions(),
        notes=notes,
        serving_note=final.serving_note,
    )


def _import_ahead() -> None:
    """Import what writes the model file while the table is read, and not on the refit's time.

    It takes some two seconds, as all of scikit-learn comes with it; nothing where it is loaded.
    """
    threading.Thread(target=importlib.import_module, args=["skops.io"], daemon=True).start()


def _plug_ins(families: Iterable[str]) -> list[PlugInModel]:
    """Return what the packages of other people's models say of them."""
    found = (FAMILIES[name] for name in dict.fromkeys(families))
    return [family.described() for family in found if isinstance(family, PlugInFamily)]


def _facts(training_set: TrainingSet, rows_fit: int | None) -> dict[str, Any]:
    """Return the document's fields on the task and the rows."""
    spec, table = training_set.spec, training_set.table
    return {
        "task": spec.task,
        "target": spec.target,
        "metric": spec.metric,
        "greater_is_better": GREATER_IS_BETTER[spec.metric],
        "classes": table.classes,
        "features": spec.features,
        "hidden": [name for name in spec.features if name in spec.hidden],
        "overrides": spec.overrides,
        "seed": training_set.problem.seed,
        "threads": training_set.problem.threads or 1,
        "test_digest": model_files.test_rows_digest(training_set),
        "rows_train": len(training_set.split.train),
        "rows_test": len(training_set.split.test),
        "rows_dropped": table.dropped,
        "rows_fit": rows_fit,
        "sampled_of": table.total if table.read < table.total else None,
    }


def _search(
    training_set: TrainingSet,
    source: Source,
    budget: TimeBudget,
    trial_log: TrialLog,
    policy: SearchPolicy,
    share: Callable[[], float | None],
) -> Search:
    """Search; on a table that was sampled, let one candidate learn from all rows as well."""
    larger = can_learn_from_all_rows(training_set)
    search = Search(
        training_set.spec,
        FoldCache(training_set.problem),
        budget.shortened(policy.sample_part) if larger else budget,
        rows=len(training_set.table.y),
        frame=training_set.frame,
        parallel_fits=training_set.parallel_fits,
        trial_log=trial_log,
        policy=policy,
        share=share,
    )
    results = run_search(search)
    budget = budget.extended(search.extended_by)
    if larger and (on_disk := try_all_rows(training_set, search, source, budget)):
        results.append(on_disk)
    return search
