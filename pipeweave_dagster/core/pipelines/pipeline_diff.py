"""Differences between two pipelines, by meaning rather than by text."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeweave_dagster.core.documents import PipelineSpec, Step

_FIELDS = (
    "target", "task", "positive", "weight", "metric", "train_for", "classes", "costs", "monotone",
)  # fmt: skip
_LISTS = ("sensitive", "features", "dropped", "overrides")


class Change(NamedTuple):
    """One change: its path, the old and the new value (None where absent)."""

    path: str
    before: Any
    after: Any

    @property
    def text(self) -> str:
        """The change in one line."""
        if self.before is None:
            return f"{self.path}: added {self.after}"
        if self.after is None:
            return f"{self.path}: removed {self.before}"
        return f"{self.path}: {self.before} → {self.after}"


def difference(before: PipelineSpec, after: PipelineSpec) -> list[Change]:
    """Return all changes; empty for pipelines that do the same.

    Steps are matched by name; columns and edges are compared as sets, so their order does not
    matter, and reasons are ignored.

    Example:
        >>> from pipeweave_dagster.core.pipelines.builder import Builder
        >>> before = Builder("y", "binary", positive="1").step("numeric", "x").build()
        >>> after = before.model_copy(update={"metric": "log_loss"})
        >>> [change.text for change in difference(before, after)]
        ['metric: roc_auc → log_loss']
    """
    changes = [*_values("", _fields(before), _fields(after))]
    changes += _values("split.", _split(before), _split(after))
    for name in _LISTS:
        changes += _sets(name, list(getattr(before, name)), list(getattr(after, name)))
    old, new = ({s.name: s for s in spec.steps} for spec in (before, after))
    changes += [Change(f"steps.{n}", old[n].use, None) for n in old if n not in new]
    changes += [Change(f"steps.{n}", None, new[n].use) for n in new if n not in old]
    for name in old:
        if name in new:
            changes += _step(old[name], new[name])
    return changes


def _fields(spec: PipelineSpec) -> dict[str, Any]:
    return {name: value or None for name, value in spec.model_dump(include={*_FIELDS}).items()}


def _split(spec: PipelineSpec) -> dict[str, Any]:
    return {k: v for k, v in spec.split.model_dump().items() if k != "reason"}


def _values(prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(f"{prefix}{name}", old.get(name), new.get(name))


def _sets(path: str, old: list[str], new: list[str]) -> Iterator[Change]:
    removed, added = [n for n in old if n not in set(new)], [n for n in new if n not in set(old)]
    if removed:
        yield Change(path, removed, None)
    if added:
        yield Change(path, None, added)


def _step(old: Step, new: Step) -> Iterator[Change]:
    path = f"steps.{old.name}"
    yield from _values(f"{path}.", {"use": old.use}, {"use": new.use})
    yield from _sets(f"{path}.columns", old.columns, new.columns)
    yield from _sets(f"{path}.after", old.after, new.after)
    yield from _values(f"{path}.params.", old.params, new.params)
