"""Metadata of pipelines and models."""

from typing import Any

import dagster as dg

from pipeweave_dagster.adapters.web_links import mlflow_urls
from pipeweave_dagster.core.documents import PipelineSpec, TrainedModel
from pipeweave_dagster.lib.metadata import markdown
from pipeweave_dagster.lib.metadata.base import Describers
from pipeweave_dagster.settings import Settings


def _pipeline(document: PipelineSpec, settings: Settings) -> dict[str, Any]:
    from pipeweave_dagster.core.pipelines.diagram import describe, mermaid_diagram, svg_diagram

    _ = settings
    steps = [(s.name, s.kind, s.use, len(s.columns), s.reason) for s in document.steps]
    dropped = [f"{name}: {reason}" for name, reason in document.dropped.items()]
    diagram = markdown.inline_svg(
        svg_diagram(document), "The steps of the pipeline and their order"
    )
    shown = {"diagram": diagram} if diagram is not None else {}
    return {
        **shown,
        "target": f"{document.target} ({document.task})",
        "metric": document.metric,
        "split": f"{document.split.kind}: {document.split.reason}",
        "steps": dg.MetadataValue.md(
            markdown.table(["step", "kind", "type", "columns", "reason"], steps)
        ),
        "dropped": dg.MetadataValue.md(markdown.bullets(dropped)),
        "feature_count": len(document.features),
        "in_words": describe(document),
        "mermaid": mermaid_diagram(document),
    }


def _model(document: TrainedModel, settings: Settings) -> dict[str, Any]:
    from pipeweave_dagster.core.trial_states import explained

    rows = [
        (t.name, t.family, markdown.number(t.score), markdown.number(t.score_std, 2),
         f"{t.fit_seconds:.1f}", t.state, t.note)
        for t in document.leaderboard
    ]  # fmt: skip
    header = ["trial", "family", document.metric, "std", "seconds", "state", "note"]
    facts: dict[str, Any] = {
        "winner": document.winner,
        "verdict": document.verdict,
        "leaderboard": dg.MetadataValue.md(
            f"{markdown.table(header, rows)}\n\n{explained(t.state for t in document.leaderboard)}"
        ),
        "rows_train": document.rows_train,
        "rows_test": document.rows_test,
        "used_s": round(document.used_s, 2),
        "budget_s": document.budget_s,
        "notes": dg.MetadataValue.md(markdown.bullets(document.notes)),
    }
    if document.mlflow is not None:
        urls = mlflow_urls(document.mlflow, settings)
        facts |= {f"mlflow_{name}": dg.MetadataValue.url(url) for name, url in urls.items()}
    return facts


describe_model: Describers = {PipelineSpec.kind: _pipeline, TrainedModel.kind: _model}
