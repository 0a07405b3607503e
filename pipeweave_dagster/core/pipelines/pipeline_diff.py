"""What changed from one pipeline to the next, in terms of meaning rather than of text."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeweave_dagster.core.documents import PipelineSpec, Step

_FACTS = ("target", "task", "positive", "weight", "metric", "classes", "costs", "monotone")
_LISTS = ("sensitive", "features", "dropped", "overrides")


class Change(NamedTuple):
    """One change: where, what it was, what it is (None where it was or is absent)."""

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
    """All changes; empty for pipelines that do the same.

    Steps are told by their names, columns and edges are sets: another order is no change. Reasons
    are words for people and do not count.
    """
    changes = [*_values("", _facts(before), _facts(after))]
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


def _facts(spec: PipelineSpec) -> dict[str, Any]:
    return {name: value or None for name, value in spec.model_dump(include={*_FACTS}).items()}


def _split(spec: PipelineSpec) -> dict[str, Any]:
    return {k: v for k, v in spec.split.model_dump().items() if k != "reason"}


def _values(prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(f"{prefix}{name}", old.get(name), new.get(name))


def _sets(path: str, old: list[str], new: list[str]) -> Iterator[Change]:
    gone, come = [n for n in old if n not in set(new)], [n for n in new if n not in set(old)]
    if gone:
        yield Change(path, gone, None)
    if come:
        yield Change(path, None, come)


def _step(old: Step, new: Step) -> Iterator[Change]:
    path = f"steps.{old.name}"
    yield from _values(f"{path}.", {"use": old.use}, {"use": new.use})
    yield from _sets(f"{path}.columns", old.columns, new.columns)
    yield from _sets(f"{path}.after", old.after, new.after)
    yield from _values(f"{path}.params.", old.params, new.params)
