"""`pipeweave evaluate`: the scores of the model trained last, and all that explains them."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeweave_dagster.adapters.process_age import seconds_since_start
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, emit, fail, plain
from pipeweave_dagster.cli.support.show_option import Show, ShowProgress, shown
from pipeweave_dagster.core.documents import Evaluation, MethodCheck, TrainedModel, lack_of_time
from pipeweave_dagster.core.errors import PipeWeaveError, not_found
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_aliases import aliases_of, role_of
from pipeweave_dagster.services.overview import score_text

if TYPE_CHECKING:
    from pipeweave_dagster.adapters.state import DocumentStore
    from pipeweave_dagster.services.workbench import Workbench

_EXAMPLE = "Example: `pipeweave evaluate titanic --full`"
_ASSET = "model_evaluation"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=_EXAMPLE)(evaluate)


def evaluate(
    name: Annotated[str, typer.Argument(help="Data set.")],
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Compute the parts that the run had no time for, without a time limit."
        ),
    ] = False,
    progress: ShowProgress = True,
    json: AsJson = False,
) -> None:
    """Show the test score of the model trained last, and which parts are missing for lack of time.

    With --full they are computed now, and page, card and MLflow are updated; scores and alias stay
    as they are.
    """
    home.prepare()
    error: PipeWeaveError | None = None
    with home.workbench() as bench:
        dataset = known(bench.store, name)
        before = _evaluation(bench.store, dataset)
        if full:
            error = _made_in_full(bench, dataset, show=shown(progress=progress, as_json=json))
        found = _evaluation(bench.store, dataset)
        facts = _facts(dataset, found) | _roles(bench.store, dataset)
    facts["made"] = [step for step in before.dropped if step not in found.dropped]
    facts["error"] = error.envelope() if error else None
    facts["seconds"] = round(seconds_since_start(), 1) if full else None
    emit(facts, json, _as_text(facts, [c for c in found.checks if c.state == "failed"]))
    if error is not None:
        sys.exit(error.code.exit_code if json else fail(error, as_json=False))


def _made_in_full(bench: "Workbench", dataset: str, *, show: Show) -> PipeWeaveError | None:
    """Run the evaluation alone, and return the error that ended it."""
    from pipeweave_dagster.cli.support.launch import execute
    from pipeweave_dagster.lib.failure_reasons import error_of

    config = {"ops": {_ASSET: {"config": {"full": True}}}}
    with home.instance() as instance:
        run_id = execute(
            instance,
            bench,
            "process_dataset",
            dataset,
            tags={},
            config=config,
            assets=[_ASSET],
            show=show,
        )
        return error_of(instance, run_id)


def _evaluation(store: "DocumentStore", dataset: str) -> Evaluation:
    found = store.latest(dataset, _ASSET, Evaluation)
    if found is None:
        raise not_found(
            f"{dataset!r} has no evaluated model.", fix="Train one first: 'pipeweave run FILE'."
        )
    return found


def _facts(dataset: str, evaluation: Evaluation) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "metric": evaluation.metric,
        "score": score_text(evaluation),
        "test": {n: e.model_dump(mode="json") for n, e in evaluation.metrics.items()},
        "decision": evaluation.promoted,
        "alias_reason": evaluation.promotion_reason,
        "checks_failed": [c.code for c in evaluation.checks if c.state == "failed"],
        "dropped": list(evaluation.dropped),
        "cut": list(evaluation.cut),
    }


def _roles(store: "DocumentStore", dataset: str) -> dict[str, Any]:
    """Return the version of the evaluated model, its alias now, and the version of the champion."""
    model = store.latest(dataset, "model", TrainedModel)
    version = model.mlflow.model_version if model and model.mlflow else None
    aliases = aliases_of(store, dataset)
    champion = aliases.get("champion")
    return {"version": version, "alias": role_of(version, aliases), "champion": champion}


def _as_text(facts: dict[str, Any], failed: list[MethodCheck]) -> str:
    lines = [f"{facts['dataset']}: {facts['score']} on test rows ({_role_text(facts)})"]
    if failed:
        lines += [
            "Failed checks:",
            *(f"  {check.code}  {plain(check.message)}" for check in failed),
        ]
    if facts["made"]:
        lines.append(f"Computed now: {', '.join(facts['made'])}")
    if facts["dropped"]:
        lines.append(lack_of_time(facts["dropped"], facts["cut"]))
        lines.append(f"'pipeweave evaluate {plain(facts['dataset'])} --full' computes them.")
    if facts["seconds"] is not None:
        lines.append(f"The whole command took {facts['seconds']:.0f} s, including its start.")
    return "\n".join(lines)


def _role_text(facts: dict[str, Any]) -> str:
    """Return version and alias of the evaluated model, and the champion if it is another one.

    Example:
        >>> _role_text({"version": "1", "alias": "previous", "champion": "2"})
        'version 1, previous; the champion is version 2'
    """
    parts = [f"version {plain(facts['version'], 20)}"] if facts["version"] else []
    text = ", ".join([*parts, "not promoted" if facts["alias"] == "none" else facts["alias"]])
    if facts["alias"] == "champion" or not facts["champion"]:
        return text
    return f"{text}; the champion is version {plain(facts['champion'], 20)}"
