"""`pipeweave datasets quarantine`: the records of a data set that could not be read."""

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, columns, emit
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import DatasetSnapshot
from pipeweave_dagster.services.known_datasets import known

_SHOWN, _WIDTH = 20, 100


def register(group: typer.Typer) -> None:
    """Add the command."""
    group.command("quarantine", epilog="Example: `pipeweave datasets quarantine titanic`")(
        quarantine
    )


def quarantine(
    name: Annotated[str, typer.Argument(help="Data set.")],
    output: Annotated[
        Path | None, typer.Option(help="Write all of them as CSV instead of showing the first.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the records that could not be read: line, reason and text."""
    home.prepare()
    with home.workbench() as bench:
        dataset = known(bench.store, name)
        rows = _quarantined(bench.store, dataset)
    facts = {"dataset": dataset, "rows": len(rows), "records": rows[:_SHOWN]}
    if output is not None:
        _write_csv(rows, output)
        text = f"Wrote {output}: {counted(len(rows), 'record')}"
    elif rows:
        listed = [list(map(str, row.values())) for row in rows[:_SHOWN]]
        text = columns(list(rows[0]), listed, width=_WIDTH)
        text += f"\n{min(len(rows), _SHOWN):,} of {len(rows):,}"
    else:
        text = "No record is quarantined."
    emit(facts, json, text)


def _quarantined(store: DocumentStore, dataset: str) -> list[dict[str, Any]]:
    head = store.head(dataset)
    snapshot = store.load_entry(head.entries if head else {}, "dataset", DatasetSnapshot)
    if snapshot is None or snapshot.quarantine is None:
        return []
    import pyarrow.parquet as pq

    rows = pq.read_table(store.payload(snapshot.quarantine)).to_pylist()
    between = snapshot.dialect.delimiter or ","
    return [{**row, "record": _as_line(row["record"], between)} for row in rows]


def _as_line(record: str | None, delimiter: str = ",") -> str | None:
    """Return a record, whose cells are stored with a control character between, as in the file.

    Args:
        record: The text of the record.
        delimiter: That of the file; where it is no single character, commas are shown.
    """
    from pipeweave_dagster.core.ingest.base.raw_table import CELL_END

    if record is None or CELL_END not in record:
        return record
    line = io.StringIO()
    between = delimiter if len(delimiter) == 1 and delimiter not in '"\r\n' else ","
    csv.writer(line, delimiter=between, lineterminator="").writerow(record.split(CELL_END))
    return line.getvalue()


def _write_csv(rows: list[dict[str, Any]], output: Path) -> None:
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["line"])
        writer.writeheader()
        writer.writerows(rows)
