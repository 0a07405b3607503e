"""Erase one subject: its rows leave every stored object, and the rest stays consistent.

Files and tables are written without the rows; documents and records that name them by their hash
are stored anew. A model cannot forget: the versions that learned from the rows are named.
"""

import shutil
import uuid
from collections import Counter

from pipeweave_dagster.core.documents import Part
from pipeweave_dagster.core.errors import validation_error
from pipeweave_dagster.core.suggestions import did_you_mean, nearest_names
from pipeweave_dagster.services.audit import record
from pipeweave_dagster.services.erasure_files import erase_landing, erase_raw
from pipeweave_dagster.services.erasure_plan import Plan
from pipeweave_dagster.services.erasure_tables import (
    erase_model_rows,
    erase_predictions,
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

    `rows` are by area, `versions` the model versions that learned from the rows, `left` what still
    has them, with the reason, and `shared` what stays because other data sets have the same.
    """

    dataset: str
    column: str
    dry_run: bool
    rows: dict[str, int]
    versions: list[str]
    left: list[str]
    shared: list[str]


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
        PipeWeaveError: VALIDATION_ERROR if no column is named, or if nothing has that column.
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
        _check_column(plan)
        moved = {} if dry else _write(plan)
        elsewhere = _elsewhere(plan)
        shared = _shared(plan, elsewhere)
        if not dry:
            _remove(plan, moved, set().union(*elsewhere.values()))
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
        shared=shared,
    )


def _check_column(plan: Plan) -> None:
    """Refuse a column that is not in the data: nothing would be found, and that would be wrong."""
    known = {name.strip().casefold() for name in plan.columns}
    if not known or plan.column.strip().casefold() in known:
        return
    near = nearest_names(plan.column, sorted(plan.columns))
    raise validation_error(
        f"{plan.dataset!r} has no column {plan.column[:100]!r}; nothing was removed.",
        fix=did_you_mean(near, otherwise="See 'pipeweave datasets show'."),
        nearest=near,
    )


def _write(plan: Plan) -> dict[str, str]:
    """Write new objects, then what refers to them, then the uploads; return moved documents."""
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
    return moved


def _remove(plan: Plan, moved: dict[str, str], needed: set[str]) -> None:
    """Remove the old objects and documents that no other data set needs."""
    store = plan.store
    for key in {*plan.gone, *(f"documents/{address}.json" for address in moved)}:
        if _address(key) not in needed:
            store.storage.delete(key)
            (store.cache / "objects" / key).unlink(missing_ok=True)
    # Trials that were interrupted hold predictions for training rows; they can be made again.
    shutil.rmtree(store.cache / "trials", ignore_errors=True)


def _elsewhere(plan: Plan) -> dict[str, set[str]]:
    """Return the addresses that each other data set leads to: equal files are stored once."""
    storage, others = plan.store.storage, dict[str, set[str]]()
    for dataset in plan.store.datasets():
        if plan.gone and dataset != plan.dataset:
            found = set[str]()
            for stored in storage.list(f"datasets/{dataset}/"):
                read = storage.get_tagged(stored.key)
                found |= addresses_in(read[0]) if read else set()
            others[dataset] = reachable(plan.store, found)
    return others


def _shared(plan: Plan, elsewhere: dict[str, set[str]]) -> list[str]:
    """Return what stays, with the data sets that have it, and do not count it as removed."""
    areas: dict[str, Counter[str]] = {}
    for key, (area, rows) in plan.gone.items():
        having = sorted(name for name, needed in elsewhere.items() if _address(key) in needed)
        if having and rows:
            plan.rows[area] -= rows
            areas.setdefault(", ".join(having), Counter())[area] += rows
    return [
        f"{', '.join(f'{n:,} of {area}' for area, n in counts.items())}, also in {names}:"
        " erase the subject there, too"
        for names, counts in areas.items()
    ]


def _address(key: str) -> str:
    return key.split("/")[1].removesuffix(".json")
