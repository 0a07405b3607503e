"""Write typed tables, rows of models and predictions without the rows of one subject."""

from pipeweave_dagster.core.documents import (
    DatasetSnapshot,
    Payload,
    PredictionBatch,
    TrainedModel,
)
from pipeweave_dagster.core.erasure import (
    remove_equal,
    remove_from_table,
    remove_positions,
    remove_records,
    rewrite_predictions,
)
from pipeweave_dagster.core.model.column_names import fold_name
from pipeweave_dagster.core.model.hashed_values import hashed_text, key_id
from pipeweave_dagster.core.model.test_row_columns import ROW
from pipeweave_dagster.services.erasure_plan import Plan
from pipeweave_dagster.services.model_versions import document_address, table_of, versions
from pipeweave_dagster.services.prediction_origin import PredictionOrigin
from pipeweave_dagster.services.privacy_key import privacy_key


def erase_tables(plan: Plan) -> None:
    """Write typed tables, quarantined records and the rows of scored batches anew."""
    for document in plan.documents():
        if isinstance(document, DatasetSnapshot):
            _erase_table(plan, document)
        elif isinstance(document, PredictionBatch):
            gone = plan.numbers.get(document.data_sha256, [])
            _positions(plan, document.rows_file, gone, "", "rows of batches")


def _erase_table(plan: Plan, document: DatasetSnapshot) -> None:
    store, data = plan.store, document.data
    plan.columns |= {column.name for column in document.columns}
    if data.sha256 not in plan.tables and store.storage.stat(data.key):
        target = plan.scratch() / "table"
        rows = plan.workbench.on_data(
            remove_from_table,
            store.payload(data),
            plan.column,
            _as_stored(plan, document),
            target,
        )
        plan.tables[data.sha256] = rows
        if rows:
            plan.replace_payload(data, target, "typed tables", len(rows))
    held = document.quarantine
    if held is not None and held.sha256 not in plan.quarantined and store.storage.stat(held.key):
        target = plan.scratch() / "records"
        count = plan.workbench.on_data(remove_records, store.payload(held), plan.value, target)
        plan.quarantined[held.sha256] = count
        if count:
            plan.replace_payload(held, target, "quarantined records", count)


def _as_stored(plan: Plan, document: DatasetSnapshot) -> str:
    """Return the subject as a typed table has it, which may be its hash; note what hides it."""
    wanted = fold_name(plan.column)
    if wanted in map(fold_name, document.withheld):
        plan.left.append(
            f"typed table of {document.rows:,} rows: {plan.column!r} is kept out of it, so its rows"
            " of the subject cannot be told from others; run the data set again from the new files"
        )
    for column in document.columns:
        if fold_name(column.name) == wanted and column.privacy == "hash":
            key = privacy_key(plan.workbench.settings).get_secret_value()
            if column.hash_key == key_id(key):
                return hashed_text(plan.value, key) or plan.value
            plan.left.append(
                f"typed table of {document.rows:,} rows: {plan.column!r} was hashed with another"
                " key"
            )
    return plan.value


def erase_model_rows(plan: Plan) -> None:
    """Write test rows, divisions and samples of training rows anew, and name the versions."""
    pairs = _models_and_tables(plan)
    for trained, table in pairs:
        gone = plan.tables.get(table.data.sha256, [])
        if not gone:
            continue
        for payload in filter(None, (trained.test_rows, trained.division)):
            _positions(plan, payload, gone, ROW, "test rows and divisions")
        sample = trained.reference
        if sample.sha256 not in plan.moved and plan.store.storage.stat(sample.key):
            target = plan.scratch() / "sample"
            count = plan.workbench.on_data(
                remove_equal,
                plan.store.payload(sample),
                plan.store.payload(table.data),
                gone,
                target,
            )
            if count:
                plan.replace_payload(sample, target, "samples of training rows", count)
        if trained.mlflow and trained.mlflow.model_version not in plan.versions:
            plan.versions.append(trained.mlflow.model_version)
    plan.versions.sort(key=lambda version: (len(version), version))


def erase_predictions(plan: Plan) -> None:
    """Write the predictions of batches that had the subject anew."""
    for key in plan.records():
        if not key.startswith("predictions/"):
            continue
        origin = plan.store.records.read(key, PredictionOrigin)
        gone = plan.numbers.get(origin.file.sha256, []) if origin else []
        parquet, csv = (key.removesuffix(".json") + end for end in (".parquet", ".csv"))
        if origin is None or not gone or plan.store.storage.stat(parquet) is None:
            continue
        folder = plan.scratch()
        plan.store.storage.fetch(parquet, folder / "before")
        versions_ = {old: new for old, (new, _) in plan.moved.items()}
        plan.rows["predictions"] += plan.workbench.on_data(
            rewrite_predictions, folder / "before", gone, versions_, folder
        )
        for target, name, before in (
            (parquet, "predictions.parquet", origin.parquet),
            (csv, "predictions.csv", origin.csv),
        ):
            fresh = Payload.of(folder / name)
            plan.moved[before.sha256] = fresh.sha256, fresh.size_bytes
            plan.new[target] = folder / name


def _models_and_tables(plan: Plan) -> list[tuple[TrainedModel, DatasetSnapshot]]:
    """Return every model of kept runs and versions with the table that it was trained on."""
    store, found = plan.store, dict[str, tuple[TrainedModel, DatasetSnapshot]]()
    entries = [m.entries for r in store.manifests(plan.dataset)
               if (m := store.manifest(plan.dataset, r))]  # fmt: skip
    head = store.head(plan.dataset)
    for each in [*entries, *([head.entries] if head else [])]:
        trained = store.load_entry(each, "model", TrainedModel)
        # The table of the run that made the model; a later one may have another.
        made_from = each["model"].inputs.get("dataset") if "model" in each else None
        if trained and made_from and store.storage.stat(f"documents/{made_from}.json"):
            found[trained.sha256] = trained, store.load(made_from, DatasetSnapshot)
    for version in versions(store, plan.dataset):
        address = document_address(store, plan.dataset, version)
        table = None if address in found else table_of(store, plan.dataset, version)
        if table is not None:
            found[address] = store.load(address, TrainedModel), table
    return list(found.values())


def _positions(plan: Plan, payload: Payload, gone: list[int], column: str, area: str) -> None:
    if not gone or payload.sha256 in plan.moved or plan.store.storage.stat(payload.key) is None:
        return
    target = plan.scratch() / "rows"
    count = plan.workbench.on_data(
        remove_positions, plan.store.payload(payload), gone, target, column
    )
    if target.exists():
        plan.replace_payload(payload, target, area, count)
