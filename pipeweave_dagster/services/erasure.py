"""Erase one subject: its rows leave every stored object, and the rest stays consistent.

Files and tables are written without the rows; documents and records that name them by their hash
are stored anew. A model cannot forget: the versions that learned from the rows are named.
"""

import shutil
import uuid

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.services.audit import record
from pipeweave_dagster.services.erasure_plan import Plan
from pipeweave_dagster.services.erasure_steps import (
    erase_landing,
    erase_model_rows,
    erase_predictions,
    erase_raw,
    erase_tables,
)
from pipeweave_dagster.services.receive import settings_of
from pipeweave_dagster.services.stored_references import (
    addresses_in,
    changed_documents,
    changed_record,
    reachable,
)
from pipeweave_dagster.services.workbench import Workbench


class Erased(Part):
    """What was (or would be) removed.

    `rows` are by area, `versions` the model versions that learned from the rows, and `left` what
    still has them, with the reason.
    """

    dataset: str
    column: str
    dry_run: bool
    rows: dict[str, int]
    versions: list[str]
    left: list[str]


def erase(
    workbench: Workbench, dataset: str, value: str, *, column: str | None = None, dry: bool = False
) -> Erased:
    """Remove the rows of a subject from a data set.

    Args:
        workbench: Storage and workers.
        dataset: The data set.
        value: The subject; `7`, `7.0` and ` 7` are one.
        column: The column that identifies a subject; default: `id` of pipeweave.yaml.
        dry: Count without removing.

    Raises:
        PipeWeaveError: VALIDATION_ERROR if no column is named.
    """
    column = column or settings_of(workbench.store, dataset).id
    if column is None or not value.strip():
        raise validation_error(
            f"No column is declared that identifies a row of {dataset!r}, or the value is empty.",
            fix="Add --column NAME, or `id: NAME` to pipeweave.yaml.",
        )
    folder = workbench.store.cache / "scratch" / f"erasure-{uuid.uuid4()}"
    plan = Plan(workbench, dataset, column, value, folder)
    try:
        for step in (erase_raw, erase_landing, erase_tables, erase_model_rows, erase_predictions):
            step(plan)
        if not dry:
            _carry_out(plan)
            record(workbench.store, "erase", dataset, after={"rows": plan.rows})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows = {area: count for area, count in plan.rows.items() if count}
    return Erased(
        dataset=dataset,
        column=column,
        dry_run=dry,
        rows=rows,
        versions=plan.versions,
        left=plan.left,
    )


def _carry_out(plan: Plan) -> None:
    """Write new objects, then what refers to them, then the uploads; remove the old ones last."""
    store, records = plan.store, plan.records()
    uploads = {key for key in plan.new if key.split("/")[0] in {"uploads", "predict", "labels"}}
    for key in plan.new.keys() - uploads:
        store.storage.put_file(key, plan.new[key])
    moved = changed_documents(store, plan.addresses(), plan.change)
    for key, data in records.items():
        changed = changed_record(data, plan.change, moved)
        if changed != data:
            store.storage.put(key, changed)
    for key in uploads:
        store.storage.put_file(key, plan.new[key])
    gone = plan.gone | {f"documents/{address}.json" for address in moved}
    needed = _needed_elsewhere(plan)
    for key in gone:
        if key.split("/")[1].removesuffix(".json") not in needed:
            store.storage.delete(key)
            (store.cache / "objects" / key).unlink(missing_ok=True)
    # Trials that were interrupted hold predictions for training rows; they can be made again.
    shutil.rmtree(store.cache / "trials", ignore_errors=True)


def _needed_elsewhere(plan: Plan) -> set[str]:
    """Return the addresses that other data sets lead to: equal files are stored once."""
    storage, others = plan.store.storage, set[str]()
    for dataset in plan.store.datasets():
        if dataset != plan.dataset:
            for stored in storage.list(f"datasets/{dataset}/"):
                read = storage.get_tagged(stored.key)
                others |= addresses_in(read[0]) if read else set()
    return reachable(plan.store, others)
