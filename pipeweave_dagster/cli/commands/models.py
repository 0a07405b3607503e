"""`pipeweave models`: registered model versions and their aliases."""

from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.commands import (
    model_promotion,
    model_replay,
    model_sheet,
    model_trials,
    pipeline_export,
)
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.model_text import model_line
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.core.documents import ModelEntry
from pipeweave_dagster.core.evaluation.report.interval_texts import (
    model_beside,
    on_intervals,
    on_twin,
)
from pipeweave_dagster.core.evaluation.report.twin_texts import difference, sentence
from pipeweave_dagster.core.evaluation.unpredicted import few_rows_note, unpredicted_note
from pipeweave_dagster.core.trial_states import winner_text
from pipeweave_dagster.services.champion import Registered
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_rows import list_champions, registered, registered_facts

_Name = Annotated[str, typer.Argument(help="Data set.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(
        help="Registered models: list, show, promote, roll back, replay.", no_args_is_help=True
    )
    group.command("ls", epilog="Example: `pipeweave models ls`")(ls)
    group.command("show", epilog="Example: `pipeweave models show titanic --version 2`")(show)
    model_promotion.register(group)
    model_replay.register(group)
    model_sheet.register(group)
    model_trials.register(group)
    pipeline_export.register_model(group)
    app.add_typer(group, name="models")


def ls(json: AsJson = False) -> None:
    """List the champion of every data set, and its challenger."""
    home.prepare()
    with home.workbench() as bench:
        models = list_champions(bench)
    table = [
        (row["dataset"], row["version"], row["winner"], row["score"] or "-",
         model_line(_challenger(row), row["target"]))
        for row in models
    ]  # fmt: skip
    header = ["data set", "version", "winner", "score", "challenger"]
    emit({"models": models}, json, columns(header, table, width=80))


def show(
    name: _Name,
    version: Annotated[
        str | None, typer.Option("--version", help="Model version; default: the champion.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the champion of a data set, or a version, with its test scores and readable twin."""
    home.prepare()
    with home.workbench() as bench:
        current = registered(bench, known(bench.store, name), version)
    link, trained, evaluation = current.link, current.trained, current.evaluation
    facts = registered_facts(name, current)
    baseline = evaluation.baseline
    scores = [
        (n, *map(_short, (e.value, e.low, e.high, baseline[n].value if n in baseline else None)))
        for n, e in evaluation.metrics.items()
    ]
    winner = winner_text(trained.winner, trained.verdict)
    text = f"{link.model_name} version {link.model_version}: {winner}"
    text += f" for {plain(trained.target, 80)}"
    if version:
        decided = "not promoted" if evaluation.promoted == "none" else evaluation.promoted
        reason = plain(evaluation.promotion_reason, 1500)
        text += f"\nDecision after its training: {decided}. {reason}"
    if trained.serving_note:
        text += f"\n{plain(trained.serving_note, 600)}"
    by_class = evaluation.by_class
    rare = [plain(n, 1000) for n in (few_rows_note(by_class), unpredicted_note(trained, by_class))]
    table = columns(["metric", "test", "low", "high", "baseline"], scores)
    of_twin = _twin_lines(name, current, hint=not version)
    notes = "\n\n".join(filter(None, [on_intervals(evaluation), *rare, *of_twin]))
    emit(facts, json, f"{text}\n\n{table}\n\n{notes}".rstrip())


def _twin_lines(name: str, current: Registered, *, hint: bool) -> list[str]:
    """Return the readable twin with its score, how it compares, and which rows that is of.

    `hint` is whether to name the command for the twin, which is that of the champion.
    """
    evaluation, twin = current.evaluation, current.evaluation.readable
    if twin is None:
        return []
    of = current.trained.readable_of
    other_name = f"version {plain(of, 20)}" if of else "the model"
    other = f"{other_name}, whose readable twin this is" if of else other_name
    beside = model_beside(current.trained, evaluation, twin)
    scores = columns(
        [f"{evaluation.metric} of", "test", "low", "high"],
        [
            (other, *map(_short, (beside.value, beside.low, beside.high))),
            (f"readable twin ({twin.form})", *map(_short, (twin.score, twin.low, twin.high))),
        ],
    )
    compared = f"The twin compared with {other_name}, in {evaluation.metric}: "
    compared += f"{difference(twin.comparison)}."
    said = [compared] if twin.comparison.difference is not None else []
    said.append(sentence(twin))
    if hint and not of and twin.costs_nothing and twin.verdict == "model":
        promoting = f"pipeweave models promote {name} --readable"
        said.append(f"'{promoting}' makes it the champion.")
    return [scores, " ".join([*said, on_twin(evaluation)]).strip()]


def _challenger(row: dict[str, Any]) -> ModelEntry | None:
    beside = row["challenger"]
    return None if beside is None else ModelEntry.model_validate(beside)


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
