"""Adviser on the pipeline: other steps for columns, and new features from the closed menu."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeweave_dagster.core.advice.privacy import reaches, tellable, told_column, told_name
from pipeweave_dagster.core.advice.reply import RefusedReplyError, Reply, read_reply
from pipeweave_dagster.core.advice.request import TEXT, Asking, array, make_request, one_of, record
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


class _Plan(Reply):
    steps: list[_Steps]
    features: list[_Idea]


class Proposal(NamedTuple):
    """A plan that has passed every check and is still to be tested.

    Attributes:
        uses: Columns that another step is to handle, with that step.
        ideas: New features, the most promising first.
    """

    uses: dict[str, str]
    ideas: list[DerivedFeature]

    @property
    def empty(self) -> bool:
        """Whether it proposes what the rules have planned already."""
        return not self.uses and not self.ideas


def shown_columns(spec: PipelineSpec, schema: SchemaDeduction) -> list[ColumnDeduction]:
    """The features that may be told, in order; the others keep their step."""
    return [c for c in map(schema.column, spec.features) if tellable(c)][:_MOST_COLUMNS]


def plan_request(
    spec: PipelineSpec,
    schema: SchemaDeduction,
    rows: int,
    figures: dict[str, dict[str, Any]],
    asking: Asking,
) -> AdviceRequest:
    """The question for a plan.

    Args:
        spec: What the rules planned.
        schema: Meaning of the columns.
        rows: Rows of the table.
        figures: What `column_figures` gave for the level.
        asking: Model and level.
    """
    uses, target = uses_of(spec), schema.column(spec.target)
    columns = [
        {
            "id": f"c{i}",
            **told_column(c, rows, figures.get(c.name, {})),
            "type": c.type,
            "step": uses[c.name],
            "steps": step_options(c, uses[c.name]),
        }
        for i, c in enumerate(shown_columns(spec, schema), 1)
    ]
    facts: dict[str, Any] = {
        "task": spec.task,
        "metric": spec.metric,
        "target": told_name(target.name) if tellable(target) else None,
        "columns": columns,
        "menu": [
            {"operator": name, "takes": list(o.takes), "about": o.about}
            for name, o in OPERATORS.items()
        ],
        "limit": MOST_IDEAS,
    }
    if reaches(asking.level, "statistics"):
        facts["rows"] = rows
    known = list(dict.fromkeys([*STEP_NAMES, *uses.values()]))
    step = record(use=one_of(known), columns=array(TEXT))
    idea = record(operator=one_of(list(OPERATORS)), columns=array(TEXT))
    return make_request("architect", asking, facts, record(steps=array(step), features=array(idea)))


def read_plan(
    text: str, spec: PipelineSpec, schema: SchemaDeduction, columns: list[str]
) -> Proposal:
    """The proposal of a reply, checked word by word and as a whole pipeline.

    Args:
        text: The reply.
        spec: What the rules planned.
        schema: Meaning of the columns.
        columns: Columns of the table.

    Raises:
        RefusedReplyError: It leaves the closed vocabulary, forgets a column, or makes a pipeline
            that is not valid. Then nothing of it is taken.
    """
    plan = read_reply(text, _Plan)
    names = {f"c{i}": c.name for i, c in enumerate(shown_columns(spec, schema), 1)}
    before = uses_of(spec)
    uses = _uses(plan.steps, names, before, schema)
    if len(plan.features) > MOST_IDEAS:
        raise RefusedReplyError(f"the reply proposes more than {MOST_IDEAS} features")
    ideas = [
        DerivedFeature(operator=i.operator, columns=_named(i.columns, names)) for i in plan.features
    ]
    found = feature_problems(
        [i.model_dump() for i in ideas], {**before, **uses}, list(names.values())
    )
    if ideas and next(found, None) is not None:
        raise RefusedReplyError("the reply proposes a feature that is not of the menu")
    moved = {name: use for name, use in uses.items() if before[name] != use}
    whole = with_derived(regrouped(spec, schema, moved), ideas)
    if validate(whole, columns):
        raise RefusedReplyError("the reply makes a pipeline that is not valid")
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
        raise RefusedReplyError("the reply forgets a column")
    return uses


def _named(ids: list[str], names: Mapping[str, str]) -> list[str]:
    if any(i not in names for i in ids):
        raise RefusedReplyError("the reply speaks of a column that does not exist")
    return [names[i] for i in ids]
