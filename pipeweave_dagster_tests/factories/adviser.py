"""A table whose columns give an adviser every kind of choice, and seeded replies about it."""

import json
import random
from typing import Any

import numpy as np
import pandas as pd

from pipeweave_dagster.core.advice.pipeline_adviser import shared_columns
from pipeweave_dagster.core.documents import PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.pipelines.derived_features import uses_of
from pipeweave_dagster.core.pipelines.operators import KIND_OF_USE, OPERATORS
from pipeweave_dagster.core.pipelines.regroup import step_options
from pipeweave_dagster_tests.factories.pipelines import make_pipeline, make_schema

TYPES = {"notes": "text", "level": "ordinal", "mail": "email", "plan": "categorical"}
ORDERS = {"level": ["low", "mid", "high"]}


def table(names: dict[str, str] | None = None) -> pd.DataFrame:
    """Return 300 rows; `names` renames columns."""
    rng = np.random.default_rng(11)
    rows = 300
    days = pd.to_timedelta(rng.integers(0, 900, rows), "D")
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, rows),
            "income": rng.normal(3000, 900, rows),
            "debt": rng.normal(900, 300, rows),
            "zip": rng.integers(10, 60, rows),
            "city": rng.choice(["Ulm", "Bonn", "Kiel"], rows),
            "plan": rng.choice(["basic", "pro"], rows),
            "active": rng.integers(0, 2, rows).astype(bool),
            "signup": pd.Timestamp("2020-01-01") + days,
            "seen": pd.Timestamp("2023-01-01") + days[::-1],
            "notes": rng.choice(["ok then", "no idea", "call back"], rows),
            "level": rng.choice(ORDERS["level"], rows),
            "mail": [f"p{i}@example.org" for i in range(rows)],
            "y": rng.choice(["stay", "leave"], rows),
        }
    )
    return frame.rename(columns=names or {})


def adviser_case(
    names: dict[str, str] | None = None,
) -> tuple[SchemaDeduction, PipelineSpec, list[str]]:
    """Return the schema, the rules' pipeline and the column names of the table."""
    frame, new = table(names), names or {}
    schema_settings = {
        "types": {new.get(k, k): v for k, v in TYPES.items()},
        "orders": {new.get(k, k): v for k, v in ORDERS.items()},
    }
    target = new.get("y", "y")
    schema = make_schema(frame, target, "binary", **schema_settings)
    columns = [
        c.model_copy(update={"pii": "email"}) if c.type == "email" else c for c in schema.columns
    ]
    schema = schema.model_copy(update={"columns": columns})
    return schema, make_pipeline(frame, target, "binary", **schema_settings), list(frame.columns)


def valid_plan(rng: random.Random, schema: SchemaDeduction, spec: PipelineSpec) -> dict[str, Any]:
    """Return a plan within the vocabulary."""
    before = uses_of(spec)
    shown = {f"c{i}": c for i, c in enumerate(shared_columns(spec, schema), 1)}
    uses = {i: rng.choice(step_options(c, before[c.name])) for i, c in shown.items()}
    steps: dict[str, list[str]] = {}
    for i, use in uses.items():
        steps.setdefault(use, []).append(i)
    kinds: dict[str, list[str]] = {}
    for i, use in uses.items():
        kinds.setdefault(KIND_OF_USE.get(use, "none"), []).append(i)
    ideas: dict[tuple[str, ...], dict[str, Any]] = {}
    for _ in range(rng.randint(0, 8)):
        operator = rng.choice(list(OPERATORS))
        takes = OPERATORS[operator].takes
        picked = [rng.choice(kinds[k]) for k in takes if kinds.get(k)]
        if len(picked) == len(takes) and len(set(picked)) == len(picked):
            alike = tuple(sorted(picked)) if OPERATORS[operator].symmetric else tuple(picked)
            ideas[operator, *alike] = {"operator": operator, "columns": picked}
    shown_steps = [{"use": use, "columns": ids} for use, ids in steps.items()]
    rng.shuffle(shown_steps)
    return {"steps": shown_steps, "features": list(ideas.values())}


def _first(plan: dict[str, Any]) -> dict[str, Any]:
    return plan["steps"][0]


def _idea(plan: dict[str, Any], operator: Any, columns: Any) -> None:
    plan["features"] = [{"operator": operator, "columns": columns}]


def _moved(plan: dict[str, Any], column: str, use: str) -> None:
    for step in plan["steps"]:
        step["columns"] = [c for c in step["columns"] if c != column]
    plan["steps"].append({"use": use, "columns": [column]})


SPOILS: dict[str, Any] = {
    "forgets a column": lambda p: _first(p)["columns"].pop(),
    "gives a column twice": lambda p: p["steps"].append(dict(_first(p))),
    "invents an id": lambda p: _first(p)["columns"].append("c99"),
    "names a column": lambda p: _first(p)["columns"].append("income"),
    "names the target": lambda p: _first(p)["columns"].append("y"),
    "names the hidden column": lambda p: _idea(p, "cross", ["c6", "mail"]),
    "invents a step": lambda p: _first(p).update(use="deep_learning"),
    "trains twice": lambda p: p["steps"].append({"use": "search", "columns": ["c1"]}),
    "makes a number of a date": lambda p: _moved(p, "c8", "numeric"),
    "makes text of a number": lambda p: _moved(p, "c2", "text"),
    "takes a date's operator for numbers": lambda p: _idea(p, "days_between", ["c1", "c2"]),
    "divides a category": lambda p: _idea(p, "ratio", ["c1", "c5"]),
    "invents an operator": lambda p: _idea(p, "log", ["c2"]),
    "forgets an argument": lambda p: _idea(p, "ratio", ["c2"]),
    "divides by itself": lambda p: _idea(p, "ratio", ["c2", "c2"]),
    "repeats an idea": lambda p: p.update(
        features=[{"operator": "days_between", "columns": ["c8", "c9"]}] * 2
    ),
    "has too many ideas": lambda p: p.update(
        features=[{"operator": "days_between", "columns": ["c8", "c9"]}] * 9
    ),
    "adds a key": lambda p: p.update(code="import os"),
    "adds a key to a step": lambda p: _first(p).update(params={"n_jobs": -1}),
    "adds a key to an idea": lambda p: p.update(
        features=[{"operator": "days_between", "columns": ["c8", "c9"], "sql": "DROP TABLE x"}]
    ),
    "gives text for a list": lambda p: _first(p).update(columns="c1"),
    "gives a number for an id": lambda p: _first(p)["columns"].append(1),
    "gives a list for a word": lambda p: _first(p).update(use=["numeric"]),
    "leaves the ideas out": lambda p: p.pop("features"),
    "gives null": lambda p: p.update(steps=None),
}


def adviser_replies(count_good: int = 100, count_spoiled: int = 50) -> list[dict[str, Any]]:
    """Return valid plans, and plans with one thing wrong; the same ones in every call."""
    rng = random.Random(7)
    schema, spec, _ = adviser_case()
    replies = [
        {"id": f"good-{i}", "accept": True, "text": json.dumps(valid_plan(rng, schema, spec))}
        for i in range(count_good)
    ]
    for i in range(count_spoiled):
        plan = valid_plan(rng, schema, spec)
        name = list(SPOILS)[i % len(SPOILS)]
        SPOILS[name](plan)
        replies.append({"id": f"{name}-{i}", "accept": False, "text": json.dumps(plan)})
    return replies
