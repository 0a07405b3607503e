"""Columns that the rules doubt, out of SortingHat's: how often the rules are right, and an adviser.

The rules' model has not seen the file that a column comes from. The share of columns whose label
is among the candidates is the most that an adviser, who chooses among them, can reach.
"""

from pathlib import Path
from typing import Any

import numpy as np
from train_type_model import Labelled, load, out_of_fold, temperature

from advice_parts.asker import asker, settings
from pipeweave_dagster.core.advice.privacy import coarse, shared_name
from pipeweave_dagster.core.advice.schema_adviser import CUT, PER_CALL, read_types, types_request
from pipeweave_dagster.core.documents import ColumnDeduction, SchemaDeduction, TargetDeduction
from pipeweave_dagster.core.schema.type_model.features import Evidence
from pipeweave_dagster.core.schema.type_model.forests import CLASSES, softmax
from pipeweave_dagster.services.advice_calls import AdvisorSession, NoAdviceError, request_options

_SEMANTIC = {
    "sentence": "text",
    "embedded-number": "embedded_number",
    "not-generalizable": "identifier",
    "context-specific": "context_specific",
}
_SHOWN = 0.03


def measure(path: Path, scratch: Path) -> None:
    """Print accuracy over and under the cut, and with advice where there is a key."""
    data = load(path)
    logits = out_of_fold(data)
    chances = softmax(logits / temperature(logits, data))
    sure = chances.max(1)
    right = chances.argmax(1) == data.classes
    low = np.flatnonzero(sure < CUT)
    possible = chances[low, data.classes[low]] >= _SHOWN
    print(f"types: {len(right)} columns of {len(set(data.files))} files, cut {CUT}")
    print(f"  rules, all columns:           {right.mean():.4f}")
    print(
        f"  rules, over the cut:          {right[sure >= CUT].mean():.4f} of {(sure >= CUT).sum()}"
    )
    print(f"  rules, under the cut:         {right[low].mean():.4f} of {len(low)}")
    print(f"  label among the candidates:   {possible.mean():.4f}")
    given = settings(scratch / "types")
    adviser = asker(given)
    if adviser is None:
        print("  with key:                     not measured, GOOGLE_API_KEY is not set")
        return
    advised, calls = right.copy(), 0
    for file in sorted(set(data.files[low])):
        rows = low[data.files[low] == file]
        for start in range(0, len(rows), PER_CALL):
            part = rows[start : start + PER_CALL]
            calls += 1
            for row, kind in _asked(adviser, request_options(given), data, chances, part).items():
                advised[row] = CLASSES[data.classes[row]] == kind
    print(f"  with key, under the cut:      {advised[low].mean():.4f} ({calls} calls)")
    print(f"  with key, all columns:        {advised.mean():.4f}")


def _asked(
    adviser: AdvisorSession, options: Any, data: Labelled, chances: Any, rows: Any
) -> dict[int, str]:
    batch = [_column(f"{i}", data.evidence[row], chances[row]) for i, row in enumerate(rows)]
    figures = {f"{i}": _figures(data.evidence[row]) for i, row in enumerate(rows)}
    named = [
        c.model_copy(update={"name": shared_name(data.evidence[row].name)})
        for c, row in zip(batch, rows, strict=True)
    ]
    target = TargetDeduction(name=None, task=None, confidence=0, source="none", reason="")
    schema = SchemaDeduction(columns=named, target=target)
    by_name = {n.name: figures[c.name] for n, c in zip(named, batch, strict=True)}
    request = types_request(schema, named, data.evidence[rows[0]].rows, by_name, options)
    try:
        found = adviser.reply_to("sortinghat", request, lambda text: read_types(text, batch)).value
    except NoAdviceError:
        return {}
    back = {semantic: name for name, semantic in _SEMANTIC.items()}
    return {int(rows[int(i)]): back.get(kind, kind) for i, kind in found.items()}


def _column(name: str, evidence: Evidence, chances: Any) -> ColumnDeduction:
    order = np.argsort(-chances)
    types = {_SEMANTIC.get(CLASSES[k], CLASSES[k]): float(chances[k]) for k in order}
    shown = {t: c for t, c in types.items() if c >= _SHOWN}
    best = next(iter(shown))
    return ColumnDeduction(
        name=name, type=best, storage="text", role="feature", confidence=shown.pop(best),
        alternatives=shown, reason="", distinct=evidence.distinct, missing=evidence.missing,
    )  # fmt: skip


def _figures(evidence: Evidence) -> dict[str, Any]:
    return {"mean": coarse(evidence.mean), "standard_deviation": coarse(evidence.std)}
