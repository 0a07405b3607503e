"""`pipeweave models compare`, `try` and `threshold`: what the pages show of a model, as text."""

from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.chosen_version import chosen_version
from pipeweave_dagster.cli.support.output import AsJson, emit, plain
from pipeweave_dagster.cli.support.trial_text import (
    comparison_facts,
    comparison_text,
    prediction_text,
    row_facts,
    threshold_text,
)
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import Costs
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.metrics.threshold_table import cheapest, nearest
from pipeweave_dagster.core.prediction.what_if import ModelInput
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.model_trials import (
    compare_versions,
    inputs_of,
    positive_of,
    thresholds_of,
    try_row,
)
from pipeweave_dagster.services.model_versions import load_version
from pipeweave_dagster.services.receive import settings_of

_Name = Annotated[str, typer.Argument(help="Data set.")]
_Version = Annotated[
    str | None, typer.Option("--version", help="Model version; default: the champion.")
]
_MOST_COST = 1e9


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command("compare", epilog="Example: `pipeweave models compare titanic 1 2`")(compare)
    group.command("try", epilog="Example: `pipeweave models try titanic --set age=30`")(try_)
    epilog = "Example: `pipeweave models threshold titanic --false-negative 5`"
    group.command("threshold", epilog=epilog)(threshold)


def compare(
    name: _Name,
    first: Annotated[str, typer.Argument(help="Model version.")],
    second: Annotated[str, typer.Argument(help="Another version.")],
    json: AsJson = False,
) -> None:
    """Show two versions side by side: test scores, paired test, and how their pipelines differ."""
    if first == second:
        raise validation_error(f"Both are version {plain(first, 20)}.", fix="Name two versions.")
    home.prepare()
    with home.workbench() as bench:
        found = compare_versions(bench.store, known(bench.store, name), first, second)
    emit(comparison_facts(found), json, comparison_text(found))


def try_(
    name: _Name,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", help="COLUMN=VALUE; other columns get a typical value. Repeatable."),
    ] = None,
    version: _Version = None,
    json: AsJson = False,
) -> None:
    """Predict one row that you make up, with interval and reasons."""
    home.prepare()
    with home.workbench() as bench:
        dataset, wanted = chosen_version(bench.store, name, version)
        inputs = inputs_of(bench, dataset, wanted)
        row = {column.name: column.typical or None for column in inputs}
        chosen = _given(values or [], inputs)
        row |= chosen
        found = try_row(bench, dataset, wanted, row)
    facts = {"dataset": dataset, "version": wanted, "row": row, **found.model_dump(mode="json")}
    given = ", ".join(f"{plain(name, 40)}={plain(row[name], 40)}" for name in chosen)
    rest = counted(len(row) - len(chosen), "other column", "have a typical value")
    rest += " (--json lists them)"
    text = f"version {wanted}, {given or 'a typical row'}; {rest}\n\n{prediction_text(found)}"
    emit(facts, json, text)


def _given(values: list[str], inputs: list[ModelInput]) -> dict[str, str | None]:
    """Read `COLUMN=VALUE`; the column is the longest name that fits, as names may contain `=`.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a column that the model does not read.
    """
    given: dict[str, str | None] = {}
    names = sorted((column.name for column in inputs), key=len, reverse=True)
    for text in values:
        name = next((name for name in names if text.startswith(f"{name}=")), None)
        if name is None:
            raise validation_error(
                f"{plain(text, 80)!r} does not begin with a column of the model and '='.",
                fix=f"Its columns are: {', '.join(plain(c.name, 40) for c in inputs[:30])}.",
            )
        given[name] = text[len(name) + 1 :] or None
    return given


def threshold(
    name: _Name,
    at: Annotated[
        float | None, typer.Option("--at", min=0, max=1, help="Also show this threshold.")
    ] = None,
    false_positive: Annotated[
        float | None,
        typer.Option(min=0, max=_MOST_COST, help="Cost of a false positive; default: settings."),
    ] = None,
    false_negative: Annotated[
        float | None,
        typer.Option(min=0, max=_MOST_COST, help="Cost of a false negative; default: settings."),
    ] = None,
    version: _Version = None,
    json: AsJson = False,
) -> None:
    """Show errors and cost on the test rows at the threshold with the lowest cost."""
    home.prepare()
    with home.workbench() as bench:
        dataset, wanted = chosen_version(bench.store, name, version)
        known_costs = settings_of(bench.store, dataset).costs or Costs()
        given = {"false_positive": false_positive, "false_negative": false_negative}
        chosen = {kind: cost for kind, cost in given.items() if cost is not None}
        costs = Costs(**(known_costs.model_dump() | chosen))
        rows = thresholds_of(bench, dataset, wanted, costs)
        trained, _ = load_version(bench.store, dataset, wanted)
        positive = positive_of(bench.store, dataset, wanted, trained)
    shown = {"best": cheapest(rows)}
    if trained.threshold is not None:
        shown["used"] = nearest(rows, trained.threshold)
    if at is not None:
        shown["at"] = nearest(rows, at)
    facts: dict[str, Any] = {"dataset": dataset, "version": wanted, "positive": positive}
    facts |= {"costs": costs.model_dump()}
    facts |= {label: row_facts(row) for label, row in shown.items()}
    text = f"version {wanted}, positive class {plain(positive, 40)}; cost of a false positive"
    text += f" {costs.false_positive:g}, of a false negative {costs.false_negative:g}"
    emit(facts, json, f"{text}\n\n{threshold_text(shown)}")
