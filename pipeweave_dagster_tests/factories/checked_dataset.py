"""A data set whose run has reached the findings, stored without any run."""

import time

import pandas as pd

from pipeweave_dagster.adapters.state import Attempt, DocumentStore, Entry, Manifest
from pipeweave_dagster.core.documents import Document, Finding, Findings
from pipeweave_dagster_tests.factories.pipelines import make_schema, make_snapshot

HOSTILE = "<script>alert(1)</script>"


def finding(code: str, state: str, column: str, **facts) -> Finding:
    """A finding about one column."""
    return Finding.model_validate(
        {
            "code": code,
            "title": "All is well",
            "group": "leakage",
            "state": state,
            "columns": [column],
            "message": f"'{column}': look at it.",
            **facts,
        }
    )


FINDINGS = [
    finding("PW204", "blocked", "late", patch={"columns": {"late": {"drop": True}}}),
    finding("PW303", "alerted", HOSTILE, patch={"columns": {HOSTILE: {"missing": ["NA"]}}}),
    finding("PW801", "alerted", "x"),
    finding("PW100", "passed", "x"),
]


def put_checked(
    store: DocumentStore,
    dataset: str = "demo",
    state: str = "failed",
    parts: dict[str, Document] | None = None,
) -> str:
    """Store a run of the data set that was stopped by its findings; return their address."""
    parts = parts or small_parts(*FINDINGS)
    entries = {
        name: Entry(document=store.save(part), key="k", run_id="r1", made_at=time.time() - 60)
        for name, part in parts.items()
    }
    began = time.time() - 120
    store.save_manifest(
        Manifest(dataset=dataset, run_id="r1", started_at=began, entries=entries, made=[*entries])
    )
    attempt = {"run_id": "r1", "started_at": began, "state": state, "blocked": ["PW204"]}
    store.save_attempt(dataset, Attempt.model_validate(attempt))
    return entries["findings"].document


def small_parts(*findings: Finding) -> dict[str, Document]:
    """The documents of a small table with these findings."""
    table = pd.DataFrame({"x": [1.5, 2.5], "late": [0, 1], HOSTILE: ["a", "b"], "y": ["n", "p"]})
    return {
        "dataset": make_snapshot(table),
        "schema_deduction": make_schema(table, "y", "binary"),
        "findings": Findings(findings=[*findings]),
    }
