"""A recorded model as a script and a notebook that train it again without PipeWeave."""

import inspect
import pprint
from collections.abc import Callable
from typing import Any

from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor

from pipeweave_dagster.core.documents import Member, PipelineSpec, TrainedModel
from pipeweave_dagster.core.export import standalone_train
from pipeweave_dagster.core.export.source_text import (
    as_code,
    definitions_of,
    import_lines,
    with_helpers,
)
from pipeweave_dagster.core.families import FAMILIES
from pipeweave_dagster.core.families.search_space import ALL_ROWS

_HEAD = '''"""Trains the model again: `python train.py ROWS.parquet MODEL.skops`.

ROWS is the typed table that the model was trained on (Parquet or CSV); rows.parquet, beside this
script, lists which of its rows each member was trained on. Needs the packages of requirements.txt
and the file score.py, nothing of PipeWeave.
"""

from __future__ import annotations
'''
_QUIET = '\nwarnings.simplefilter("ignore")\n'
_MAIN = """

if __name__ == "__main__":
    division = str(Path(__file__).with_name("rows.parquet"))
    save_bundle(train(sys.argv[1], division, ABOUT, MEMBERS), sys.argv[2])
"""


def script(bundle: dict[str, Any], trained: TrainedModel, spec: PipelineSpec) -> str | None:
    """Return the text of `train.py`; None where the rows of a member are not on record.

    These are models of earlier versions, and those with a member that was trained on all rows of a
    table that was sampled for the others.

    Args:
        bundle: The final model, as `bundle_file.load_bundle` reads it.
        trained: Its document.
        spec: Its pipeline.
    """
    if trained.division is None or any(m.params.get(ALL_ROWS) for m in trained.recipe):
        return None
    types: set[type] = set()
    functions: dict[str, Callable[..., Any]] = {}
    members = _members(bundle, trained, types, functions)
    about = pprint.pformat(_about(bundle, trained, spec), width=96, sort_dicts=False)
    fits = "\n\n\n".join(inspect.getsource(each).rstrip() for each in with_helpers(functions))
    return "".join(
        [
            _HEAD,
            import_lines(standalone_train, types),
            _QUIET,
            definitions_of(standalone_train),
            f"\n\n# %% How each kind of estimator is fitted.\n{fits}\n",
            "\n\n# %% What is predicted, and how raw columns become features.\n",
            f"ABOUT = {about}\n",
            members,
            _MAIN,
        ]
    )


def _about(bundle: dict[str, Any], trained: TrainedModel, spec: PipelineSpec) -> dict[str, Any]:
    return {
        "target": trained.target,
        "task": trained.task,
        "classes": trained.classes,
        "labels": spec.labels,
        "weight": spec.weight,
        "rows": trained.sampled_of or trained.rows_train + trained.rows_test + trained.rows_dropped,
        "threads": trained.threads,
        "temperature": trained.temperature,
        "trust": trained.trust,
        "lookup_columns": bundle.get("memory", {}).get("columns"),
        "threshold": trained.threshold,
        "offset": bundle.get("offset"),
        "stack": _stack(bundle),
        "frame": bundle["frame"],
    }


def _stack(bundle: dict[str, Any]) -> dict[str, Any] | None:
    """Return the stack in plain values: it was fitted once, on rows that folds held out."""
    if "stack" not in bundle:
        return None
    arrays = {name: bundle["stack"][name].tolist() for name in ("coef", "intercept")}
    return {**bundle["stack"], **arrays}


def _members(
    bundle: dict[str, Any],
    trained: TrainedModel,
    types: set[type],
    functions: dict[str, Callable[..., Any]],
) -> str:
    """Return the recipes as Python text; adds their classes and fit functions to the last two."""
    names: dict[str, str] = {}
    rows = []
    for member, recipe in zip(bundle["members"], trained.recipe, strict=True):
        transformer = member["pipeline"][0]
        text = as_code(clone(transformer), types)
        fields = {
            "weight": repr(recipe.weight),
            "fold": repr(recipe.fold),
            "features": names.setdefault(text, f"FEATURES_{len(names) + 1}"),
            **_fit_fields(member["pipeline"], recipe, trained.threads, types, functions),
        }
        if "candidate" in member:
            fields["candidate"] = repr(member["candidate"])
        comment = "".join(c for c in recipe.name if c.isalnum() or c == "_")
        arguments = "".join(f"        {key}={value},\n" for key, value in fields.items())
        rows.append(f"    # {comment}\n    Recipe(\n{arguments}    ),")
    features = [f"{name} = {text}" for text, name in names.items()]
    return "\n".join(["\n# %% The members of the model.", *features, "MEMBERS = [", *rows, "]", ""])


def _fit_fields(
    pipeline: Any,
    recipe: Member,
    threads: int,
    types: set[type],
    functions: dict[str, Callable[..., Any]],
) -> dict[str, str]:
    """Return the fields of a `Recipe` that say which estimator is fitted, and how."""
    transformer, model = pipeline[0], pipeline[-1]
    log_target = isinstance(model, TransformedTargetRegressor)
    model = model.regressor_ if log_target else model
    family = FAMILIES[recipe.family]
    unfitted = family.unfitted(model, recipe.rounds)
    # The number of threads is part of the recipe: libraries add up in another order with others.
    if hasattr(unfitted, "get_params") and "n_jobs" in unfitted.get_params():
        unfitted.set_params(n_jobs=threads)
    native = _native_codes(transformer) if family.view == "tree" else []
    function, arguments = family.exported_fit(model, recipe, native)
    functions[function.__name__] = function
    fields = {
        "model": as_code(unfitted, types),
        "fit": function.__name__,
        "arguments": repr(arguments),
    }
    if recipe.fold >= 0 and recipe.rounds is None:
        fields["early_stopping"] = "True"
    if log_target:
        fields["log_target"] = "True"
        if recipe.smearing is not None:
            fields["smearing"] = repr(recipe.smearing)
    return fields


def _native_codes(transformer: Any) -> list[int]:
    """Return the positions of category codes among the outputs of a view for trees."""
    codes = transformer.output_indices_.get("categories", slice(0, 0))
    return list(range(codes.start, codes.stop))
