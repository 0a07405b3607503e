"""`pipeweave monitor`: batches of a data set, their drift, and the performance of its models."""

import time
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, day, emit, plain
from pipeweave_dagster.cli.support.refused_text import refused_lines
from pipeweave_dagster.core.documents import BatchRecord, Comparison, PerformanceReport
from pipeweave_dagster.core.number_format import compared
from pipeweave_dagster.core.trial_states import verdict_text
from pipeweave_dagster.services.batch_history import history_of, score_text
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.monitoring_facts import monitoring_facts

_MOST_COLUMNS = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave monitor titanic`")(monitor)


def monitor(
    name: Annotated[str, typer.Argument(help="Data set.")],
    last: Annotated[int, typer.Option(min=1, help="Number of batches that are shown.")] = 24,
    json: AsJson = False,
) -> None:
    """Show scored batches: drift, expected and measured performance, and what is late.

    Performance is expected from the predictions alone, and measured once labels have arrived in
    `labels/NAME/`.
    """
    settings = home.prepare()
    with home.workbench() as bench:
        dataset = known(bench.store, name)
        facts = monitoring_facts(bench.store, dataset, settings, time.time(), last)
        history = history_of(bench.store, dataset)
        report = bench.store.latest(dataset, "performance", PerformanceReport)
    text = _text(history.batches[-last:], facts, report.comparison if report else None)
    emit(facts, json, "\n".join([text, *refused_lines(history.refused)]))


def _text(
    shown: Sequence[BatchRecord], facts: dict[str, Any], comparison: Comparison | None
) -> str:
    if not shown:
        lines = ["No batch was scored yet: put a file into the folder `predict/` of the data set."]
    else:
        header = ["scored (UTC)", "batch", "version", "rows", "labelled", "metric", "expected",
                  "measured", "drifted"]  # fmt: skip
        lines = [columns(header, [_row(record) for record in reversed(shown)], width=60)]
    if facts["earlier"]:
        lines.append(f"{facts['earlier']:,} earlier batches are not shown.")
    lines += [f"scores worse than on its test rows: {plain(name, 80)}" for name in facts["worse"]]
    if comparison is not None and comparison.difference is not None:
        lines.append(
            f"challenger in shadow: {verdict_text(comparison.verdict)} the {comparison.other} on "
            f"{comparison.rows:,} labelled rows: "
            f"{compared(comparison.difference, comparison.low, comparison.high)}"
        )
    lines += [f"late: {part['text']}" for part in facts["late"]]
    lines += [f"note: {plain(note, 400)}" for note in facts["notes"]]
    return "\n".join(lines)


def _row(record: BatchRecord) -> tuple[object, ...]:
    role = "" if record.role == "champion" else f" ({record.role})"
    drifted = [f"{c.name} {c.score:.2f}" if c.score else c.name for c in record.drift]
    more = len(drifted) - _MOST_COLUMNS
    named = ", ".join(drifted[:_MOST_COLUMNS]) + (f" and {more} more" if more > 0 else "")
    return (
        day(record.scored_at),
        record.batch,
        f"{record.model_version}{role}",
        f"{record.rows:,}",
        f"{record.labelled:,}",
        record.metric or "-",
        score_text(record.estimated, record),
        score_text(record.measured, record),
        named or record.verdict or "-",
    )
