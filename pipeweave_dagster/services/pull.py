"""Pull a source into the landing zone, where it is an upload like any other."""

import shutil
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from pydantic import SecretStr

from pipeweave_dagster.adapters.state import DocumentStore
from pipeweave_dagster.adapters.worker import Worker
from pipeweave_dagster.core.documents import Part, Source, SourcePull
from pipeweave_dagster.core.errors import not_found, validation_error
from pipeweave_dagster.services.patience import patiently
from pipeweave_dagster.services.pulled_files import pull_key
from pipeweave_dagster.services.sources import load_source, save_pull, state_of_source
from pipeweave_dagster.services.workbench import Workbench
from pipeweave_dagster.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


class Pulled(Part):
    """The result of a pull, and which parts were read for it.

    `upload` is the key in the landing zone, None if nothing has changed or no data set is wanted.
    """

    pull: SourcePull
    read: list[str]
    upload: str | None


def pull(bench: Workbench, name: str, *, whole: bool = False) -> Pulled:
    """Read what has changed in a source, store it, and put it into the landing zone.

    Args:
        bench: Settings and storage.
        name: Name of the source.
        whole: Read all parts, also those that look unchanged.

    Raises:
        PipeWeaveError: Anything that `load_source` and the database raise.
    """
    from pipeweave_dagster.adapters.sources.pull import pull_source

    store, source = bench.store, load_source(bench.store, name)
    known = None if whole else state_of_source(store, name).pull
    folder = store.scratch(f"pull-{uuid.uuid4()}", name)
    try:
        if source.kind == "join":
            result = _joined(bench, name, source, folder)
        else:
            result = _in_worker(
                bench.settings,
                pull_source,
                name=name,
                source=source,
                url=connection_of(bench.settings, source),
                known=known,
                folder=folder,
                max_bytes=bench.settings.max_dataset_bytes,
            )
        read = _stored(store, result, folder)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)
    save_pull(store, name, result, time.time())
    return Pulled(pull=result, read=read, upload=_delivered(store, name, source, result))


def check(bench: Workbench, name: str) -> list[str]:
    """Connect to a source, and return its columns with their types.

    Raises:
        PipeWeaveError: As `pull`.
    """
    from pipeweave_dagster.adapters.sources.pull import check_source

    source = load_source(bench.store, name)
    if source.kind == "join":
        return []
    url = connection_of(bench.settings, source)
    return _in_worker(bench.settings, check_source, source=source, url=url)


def _joined(bench: Workbench, name: str, source: Source, folder: Path) -> SourcePull:
    """Join what the sources have stored at their last pull.

    Raises:
        PipeWeaveError: NOT_FOUND if one was never pulled; see also `join_parts`.
    """
    from pipeweave_dagster.core.sources.join_parts import join_parts

    inputs = {}
    for other in source.upstream:
        known = state_of_source(bench.store, other).pull
        if known is None or not known.rows:
            raise not_found(
                f"The source {other!r} was not pulled yet, or has no rows.",
                fix=f"Run 'pipeweave sources pull {other}' first.",
            )
        inputs[other] = [bench.local(part.file.key) for part in known.parts]
    part = _in_worker(
        bench.settings, join_parts, name=name, source=source, inputs=inputs, folder=folder
    )
    definition = source.model_dump_json(include={"left", "join"})
    return SourcePull(source=name, described=source.described, definition=definition, parts=[part])


def connection_of(settings: Settings, source: Source) -> SecretStr:
    """Return the address of a source's database.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if the environment does not have it.
    """
    variable = str(source.connection)
    address = settings.connection(variable)
    if address is None:
        raise validation_error(
            f"The environment variable {variable!r} is not set, or is one of PipeWeave's own.",
            fix="Set it where Dagster's code server runs to the address of the database.",
            variable=variable,
        )
    return address


def _in_worker(
    settings: Settings, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs
) -> R:
    """Call in a process of its own, which a cancellation or the time limit can kill."""
    with Worker(access="network") as worker:
        return worker.call(settings.task_time_limit_s, function, *args, **kwargs)


def _stored(store: DocumentStore, result: SourcePull, folder: Path) -> list[str]:
    read = []
    for part in result.parts:
        path = folder / part.file.name
        if path.is_file():
            patiently(store.save_file, part.file.key, path)
            read.append(part.file.name)
    return read


def _delivered(store: DocumentStore, name: str, source: Source, result: SourcePull) -> str | None:
    """Write the upload unless the landing zone has the same; return its key if it was written."""
    if not source.dataset or not result.rows:
        return None
    key, data = pull_key(name), result.model_dump_json(indent=1).encode()
    stored = store.storage.get_tagged(key)
    if stored is not None and stored[0] == data:
        return None
    patiently(store.storage.put, key, data)
    return key
