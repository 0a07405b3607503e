"""`pipeweave datasets`: list, show, compare, rename and remove data sets."""

from typing import Annotated

import typer

from pipeweave_dagster.cli.commands import (
    dataset_owner,
    dataset_quarantine,
    dataset_removal,
    dataset_rename,
    dataset_schema,
)
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.model_text import model_line
from pipeweave_dagster.cli.support.output import AsJson, columns, emit, plain
from pipeweave_dagster.cli.support.refused_text import refused_lines
from pipeweave_dagster.core.documents import DatasetEntry
from pipeweave_dagster.services.batch_history import history_of
from pipeweave_dagster.services.dataset_facts import dataset_facts, list_facts
from pipeweave_dagster.services.reading_text import left_out_lines, note_lines, reading_lines

_LABELS = {"last_attempt": "last run", "updated_at": "updated"}


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="List, show, rename and remove data sets.", no_args_is_help=True)
    group.command("ls", epilog="Example: `pipeweave datasets ls --page 2 --json`")(ls)
    group.command("show", epilog="Example: `pipeweave datasets show titanic`")(show)
    dataset_quarantine.register(group)
    dataset_schema.register(group)
    dataset_owner.register(group)
    dataset_removal.register(group)
    dataset_rename.register(group)
    app.add_typer(group, name="datasets")


def ls(
    page: Annotated[int, typer.Option(help="Page number, starting at 1.", min=1)] = 1,
    page_size: Annotated[int, typer.Option(help="Data sets per page.", min=1, max=1000)] = 100,
    json: AsJson = False,
) -> None:
    """List the data sets by name, one page at a time, with champion, score and last run."""
    home.prepare()
    with home.workbench() as bench:
        facts = list_facts(bench.store, page, page_size)
    entries = [DatasetEntry.model_validate(entry) for entry in facts["datasets"]]
    rows = [
        (e.dataset, e.rows or "-", e.model_target or "-", _champion(e), e.score or "-",
         model_line(e.challenger, e.model_target), e.last_attempt)
        for e in entries
    ]  # fmt: skip
    header = ["data set", "rows", "target", "champion", "score", "challenger", "last run"]
    table = columns(header, rows)
    problems = [f"{e.dataset}: {problem}" for e in entries for problem in e.problems]
    problems += [f"left out of the landing zone: {text}" for text in facts["left_out"]]
    lines = [table, f"{len(entries)} of {facts['total']}, page {page}", *map(plain, problems)]
    emit(facts, json, "\n".join(lines))


def _champion(entry: DatasetEntry) -> str:
    if entry.champion:
        return f"version {entry.champion.version}"
    return "none" if entry.model else "-"


def show(name: Annotated[str, typer.Argument(help="Data set.")], json: AsJson = False) -> None:
    """Show a data set: version, target, champion, assets, its last run, and how it was read."""
    home.prepare()
    with home.workbench() as bench:
        facts = dataset_facts(bench.store, name)
        refused = history_of(bench.store, facts["dataset"]).refused
    summary = DatasetEntry.model_validate(facts["summary"])
    stages = [
        (asset, e["document"][:12], e["run_id"][:8], e["stale"] or "")
        for asset, e in facts["stages"].items()
    ]
    header = ["asset", "document", "run", "stale"]
    shown = 4 if any(cells[-1] for cells in stages) else 3  # a column of blanks says nothing
    table = columns(header[:shown], [cells[:shown] for cells in stages])
    reading = facts["reading"]
    owner = f"{'owner':>13}  {plain(facts['owner'])}"
    lines = [_summary_text(summary), *([owner] if facts["owner"] else []), "", table]
    if reading:
        lines += ["", *reading_lines(reading), *left_out_lines(reading["left_out"])]
    lines += [*note_lines([facts["owner_note"]] if facts["owner_note"] else [])]
    lines += [*note_lines(facts["schema_notes"]), *refused_lines(refused)]
    emit(facts, json, "\n".join(lines))


def _summary_text(entry: DatasetEntry) -> str:
    """Return one line per fact, and per item of a list; the target is the champion's."""
    target = entry.model_target
    models = {"champion": entry.champion, "challenger": entry.challenger}
    facts = entry.model_dump(mode="json") | {"target": target}
    facts |= {key: model_line(model, target) for key, model in models.items() if model}
    lines = []
    for key, value in facts.items():
        items = value if isinstance(value, list) else [value] if value else []
        label = _LABELS.get(key, key.replace("_", " "))
        lines += [f"{'' if i else label:>13}  {plain(item)}" for i, item in enumerate(items)]
    return "\n".join(lines)
