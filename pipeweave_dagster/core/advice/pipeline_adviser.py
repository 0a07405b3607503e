"""Adviser on the pipeline: other step types for columns, and new features from the menu."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeweave_dagster.core.advice.privacy import is_shareable, reaches, shared_column, shared_name
from pipeweave_dagster.core.advice.reply import RefusedReplyError, Reply, read_reply
from pipeweave_dagster.core.advice.request import (
    TEXT,
    RequestOptions,
    array,
    make_request,
    one_of,
    record,
)
from pipeweave_dagster.core.documents import ColumnDeduction, PipelineSpec, SchemaDeduction
from pipeweave_dagster.core.documents.advice import AdviceRequest
from pipeweave_dagster.core.pipelines.checks.derived import feature_problems
from pipeweave_dagster.core.pipelines.checks.validate import validate
from pipeweave_dagster.core.pipelines.derived_features import DerivedFeature, uses_of, with_derived
from pipeweave_dagster.core.pipelines.operators import OPERATORS
from pipeweave_dagster.core.pipelines.regroup import regrouped, step_options
from pipeweave_dagster.core.pipelines.step_choice import STEP_NAMES

MOST_IDEAS = 8
_MOST_COLUMNS = 120


class _Steps(Reply):
    use: str
    columns: list[str]


class _Idea(Reply):
    operator: str
    columns: list[str]


class _Proposed(Reply):
    steps: list[_Steps]
    features: list[_Idea]


class Proposal(NamedTuple):
    """A proposal that has passed the checks and is still to be tested.

    Attributes:
        uses: Columns to move to another step, with its type.
        ideas: New features, the most promising first.
    """

    uses: dict[str, str]
    ideas: list[DerivedFeature]

    @property
    def empty(self) -> bool:
        """Whether it equals the pipeline of the rules."""
        return not self.uses and not self.ideas


def shared_columns(spec: PipelineSpec, schema: SchemaDeduction) -> list[ColumnDeduction]:
    """Return the features that may be shared, in order; others keep their step."""
    return [c for c in map(schema.column, spec.features) if is_shareable(c)][:_MOST_COLUMNS]


def proposal_request(
    spec: PipelineSpec,
    schema: SchemaDeduction,
    rows: int,
    figures: dict[str, dict[str, Any]],
    options: RequestOptions,
) -> AdviceRequest:
    """Return the request for a proposal.

    Args:
        spec: The pipeline of the rules.
        schema: Meaning of the columns.
        rows: Number of rows of the table.
        figures: Result of `column_figures` for the level.
        options: Model and privacy level.
    """
    uses, target = uses_of(spec), schema.column(spec.target)
    columns = [
        {
            "id": f"c{i}",
            **shared_column(c, rows, figures.get(c.name, {})),
            "type": c.type,
            "step": uses[c.name],
            "steps": step_options(c, uses[c.name]),
        }
        for i, c in enumerate(shared_columns(spec, schema), 1)
    ]
    facts: dict[str, Any] = {
        "task": spec.task,
        "metric": spec.metric,
        "target": shared_name(target.name) if is_shareable(target) else None,
        "columns": columns,
        "menu": [
            {"operator": name, "takes": list(o.takes), "about": o.about}
            for name, o in OPERATORS.items()
        ],
        "limit": MOST_IDEAS,
    }
    if reaches(options.level, "statistics"):
        facts["rows"] = rows
    known = list(dict.fromkeys([*STEP_NAMES, *uses.values()]))
    step = record(use=one_of(known), columns=array(TEXT))
    idea = record(operator=one_of(list(OPERATORS)), columns=array(TEXT))
    return make_request(
        "architect", options, facts, record(steps=array(step), features=array(idea))
    )


def read_proposal(
    text: str, spec: PipelineSpec, schema: SchemaDeduction, columns: list[str]
) -> Proposal:
    """Return the proposal of a reply, validated word by word and as a whole pipeline.

    Args:
        text: The reply.
        spec: The pipeline of the rules.
        schema: Meaning of the columns.
        columns: Columns of the table.

    Raises:
        RefusedReplyError: It leaves the closed vocabulary, omits a column, or gives an invalid
            pipeline. Then nothing of it is used.
    """
    proposed = read_reply(text, _Proposed)
    names = {f"c{i}": c.name for i, c in enumerate(shared_columns(spec, schema), 1)}
    before = uses_of(spec)
    uses = _uses(proposed.steps, names, before, schema)
    if len(proposed.features) > MOST_IDEAS:
        raise RefusedReplyError(f"the reply proposes more than {MOST_IDEAS} features")
    ideas = [
        DerivedFeature(operator=i.operator, columns=_named(i.columns, names))
        for i in proposed.features
    ]
    found = feature_problems(
        [i.model_dump() for i in ideas], {**before, **uses}, list(names.values())
    )
    if ideas and next(found, None) is not None:
        raise RefusedReplyError("the reply proposes a feature that is not in the menu")
    moved = {name: use for name, use in uses.items() if before[name] != use}
    whole = with_derived(regrouped(spec, schema, moved), ideas)
    if validate(whole, columns):
        raise RefusedReplyError("the reply gives an invalid pipeline")
    return Proposal(moved, ideas)


def _uses(
    steps: list[_Steps], names: Mapping[str, str], before: dict[str, str], schema: SchemaDeduction
) -> dict[str, str]:
    uses: dict[str, str] = {}
    for step in steps:
        for name in _named(step.columns, names):
            if name in uses:
                raise RefusedReplyError("the reply puts a column into two steps")
            if step.use not in step_options(schema.column(name), before[name]):
                raise RefusedReplyError("the reply names a step outside the closed list")
            uses[name] = step.use
    if len(uses) < len(names):
        raise RefusedReplyError("the reply omits a column")
    return uses


def _named(ids: list[str], names: Mapping[str, str]) -> list[str]:
    if any(i not in names for i in ids):
        raise RefusedReplyError("the reply names a column that does not exist")
    return [names[i] for i in ids]
