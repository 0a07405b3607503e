"""Pull a source in a worker process: only parts that have changed are read."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import SecretStr

from pipeweave_dagster.adapters.sources.address import Address, parse_address
from pipeweave_dagster.adapters.sources.reader import Reader
from pipeweave_dagster.core.documents import PulledPart, Source, SourcePull
from pipeweave_dagster.core.errors import ErrorCode, PipeWeaveError, unavailable
from pipeweave_dagster.core.sources.part_sql import PartState


def pull_source(
    name: str,
    source: Source,
    url: SecretStr,
    known: SourcePull | None,
    folder: Path,
    max_bytes: int,
) -> SourcePull:
    """Read what has changed since the last pull.

    Args:
        name: Name of the source.
        source: What to read.
        url: The address of the database.
        known: The last pull; None reads everything.
        folder: Empty folder; receives one Parquet file per part that was read.
        max_bytes: How much may be written.

    Returns:
        All parts; those that were not read again are those of `known`.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE if the database does not respond.
    """
    from pipeweave_dagster.adapters.sources.part_files import PartFiles

    with _session(source, url) as (reader, address):
        definition = _definition(source, reader.definition())
        states = reader.parts() if source.incremental else []
        kept = _unchanged(known if known and known.definition == definition else None, states)
        wanted = [state for state in states if state.values not in kept]
        files = PartFiles(folder, name, reader, max_bytes)
        read: list[PulledPart] = []
        if wanted or not source.incremental:
            read = list(files.write(reader.batches(wanted), wanted))
        by_values = {tuple(part.values): part for part in read} | kept
        _check_complete(states, by_values, address)
        order = [state.values for state in states] if source.incremental else [()]
        return SourcePull(
            source=name,
            described=source.described,
            definition=definition,
            parts=[by_values[values] for values in order],
        )


def check_source(source: Source, url: SecretStr) -> list[str]:
    """Return the columns of a source as `name: type`, without reading rows.

    Raises:
        PipeWeaveError: As `pull_source`.
    """
    with _session(source, url) as (reader, _):
        return [f"{field.name}: {field.type}" for field in reader.schema()]


@contextlib.contextmanager
def _session(source: Source, url: SecretStr) -> Iterator[tuple[Reader, Address]]:
    """Open a session; errors that no reader expects lose their secrets, too."""
    address = parse_address(source.kind, url.get_secret_value(), str(source.connection))
    reader: Reader | None = None
    try:
        reader = open_reader(source, address)
        yield reader, address
    except PipeWeaveError:
        raise
    except Exception as error:  # noqa: BLE001 - a traceback could show the address
        raise PipeWeaveError(
            ErrorCode.INTERNAL_ERROR,
            f"Reading the source ({address}) failed: {type(error).__name__}:"
            f" {address.hidden(error)}.",
            fix="This is a bug in PipeWeave.",
        ) from None
    finally:
        if reader is not None:
            reader.close()


def open_reader(source: Source, address: Address) -> Reader:
    """Open a read-only session.

    Raises:
        PipeWeaveError: SERVICE_UNAVAILABLE, UNAUTHORIZED, or VALIDATION_ERROR if its driver is not
            installed.
    """
    if source.kind == "postgres":
        from pipeweave_dagster.adapters.sources.postgres import PostgresReader

        return PostgresReader(source, address)
    if source.kind == "mysql":
        from pipeweave_dagster.adapters.sources.mysql import MySqlReader

        return MySqlReader(source, address)
    if source.kind == "mongodb":
        from pipeweave_dagster.adapters.sources.mongodb import MongoReader

        return MongoReader(source, address)
    if source.kind == "cratedb":
        from pipeweave_dagster.adapters.sources.cratedb import CrateReader

        return CrateReader(source, address)
    raise AssertionError(f"a {source.kind} is not read from a database")


def _definition(source: Source, columns: str) -> str:
    what = source.model_dump_json(include={"kind", "table", "query", "collection", "incremental"})
    return hashlib.sha256(f"{what}\n{columns}".encode()).hexdigest()[:32]


def _unchanged(
    known: SourcePull | None, states: Sequence[PartState]
) -> dict[tuple[str | None, ...], PulledPart]:
    """Return the known parts whose number of rows and watermark are still the same."""
    now = {state.values: (state.rows, state.watermark) for state in states}
    parts = known.parts if known else []
    return {
        tuple(part.values): part
        for part in parts
        if now.get(tuple(part.values)) == (part.rows, part.watermark)
    }


def _check_complete(
    states: Sequence[PartState],
    found: dict[tuple[str | None, ...], PulledPart],
    address: Address,
) -> None:
    for state in states:
        part = found.get(state.values)
        if part is None or part.rows != state.rows:
            raise unavailable(
                f"The rows of the source ({address}) changed while they were read: part"
                f" {state.values} has {state.rows:,} rows, {part.rows if part else 0:,} were read.",
                fix="The pull is retried.",
            )
