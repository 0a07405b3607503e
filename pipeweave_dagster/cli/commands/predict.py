"""`pipeweave predict`: score a file with the champion, without a run."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.output import AsJson, deliver, emit
from pipeweave_dagster.cli.support.read_option import ReadOption, read_setting
from pipeweave_dagster.cli.support.uploads import readable
from pipeweave_dagster.core.counted import counted
from pipeweave_dagster.core.documents import PredictionBatch, ReadSetting
from pipeweave_dagster.core.output_paths import refuse_input, refuse_suffix
from pipeweave_dagster.services.known_datasets import known
from pipeweave_dagster.services.scoring import describe_batch, score


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: `pipeweave predict titanic new.csv --output scored.csv`")(predict)


def predict(
    name: Annotated[str, typer.Argument(help="Data set whose champion is used.")],
    file: Annotated[Path, typer.Argument(help="File with the rows to score.")],
    output: Annotated[Path, typer.Option(help="Output file, .csv or .parquet.")],
    reasons: Annotated[
        bool,
        typer.Option(
            "--reasons", help="Add the three features that contribute most to each prediction."
        ),
    ] = False,
    read: ReadOption = None,
    json: AsJson = False,
) -> None:
    """Score a file: write `prediction` and `probability_CLASS` for every row, in row order."""
    batch = score_file(name, file, output, explain=reasons, read=read_setting(read))
    facts = batch.model_dump(mode="json", exclude={"rows_file", "parquet_key", "csv_key"})
    facts |= {"outside_training": batch.outside_training, "abstained": batch.abstained}
    notes = "".join(f"\nnote: {note}" for note in batch.notes)
    emit(
        {**facts, "output": str(output)},
        json,
        f"Scored {counted(batch.rows, 'row')} with version {batch.model_version} into "
        f"{output}{notes}",
    )


def score_file(
    name: str,
    file: Path,
    output: Path,
    *,
    explain: bool = False,
    read: ReadSetting | None = None,
) -> PredictionBatch:
    """Score a file with the champion of a data set; the output is written atomically.

    Raises:
        PipeWeaveError: NOT_FOUND without a champion, VALIDATION_ERROR if the file cannot be
            read, or the output would overwrite it.
    """
    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    refuse_suffix(output, [".csv", ".parquet"])
    refuse_input(output, path)
    with home.workbench(for_scoring=True) as bench, tempfile.TemporaryDirectory() as folder:
        bench.warm_up()
        raw = describe_batch(path, path.name)
        explain = explain or settings.prediction_reasons
        scored = score(
            bench,
            known(bench.store, name),
            (raw, path.absolute()),
            Path(folder),
            explain=explain,
            read=read,
        )
        source = scored.parquet if output.suffix.casefold() == ".parquet" else scored.csv
        deliver(source, output)
    return scored.batch
