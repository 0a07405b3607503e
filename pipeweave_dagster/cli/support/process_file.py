"""Upload one file and run the main job on it, in the process of a command."""

from pathlib import Path
from typing import Any, NamedTuple

from pipeweave_dagster.cli.support import home
from pipeweave_dagster.cli.support.dev_lock import with_its_addresses
from pipeweave_dagster.cli.support.show_option import Show
from pipeweave_dagster.cli.support.uploads import readable, remember, were_valid
from pipeweave_dagster.core.errors import PipeWeaveError
from pipeweave_dagster.core.landing import settings_from
from pipeweave_dagster.core.naming import SETTINGS_FILE
from pipeweave_dagster.services.upload_addresses import file_name_of
from pipeweave_dagster.services.upload_completion import place
from pipeweave_dagster.services.upload_locks import lock_upload


class Processed(NamedTuple):
    """What a run has made, why it failed, and a note on settings that could not be kept."""

    facts: dict[str, Any]
    error: PipeWeaveError | None
    note: str | None


def process_file(file: Path, dataset: str, chosen: dict[str, Any], *, show: Show) -> Processed:
    """Run the main job on a file as the newest upload of a data set.

    Args:
        file: Any table.
        dataset: A valid name; the data set need not exist yet.
        chosen: Settings of the data set, which hold for this run and, once it has found them
            valid for the data, are kept in `pipeweave.yaml` where it has none of its own.
        show: What of the runs is shown.

    Raises:
        PipeWeaveError: VALIDATION_ERROR for a file that cannot be read or settings that are not
            valid. What goes wrong in the run is returned.
    """
    from pipeweave_dagster.cli.support.launch import execute
    from pipeweave_dagster.lib.failure_reasons import error_of
    from pipeweave_dagster.lib.partitions import (
        SETTINGS_VERSION_TAG,
        UPLOAD_TAG,
        UPLOAD_VERSION_TAG,
    )
    from pipeweave_dagster.services.run_facts import summarise

    settings = home.prepare()
    path = readable(file, settings.max_dataset_bytes)
    settings_from(chosen, "the command line")
    key = f"uploads/{dataset}/{file_name_of(path.name)}"
    beside = f"uploads/{dataset}/{SETTINGS_FILE}"
    with (
        home.workbench() as bench,
        home.instance() as instance,
        lock_upload(bench.store, key),
        lock_upload(bench.store, beside),
    ):
        version = place(bench.store, dataset, key, path)
        tags = {UPLOAD_TAG: key, UPLOAD_VERSION_TAG: version}
        written = bench.store.storage.stat(beside)
        if written is not None:
            tags[SETTINGS_VERSION_TAG] = written.version
        config = {"ops": {"raw_upload": {"config": {**chosen, "upload": key}}}}
        run_id = execute(
            instance, bench, "process_dataset", dataset, tags=tags, config=config, show=show
        )
        facts = summarise(bench.store, with_its_addresses(settings), dataset, run_id)
        error = error_of(instance, run_id)
        note = None
        if error is None or were_valid(bench.store, facts):
            note = remember(bench.store, dataset, chosen)
            kept = bench.store.storage.stat(beside)
            if kept is not None and kept != written:  # the sensor starts no run for it
                instance.add_run_tags(run_id, {SETTINGS_VERSION_TAG: kept.version})
    facts["error"] = error.envelope() if error else None
    return Processed(facts, error, note)
