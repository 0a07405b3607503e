"""What the requests of a set tell at the default level: cells and personal columns, counted."""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from advice_parts.sets import Case
from pipeweave_dagster.core.advice.column_figures import column_figures
from pipeweave_dagster.core.advice.narrative import narrative_request
from pipeweave_dagster.core.advice.pipeline_adviser import proposal_request, shared_columns
from pipeweave_dagster.core.advice.request import RequestOptions
from pipeweave_dagster.core.advice.schema_adviser import batches, types_request
from pipeweave_dagster.core.documents.advice import AdviceRequest

_LEAST_CHARACTERS = 4


def measure(cases: list[Case], scratch: Path) -> None:
    """One line a set: requests, characters, text cells and personal columns that are in them."""
    print("privacy, level statistics: set | requests | characters | text cells | personal columns")
    for case in cases:
        found = requests(case, scratch)
        text = "\n".join(request.facts for request in found)
        words = set(re.findall(r"[\w.-]+", text))
        own = {w for c in case.schema.columns for w in re.findall(r"[\w.-]+", c.name)}
        menu = [r.instruction + json.dumps(json.loads(r.facts).get("menu", [])) for r in found]
        own |= set(re.findall(r"[\w.-]+", "".join(menu))) | {"true", "false"}
        cells = {c for c in _cells(case) if c in words and c not in own}
        cells |= {c for c in _cells(case) if " " in c and c in text}
        shared = {name for request in found for name in _named(json.loads(request.facts))}
        personal = [c.name for c in case.schema.columns if c.pii and c.name in shared]
        print(f"{case.name} | {len(found)} | {len(text)} | {sorted(cells)[:5]} | {personal}")


def _named(facts: dict[str, Any]) -> set[str]:
    """Every column that a request names."""
    entries = [e for key in ("ask", "others", "columns", "facts") for e in facts.get(key, [])]
    names = {e.get("name", e.get("column")) for e in entries}
    return names | {n for e in entries for n in e.get("columns", [])} | {facts.get("target")}


def requests(case: Case, scratch: Path) -> list[AdviceRequest]:
    """All requests of the line."""
    options = RequestOptions("gemini-2.5-flash-lite", "statistics")
    names = [c.name for c in case.schema.columns]
    figures = column_figures(case.snapshot, case.data, names, options.level)
    rows, spec = case.snapshot.rows, case.spec
    found = [types_request(case.schema, b, rows, figures, options) for b in batches(case.schema)]
    if shared_columns(spec, case.schema):
        found.append(proposal_request(spec, case.schema, rows, figures, options))
    summary = case.summary(scratch / f"{case.name}-shared")
    return [*found, narrative_request(summary, options)]


def _cells(case: Case) -> set[str]:
    """Every text of at least four characters that is in a cell."""
    table = pq.read_table(case.data)
    texts = [c.name for c in case.snapshot.columns if c.type == "text"]
    values = {v for name in texts for v in table.column(name).unique().to_pylist()}
    return {v.strip() for v in values if v and len(v.strip()) >= _LEAST_CHARACTERS}
