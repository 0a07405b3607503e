"""Summarise a run from the documents of its manifest, as `--json` prints it."""

from typing import Any

from pipeweave_dagster.adapters.state import DocumentStore, Manifest
from pipeweave_dagster.adapters.web_links import mlflow_urls
from pipeweave_dagster.core.asset_catalog import BY_NAME
from pipeweave_dagster.core.evaluation.unpredicted import few_rows_note, unpredicted_note
from pipeweave_dagster.core.schema.no_target import why_no_model
from pipeweave_dagster.services.acknowledgements import acknowledgements
from pipeweave_dagster.services.overview import score_text
from pipeweave_dagster.settings import Settings

_SUMMARISED = ("dataset", "schema_deduction", "findings", "eda_report", "model", "model_evaluation")


def summarise(
    store: DocumentStore, settings: Settings, dataset: str, run_id: str
) -> dict[str, Any]:
    """Return the stable JSON form (see the reference); assets that were not made are null."""
    manifest = store.manifest(dataset, run_id)
    found = {
        name: store.load(manifest.entries[name].document, BY_NAME[name].document)
        for name in _SUMMARISED
        if manifest is not None and name in manifest.made
    }
    head = store.head(dataset)
    return {
        "dataset": dataset,
        "run_id": run_id,
        "published": head is not None and head.run_id == run_id,
        "reused": _reused(manifest, run_id),
        "data": _data(found.get("dataset")),
        "target": _target(found.get("schema_deduction")),
        "no_model": _why_no_model(found),
        "findings": _findings(store, dataset, found.get("findings"), manifest),
        "model": _model(found.get("model"), found.get("model_evaluation")),
        "links": _links(found, settings, dataset, run_id),
    }


def _reused(manifest: Manifest | None, run_id: str) -> list[str]:
    if manifest is None:
        return []
    return [name for name in manifest.made if manifest.entries[name].run_id != run_id]


def _data(document: Any) -> dict[str, Any] | None:
    if document is None:
        return None
    return {
        "rows": document.rows,
        "rows_read": document.rows_read,
        "rows_quarantined": document.rows_quarantined,
        "columns": len(document.columns),
        "dialect": document.dialect.model_dump(exclude_none=True),
        "notes": document.notes,
    }


def _target(document: Any) -> dict[str, Any] | None:
    return document.target.model_dump(mode="json") if document is not None else None


def _why_no_model(found: dict[str, Any]) -> str | None:
    """Return why a data set that nothing blocks has no model; None if it has a target."""
    schema, findings = found.get("schema_deduction"), found.get("findings")
    if schema is None or findings is None or findings.blocked:
        return None
    return why_no_model(schema.target) or None


def _findings(
    store: DocumentStore, dataset: str, document: Any, manifest: Manifest | None
) -> list[dict[str, Any]] | None:
    if document is None or manifest is None:
        return None
    made_at = manifest.entries["findings"].made_at
    known = acknowledgements(store, dataset)
    return [
        f.model_dump(
            mode="json",
            include={"code", "state", "title", "columns", "message", "proposal", "overridden"},
        )
        | {"acknowledged": any(answer.covers(f, made_at) for answer in known)}
        for f in document.findings
        if f.state != "passed"
    ]


def _model(model: Any, evaluation: Any) -> dict[str, Any] | None:
    if model is None:
        return None
    facts = {
        "winner": model.winner,
        "verdict": model.verdict,
        "metric": model.metric,
        "rows_train": model.rows_train,
        "rows_test": model.rows_test,
        "sampled_of": model.sampled_of,
        "rows_fit": model.rows_fit,
        "budget_s": model.budget_s,
        "extended_to_s": model.extended_to_s,
        "processor_share": model.processor_share,
        "used_s": round(model.used_s, 2),
        "leaderboard": [t.model_dump(mode="json") for t in model.leaderboard],
        "serving_note": model.serving_note,
        "test": None,
    }
    if evaluation is not None:
        scores = {n: e.model_dump(mode="json") for n, e in evaluation.metrics.items()}
        facts |= {"test": scores, "alias": evaluation.promoted, "score": score_text(evaluation)}
        facts |= {"alias_reason": evaluation.promotion_reason, "dropped": evaluation.dropped}
        facts["cut"] = evaluation.cut
        facts["few_rows"] = few_rows_note(evaluation.by_class)
        facts["unpredicted"] = unpredicted_note(model, evaluation.by_class)
    return facts


def _links(found: dict[str, Any], settings: Settings, dataset: str, run_id: str) -> dict[str, str]:
    links = {
        "page": f"{settings.web_url}/datasets/{dataset}",
        "dagster_run": f"{settings.dagster_url}/runs/{run_id}",
    }
    report = found.get("eda_report")
    if report is not None:
        links["report"] = f"{settings.web_url}/reports/{report.html.sha256}/{report.html.name}"
        if not settings.storage_is_s3:
            links["report_file"] = str(settings.storage_folder / report.html.key)
    model = found.get("model")
    if model is not None and model.mlflow is not None:
        urls = mlflow_urls(model.mlflow, settings)
        links |= {f"mlflow_{name}": url for name, url in urls.items()}
    return links
