"""`pipeweave overview`: all data sets at a glance, as the asset `workbench_overview` has them."""

from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import DatasetEntry, OverviewTotals, WorkbenchOverview
from pipeweave_dagster.services.overview_index import overview_of
from pipeweave_dagster.services.run_figures import run_cost


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave overview --top 10`")(overview)


def overview(
    top: Annotated[int, typer.Option(min=1, help="Number of data sets that are listed.")] = 50,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Read every data set again instead of the index.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show all data sets: champions, drift, success, time and cost of runs, best models.

    Data sets that need attention are listed first.
    """
    settings = home.prepare()
    with home.workbench() as bench:
        found = overview_of(bench.store, rebuild=rebuild)
    totals = found.totals()
    rate, cost = totals.runs.success_rate, run_cost(totals.runs.seconds, settings.cost_per_hour)
    facts: dict[str, Any] = {
        "totals": totals.model_dump(mode="json"),
        "success_rate": rate,
        "run_cost": cost,
        "best": [entry.dataset for entry in found.best()],
        "datasets": [entry.model_dump(mode="json") for entry in found.datasets],
    }
    emit(facts, json, "\n".join([*_totals(totals, cost), *_tables(found, totals, top)]))


def _totals(totals: OverviewTotals, cost: float | None) -> list[str]:
    runs, rate = totals.runs, totals.runs.success_rate
    share = "-" if rate is None else f"{rate:.1%}"
    price = "" if cost is None else f", cost {cost:,.2f}"
    advice = f", advice {totals.advice_usd:.4f} USD" if totals.advice_usd else ""
    state = (
        f"{counted(totals.datasets, 'data set')}: {totals.published:,} published, "
        f"{totals.champions:,} with a champion, {totals.failing:,} whose last run failed, "
        f"{totals.blocked:,} blocked, {totals.drifted:,} with drift."
    )
    work = (
        f"Runs: {runs.succeeded:,} succeeded, {runs.failed:,} failed ({share} success), "
        f"{runs.running:,} under way; {runs.seconds:,.0f} s{price}{advice}."
    )
    return [state, work]


def _tables(found: WorkbenchOverview, totals: OverviewTotals, top: int) -> list[str]:
    shown = found.by_attention()[:top]
    lines = ["", columns(["data set", "last run", "champion", "score", "drift", "alerts", "runs",
                          "seconds"], [_row(entry) for entry in shown])]  # fmt: skip
    if len(found.datasets) > top:
        lines.append(f"{len(found.datasets) - top:,} more data sets; see --top.")
    if best := found.best():
        rows = [(e.dataset, e.model or "-", e.score or "-") for e in best]
        lines += ["", columns(["best models", "model", "score"], rows)]
    times = sorted(totals.runs.assets.items(), key=lambda item: -item[1].seconds)
    if times:
        spent = [
            (name, time.runs, f"{time.seconds:,.1f}", f"{time.seconds / time.runs:,.1f}")
            for name, time in times
        ]
        lines += ["", columns(["asset", "runs", "seconds", "per run"], spent)]
    return lines


def _row(entry: DatasetEntry) -> tuple[object, ...]:
    runs, batch = entry.runs, entry.batch
    return (
        entry.dataset,
        entry.last_attempt.partition(" ")[0],
        entry.champion.version if entry.champion else "-",
        entry.score or "-",
        (batch.verdict if batch else "") or "-",
        entry.alerts,
        f"{runs.succeeded}/{runs.succeeded + runs.failed}" if runs else "-",
        f"{runs.seconds:,.1f}" if runs else "-",
    )
